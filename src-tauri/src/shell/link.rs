//! Links: those of the scheme `org.sendright.app` that come in, and those to documents that go out.
//!
//! Anybody can start us with a link (RFC 8252 §8.6), so the app decides whether it is an answer. A
//! link carries `code` and `state`: it is never logged.

use super::{Running, scheme, window};
use crate::explain::{Code, Problem};
use tauri::{AppHandle, Manager as _, Url};
use tauri_plugin_deep_link::DeepLinkExt as _;

/// Claims the scheme and takes every link: the one that started us and those that come later.
pub(super) fn listen(app: &AppHandle) {
    scheme::claim(app);
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| take(&handle, event.urls()));
    // NOTE: on Linux and Windows the link that started the program is announced before anybody can
    // listen (plugin deep-link 2.6).
    if let Ok(Some(links)) = app.deep_link().get_current() {
        take(app, links);
    }
}

/// Hands links to the app, which knows whether one is an answer; the window comes to the front.
fn take(app: &AppHandle, links: Vec<Url>) {
    window::show(app);
    let running = app.state::<Running>();
    for link in links {
        if let Err(problem) = running.app().and_then(|app| app.redirect(&link)) {
            tracing::warn!(code = ?problem.code, "a link came that is no answer of ours");
        }
    }
}

/// Opens the document behind an explanation in the person's browser.
#[tauri::command]
#[allow(clippy::needless_pass_by_value)] // what the webview sends is handed over as a value
pub(super) fn open_link(request: String) -> Result<(), Problem> {
    let address = outside(&request)?;
    open::that_detached(address.as_str()).map_err(|error| {
        Problem::new(
            Code::BrowserDidNotOpen,
            "The browser did not open",
            format!("Open {address} by hand."),
        )
        .said(error.to_string())
    })
}

/// The address, when it is one that may be handed to the operating system.
fn outside(address: &str) -> Result<Url, Problem> {
    let parsed = Url::parse(address).ok();
    let web = parsed.filter(|url| url.scheme() == "https" && url.username().is_empty());
    web.ok_or_else(|| {
        Problem::new(
            Code::InvalidSettings,
            "The link was not opened",
            "Only https:// addresses are opened from here.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn only_the_web_is_opened() {
        let table = [
            ("https://learn.microsoft.com/en-us/", true),
            ("http://learn.microsoft.com/",        false),
            ("https://user@example.com/",          false),
            ("file:///etc/passwd",                 false),
            ("mailto:anna@example.com",            false),
            ("javascript:alert(1)",                false),
            ("/usr/bin/xterm",                     false),
            ("",                                   false),
        ];
        for (address, expected) in table {
            assert_eq!(outside(address).is_ok(), expected, "{address}");
        }
    }
}
