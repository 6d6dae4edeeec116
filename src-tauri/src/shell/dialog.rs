//! File dialogs over the window. One that goes away without an answer chose nothing.

use super::window::MAIN;
use std::path::PathBuf;
use tauri::{AppHandle, Manager as _, Wry};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder};
use tokio::sync::oneshot;

/// The files that the person chose.
pub(super) async fn files(app: &AppHandle) -> Vec<PathBuf> {
    let chosen = answer(|tell| over(app).pick_files(tell)).await.unwrap_or_default();
    chosen.into_iter().filter_map(|file| file.into_path().ok()).collect()
}

/// The file that the person chose; `None` when they chose none.
pub(super) async fn file(app: &AppHandle) -> Option<PathBuf> {
    answer(|tell| over(app).pick_file(tell)).await?.into_path().ok()
}

/// Where the person wants a file to be written; `None`: nowhere.
pub(super) async fn place(dialog: FileDialogBuilder<Wry>) -> Option<PathBuf> {
    answer(|tell| dialog.save_file(tell)).await?.into_path().ok()
}

/// What is chosen in the dialog that `open` opens.
async fn answer<T: Send + 'static>(
    open: impl FnOnce(Box<dyn FnOnce(Option<T>) + Send>),
) -> Option<T> {
    let (tell, answer) = oneshot::channel();
    open(Box::new(move |chosen| {
        let _ = tell.send(chosen);
    }));
    answer.await.ok().flatten()
}

/// A dialog over the window.
pub(super) fn over(app: &AppHandle) -> FileDialogBuilder<Wry> {
    let dialog = app.dialog().file();
    match app.get_webview_window(MAIN) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}
