//! Files that the person chose or dropped. The webview gets a token for each, never a path, and can
//! name no other file.

use super::{Running, dialog, news};
use crate::{
    api::{ApplyReport, AttachmentView, DraggedFiles, MessageDraft, News, SendReport, SendRequest},
    explain::{Code, Problem},
    profile::ProfileId,
};
use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use tauri::{AppHandle, Manager as _, State};
use uuid::Uuid;

/// The files behind the tokens, until the window closes.
#[derive(Debug, Default)]
pub(super) struct Files(Mutex<HashMap<String, PathBuf>>);

impl Files {
    /// Gives `path` a token; `None` for what is no readable file.
    fn admit(&self, path: &Path) -> Option<AttachmentView> {
        let size = size(path)?;
        let file = Uuid::new_v4().to_string();
        let name = path.file_name()?.to_string_lossy().into_owned();
        let content_type = mime_guess::from_path(path).first_or_octet_stream().to_string();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(file.clone(), path.to_owned());
        Some(AttachmentView { file, name, size, content_type })
    }

    /// Puts the paths in the place of their tokens.
    fn name(&self, message: &mut MessageDraft) -> Result<(), Problem> {
        let tokens = message.attachments.iter_mut().map(|attachment| &mut attachment.file);
        self.resolve(tokens, unknown_file)
    }

    /// Puts the paths in the place of `tokens`; `unknown` says that there is none.
    pub(super) fn resolve<'a>(
        &self,
        tokens: impl Iterator<Item = &'a mut String>,
        unknown: fn() -> Problem,
    ) -> Result<(), Problem> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for token in tokens {
            let path = known.get(token).ok_or_else(unknown)?;
            // A path that is not text cannot stand in the contract; the file cannot be used then.
            *token = path.to_str().ok_or_else(unknown)?.to_owned();
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

/// Tells the window which files are held over it; `None`: not any more.
pub(super) fn dragged(app: &AppHandle, paths: Option<&Vec<PathBuf>>) {
    news::tell(app, &News::Dragged { files: paths.map(|paths| held(paths)) });
}

fn held(paths: &[PathBuf]) -> DraggedFiles {
    let files: Vec<_> = paths.iter().filter_map(|path| Some((path, size(path)?))).collect();
    let name = files.first().and_then(|(path, _)| path.file_name());
    DraggedFiles {
        count: files.len().try_into().unwrap_or(u32::MAX),
        name: name.unwrap_or_default().to_string_lossy().into_owned(),
        size: files.iter().map(|(_, size)| size).sum(),
    }
}

/// How many octets a file has; `None` for what is no file.
fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|file| file.len())
}

/// Tells the window which files were dropped on it.
pub(super) fn dropped(app: &AppHandle, paths: &[PathBuf]) {
    let files = app.state::<Files>();
    let files = paths.iter().filter_map(|path| files.admit(path)).collect();
    news::tell(app, &News::Dropped { files });
}

/// Lets the person choose files to attach.
#[tauri::command]
pub(super) async fn choose_attachments(
    app: AppHandle,
    files: State<'_, Files>,
    request: (),
) -> Result<Vec<AttachmentView>, Problem> {
    let () = request;
    Ok(dialog::files(&app).await.iter().filter_map(|path| files.admit(path)).collect())
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
    match dialog::file(&app).await {
        Some(path) => running.app()?.apply_file(&path).await.map(Some),
        None => Ok(None),
    }
}

/// Lets the person choose where senders are written to, without secrets, and writes them; all when none is named.
/// Gives the file's name; `None` when they chose no place.
#[tauri::command]
pub(super) async fn export_file(
    app: AppHandle,
    running: State<'_, Running>,
    request: Vec<ProfileId>,
) -> Result<Option<String>, Problem> {
    let toml = running.app()?.export(request).await?;
    let dialog = dialog::over(&app).set_file_name("senders.toml").add_filter("TOML", &["toml"]);
    let Some(path) = dialog::place(dialog).await else { return Ok(None) };
    replace(&path, &toml).map_err(|error| Problem::writing(&path, &error))?;
    Ok(path.file_name().map(|name| name.to_string_lossy().into_owned()))
}

/// Puts `text` in the place of what is there once all of it is on the disk.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_file_name(format!(".{}", Uuid::new_v4()));
    fs::write(&beside, text)?;
    fs::rename(&beside, path).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// Lets the person choose one file; `None` when they chose none.
#[tauri::command]
pub(super) async fn choose_file(
    app: AppHandle,
    files: State<'_, Files>,
    request: (),
) -> Result<Option<AttachmentView>, Problem> {
    let () = request;
    Ok(dialog::file(&app).await.and_then(|path| files.admit(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::AttachmentDraft;

    fn message(file: &str) -> MessageDraft {
        let attachments = vec![AttachmentDraft { file: file.to_owned(), content_id: None }];
        MessageDraft { attachments, ..MessageDraft::default() }
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

    #[test]
    fn what_is_held_over_the_window_is_counted_and_folders_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let paths = ["a.txt", "b.txt", "missing"].map(|name| dir.path().join(name));
        fs::write(&paths[0], b"123").unwrap();
        fs::write(&paths[1], b"4567").unwrap();
        let all = [&[dir.path().to_owned()], &paths[..]].concat();
        let expected = DraggedFiles { count: 2, name: "a.txt".to_owned(), size: 7 };
        assert_eq!(held(&all), expected);
        assert_eq!(held(&all[..1]).count, 0);
    }

    #[test]
    fn an_exported_file_takes_the_place_of_the_old_one_or_leaves_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("senders.toml");
        for text in ["one", "two"] {
            replace(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::create_dir(dir.path().join("folder")).unwrap();
        assert!(replace(&dir.path().join("folder"), "three").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left behind");
    }
}
