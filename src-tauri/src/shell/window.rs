//! The one window.

use super::{Running, context_menu, files, news};
use crate::{api::News, app::App, explain::Problem};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tauri::{
    AppHandle, DragDropEvent, Manager as _, State, Url, WebviewWindow, WebviewWindowBuilder,
    WindowEvent, async_runtime, webview::PageLoadEvent,
};

/// Its label.
pub(super) const MAIN: &str = "main";

/// How small and how large everything may be shown. Letters of less than half their size cannot be read; above
/// three times, the smallest window has no room for a button.
const SMALLEST: f64 = 0.5;
const LARGEST: f64 = 3.0;

/// How long a send that is stopped is waited for before the window closes: time enough to remove a draft.
const STOPPING: Duration = Duration::from_secs(20);

/// A page that does not answer for so long hangs. The second of two quick clicks comes sooner.
const ANSWER: Duration = Duration::from_secs(1);

/// Since when a page that was asked to close has not answered.
type Unanswered = Arc<Mutex<Option<Instant>>>;

/// Makes the window; it is shown once there is something in it.
pub(super) fn open(app: &AppHandle) -> tauri::Result<()> {
    let config = app.config();
    let main = config.app.windows.iter().find(|window| window.label == MAIN);
    let main = main.expect("tauri.conf.json has the window `main`");
    let window = WebviewWindowBuilder::from_config(app, main)?
        .visible(false)
        .on_navigation(is_ours)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                let _ = window.show();
            }
        })
        .build()?;
    context_menu::tame(&window)?;
    let (app, page, unanswered) = (app.clone(), window.clone(), Unanswered::default());
    window.on_window_event(move |event| match event {
        WindowEvent::DragDrop(event) => dragged(&app, event),
        WindowEvent::CloseRequested { api, .. } if is_sending(&app) => {
            api.prevent_close();
            close_asked(&page, &unanswered);
        }
        _ => {}
    });
    Ok(())
}

/// Tells the window what is held over it, and what was let go there.
fn dragged(app: &AppHandle, event: &DragDropEvent) {
    match event {
        DragDropEvent::Enter { paths, .. } => files::dragged(app, Some(paths)),
        DragDropEvent::Leave => files::dragged(app, None),
        DragDropEvent::Drop { paths, .. } => files::dropped(app, paths),
        _ => {}
    }
}

/// Shows everything `request` times as large.
#[tauri::command]
#[allow(clippy::needless_pass_by_value)] // Tauri hands the window over as a value
pub(super) fn set_zoom(window: WebviewWindow, request: f64) {
    if let Err(error) = window.set_zoom(request.clamp(SMALLEST, LARGEST)) {
        tracing::warn!(%error, "the window keeps its size of letters");
    }
}

fn is_sending(app: &AppHandle) -> bool {
    app.state::<Running>().app().is_ok_and(App::is_sending)
}

/// Has the page ask the person. One that hangs cannot: then the next wish to close is the answer.
fn close_asked(window: &WebviewWindow, unanswered: &Unanswered) {
    let since =
        *unanswered.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
    if since.elapsed() > ANSWER {
        let window = window.clone();
        async_runtime::spawn(async move {
            let running = window.state::<Running>();
            stop_and_close(window.clone(), running, ()).await
        });
        return;
    }
    news::tell(window.app_handle(), &News::CloseAsked);
    let answered = Arc::clone(unanswered);
    let asked = window.eval_with_callback("true", move |_| {
        *answered.lock().unwrap_or_else(PoisonError::into_inner) = None;
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "the page cannot be asked");
    }
}

/// Stops what is being sent, and closes the window once that has ended.
#[tauri::command]
pub(super) async fn stop_and_close(
    window: WebviewWindow,
    running: State<'_, Running>,
    request: (),
) -> Result<(), Problem> {
    let () = request;
    running.app()?.stop_sending(STOPPING).await;
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "the window stays open");
    }
    Ok(())
}

/// Whether the webview may go there: to our own pages and to the preview, which has no address.
fn is_ours(address: &Url) -> bool {
    let host = address.host_str();
    match address.scheme() {
        "about" => true,
        "tauri" => host == Some("localhost"),
        // Windows serves our pages under this name; `tauri dev` from the loopback address.
        "http" => host == Some("tauri.localhost") || (tauri::is_dev() && host == Some("127.0.0.1")),
        _ => false,
    }
}

/// Brings the window to the front.
pub(super) fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn the_webview_stays_at_home() {
        let table = [
            ("tauri://localhost/index.html",      true),
            ("http://tauri.localhost/index.html", true),
            ("about:srcdoc",                      true),
            ("about:blank",                       true),
            ("https://example.com/",              false),
            ("http://example.com/",               false),
            ("http://tauri.localhost.example/",   false),
            ("file:///etc/passwd",                false),
            ("data:text/html,hello",              false),
            ("javascript:alert(1)",               false),
        ];
        for (address, expected) in table {
            assert_eq!(is_ours(&address.parse().unwrap()), expected, "{address}");
        }
    }
}
