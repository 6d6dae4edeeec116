//! Who opens the links of `org.sendright.app`: this program, wherever it stands now.

use tauri::AppHandle;

/// Makes this program the one that opens the scheme's links: beside the window's start, because other
/// programs may be run for it.
pub(super) fn claim(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = platform::claim(&app) {
            tracing::warn!(%error, "links of org.sendright.app will not open Sendright");
        }
    });
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod platform {
    use tauri::AppHandle;
    use tauri_plugin_deep_link::{DeepLinkExt as _, Result};

    pub(super) fn claim(app: &AppHandle) -> Result<()> {
        app.deep_link().register_all()
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use std::convert::Infallible;
    use tauri::AppHandle;

    #[allow(clippy::unnecessary_wraps)] // elsewhere it can fail
    pub(super) fn claim(_app: &AppHandle) -> Result<(), Infallible> {
        // The bundle says so in its Info.plist.
        Ok(())
    }
}

/// NOTE: not the plugin's `register` (deep-link 2.6). It writes a quoted `Exec`, which `xdg-open` takes
/// for a name with quotes in it where it knows no desktop (xdg-utils 1.1.3, `search_desktop_file`), and
/// it gives up where `update-desktop-database` is missing.
#[cfg(target_os = "linux")]
mod platform {
    use super::super::files;
    use std::{
        fs, io,
        os::unix::fs::symlink,
        path::{Path, PathBuf},
        process::{Command, Stdio},
    };
    use tauri::{AppHandle, Manager as _};

    const ENTRY: &str = "sendright-desktop-handler.desktop";
    const MIME_TYPE: &str = "x-scheme-handler/org.sendright.app";

    pub(super) fn claim(app: &AppHandle) -> tauri::Result<()> {
        // An AppImage runs from a place that is gone tomorrow.
        let program = match app.env().appimage {
            Some(image) => PathBuf::from(image),
            None => tauri::utils::platform::current_exe()?,
        };
        let applications = app.path().data_dir()?.join("applications");
        fs::create_dir_all(&applications)?;
        let program = plain(program, &app.path().app_data_dir()?)?;
        files::replace(&applications.join(ENTRY), &entry(&program)?)?;
        // The one for the desktops that keep an index, the other for those that keep a list of choices.
        run(Command::new("update-desktop-database").arg(&applications));
        run(Command::new("xdg-mime").args(["default", ENTRY, MIME_TYPE]));
        Ok(())
    }

    /// A path to `program` that needs no quotes: its own, or a link to it in `dir`.
    fn plain(program: PathBuf, dir: &Path) -> io::Result<PathBuf> {
        if is_plain(&program) {
            return Ok(program);
        }
        let link = dir.join("sendright-desktop");
        if fs::read_link(&link).is_ok_and(|target| target == program) {
            return Ok(link);
        }
        fs::create_dir_all(dir)?;
        let beside = dir.join("sendright-desktop.new");
        let _ = fs::remove_file(&beside);
        symlink(&program, &beside)?;
        fs::rename(&beside, &link)?;
        Ok(link)
    }

    /// Whether every reader of a desktop entry takes the path as it stands.
    fn is_plain(path: &Path) -> bool {
        let plain = |c: char| c.is_alphanumeric() || "/._-+@:,".contains(c);
        path.to_str().is_some_and(|path| path.chars().all(plain))
    }

    /// The desktop entry that starts `program` with a link.
    fn entry(program: &Path) -> io::Result<String> {
        let exec = match program.to_str() {
            Some(path) if is_plain(program) => path.to_owned(),
            Some(path) => quoted(path),
            None => return Err(io::Error::new(io::ErrorKind::InvalidData, "its path is not text")),
        };
        Ok(format!(
            "[Desktop Entry]\nType=Application\nName=Sendright\nExec={exec} %u\nTerminal=false\n\
             NoDisplay=true\nMimeType={MIME_TYPE};\n"
        ))
    }

    /// A path in quotes: its signs escaped once for the quotes and once more for the file.
    ///
    /// Source: freedesktop.org, Desktop Entry Specification 1.5, "The Exec key", 2026-11.
    fn quoted(path: &str) -> String {
        let escape = |c| match c {
            '\\' => r"\\\\".to_owned(),
            '"' | '`' | '$' => format!(r"\\{c}"),
            '%' => "%%".to_owned(),
            other => other.to_string(),
        };
        format!("\"{}\"", path.chars().map(escape).collect::<String>())
    }

    /// Runs one of the desktop's tools; a desktop without it has another way to know.
    fn run(tool: &mut Command) {
        let ended = tool.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !ended.is_ok_and(|status| status.success()) {
            tracing::info!(?tool, "it did not help to make links open Sendright");
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        #[rustfmt::skip]
        fn a_program_is_named_without_quotes_unless_its_path_needs_them() {
            let table = [
                ("/usr/bin/sendright-desktop", "Exec=/usr/bin/sendright-desktop %u"),
                ("/opt/Ünï/s",                 "Exec=/opt/Ünï/s %u"),
                ("/opt/a b/s",                 "Exec=\"/opt/a b/s\" %u"),
                (r#"/a"b\c$d`e%f"#,            r#"Exec="/a\\"b\\\\c\\$d\\`e%%f" %u"#),
            ];
            for (path, expected) in table {
                let text = entry(Path::new(path)).unwrap();
                assert!(text.contains(&format!("\n{expected}\n")), "{path}: {text}");
            }
        }

        #[test]
        fn a_path_with_blanks_gets_a_link_without_any_which_follows_the_program() {
            let dir = tempfile::tempdir().unwrap();
            let places =
                ["a place/sendright", "another place/sendright"].map(|p| dir.path().join(p));
            for program in places {
                let link = plain(program.clone(), dir.path()).unwrap();
                assert_eq!(link, dir.path().join("sendright-desktop"));
                assert_eq!(fs::read_link(&link).unwrap(), program);
            }
            let there = PathBuf::from("/usr/bin/sendright-desktop");
            assert_eq!(plain(there.clone(), dir.path()).unwrap(), there);
        }
    }
}
