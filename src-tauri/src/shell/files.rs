//! Files that the person chose or dropped. The webview gets a token for each, never a path, and can
//! name no other file.

use super::{Running, news, window::MAIN};
use crate::{
    api::{ApplyReport, AttachmentView, MessageDraft, News, SendReport, SendRequest},
    explain::{Code, Problem},
};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use tauri::{AppHandle, Manager as _, State, Wry};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder};
use tokio::sync::oneshot;
use uuid::Uuid;

/// The files behind the tokens, until the window closes.
#[derive(Debug, Default)]
pub(super) struct Files(Mutex<HashMap<String, PathBuf>>);

impl Files {
    /// Gives `path` a token; `None` for what is no readable file.
    fn admit(&self, path: &Path) -> Option<AttachmentView> {
        let size = fs::metadata(path).ok().filter(fs::Metadata::is_file)?.len();
        let file = Uuid::new_v4().to_string();
        let name = path.file_name()?.to_string_lossy().into_owned();
        let content_type = mime_guess::from_path(path).first_or_octet_stream().to_string();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(file.clone(), path.to_owned());
        Some(AttachmentView { file, name, size, content_type })
    }

    /// Puts the paths in the place of their tokens.
    fn name(&self, message: &mut MessageDraft) -> Result<(), Problem> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for attachment in &mut message.attachments {
            let path = known.get(&attachment.file).ok_or_else(unknown_file)?;
            // A path that is not text cannot stand in the contract; the file cannot be sent then.
            attachment.file = path.to_str().ok_or_else(unknown_file)?.to_owned();
        }
        Ok(())
    }
}

fn unknown_file() -> Problem {
    Problem::new(
        Code::FileUnreadable,
        "A file is not attached any more",
        "Remove it from the message and attach it again.",
    )
}

/// Tells the window which files were dropped on it.
pub(super) fn dropped(app: &AppHandle, paths: &[PathBuf]) {
    let files = app.state::<Files>();
    let files: Vec<_> = paths.iter().filter_map(|path| files.admit(path)).collect();
    if !files.is_empty() {
        news::tell(app, &News::Dropped { files });
    }
}

/// Lets the person choose files to attach.
#[tauri::command]
pub(super) async fn choose_attachments(
    app: AppHandle,
    files: State<'_, Files>,
    request: (),
) -> Result<Vec<AttachmentView>, Problem> {
    let () = request;
    let (tell, answer) = oneshot::channel();
    dialog(&app).pick_files(move |chosen| {
        let _ = tell.send(chosen);
    });
    // A dialog that went away without an answer chose nothing.
    let chosen = answer.await.ok().flatten().unwrap_or_default();
    let paths = chosen.into_iter().filter_map(|file| file.into_path().ok());
    Ok(paths.filter_map(|path| files.admit(&path)).collect())
}

/// Sends; files are named by their tokens.
#[tauri::command]
pub(super) async fn send(
    running: State<'_, Running>,
    files: State<'_, Files>,
    mut request: SendRequest,
) -> Result<SendReport, Problem> {
    files.name(&mut request.message)?;
    running.app()?.send(request).await
}

/// Lets the person choose a file with senders and applies it; `None` when they chose none.
#[tauri::command]
pub(super) async fn import_file(
    app: AppHandle,
    running: State<'_, Running>,
    request: (),
) -> Result<Option<ApplyReport>, Problem> {
    let () = request;
    let (tell, answer) = oneshot::channel();
    dialog(&app).pick_file(move |chosen| {
        let _ = tell.send(chosen);
    });
    match answer.await.ok().flatten().and_then(|file| file.into_path().ok()) {
        Some(path) => running.app()?.apply_file(&path).await.map(Some),
        None => Ok(None),
    }
}

/// A file dialog over the window.
fn dialog(app: &AppHandle) -> FileDialogBuilder<Wry> {
    let dialog = app.dialog().file();
    match app.get_webview_window(MAIN) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::AttachmentDraft;

    fn message(file: &str) -> MessageDraft {
        let attachments = vec![AttachmentDraft { file: file.to_owned(), content_id: None }];
        MessageDraft {
            from: String::new(),
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: String::new(),
            text: String::new(),
            html: String::new(),
            headers: Vec::new(),
            attachments,
        }
    }

    #[test]
    fn only_a_chosen_file_can_be_attached_and_only_by_its_token() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("invoice.pdf");
        fs::write(&path, b"12345").unwrap();
        let files = Files::default();

        let view = files.admit(&path).unwrap();
        assert_eq!((view.name.as_str(), view.size), ("invoice.pdf", 5));
        assert_eq!(view.content_type, "application/pdf");
        assert!(!view.file.contains("invoice"), "a token tells no path");
        let mut chosen = message(&view.file);
        files.name(&mut chosen).unwrap();
        assert_eq!(chosen.attachments[0].file, path.to_str().unwrap());

        for file in [path.to_str().unwrap(), "/etc/passwd", ""] {
            let problem = files.name(&mut message(file)).unwrap_err();
            assert_eq!(problem.code, Code::FileUnreadable, "{file}");
        }
        assert!(files.admit(dir.path()).is_none(), "a directory is no file");
        assert!(files.admit(&dir.path().join("missing")).is_none());
    }
}
