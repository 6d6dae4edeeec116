//! What a person does at the window with keys and mouse, and sees of it.

use super::Session;
use std::{fs, path::Path, process::Stdio};

impl Session {
    /// Presses keys in the window.
    pub(crate) fn keys(&self, keys: &str) {
        self.mouse(&format!(
            "search --onlyvisible --name ^Sendright$ windowfocus --sync key {keys}"
        ));
    }

    /// Moves the mouse, and does what else `xdotool` does.
    pub(crate) fn mouse(&self, what: &str) {
        self.run(&format!("timeout 20 xdotool {what}"));
    }

    /// Chooses `file` in the dialog `title` that is open, by the keyboard.
    pub(crate) fn choose_file(&self, title: &str, file: &Path) {
        // A key that comes before the dialog listens is lost: again, until it is gone.
        let pattern = title.replace(' ', ".");
        let script = format!(
            "dialog='search --onlyvisible --name ^{pattern}$'\n\
             xdotool search --sync --onlyvisible --name '^{pattern}$' >&2\n\
             while xdotool $dialog >&2; do\n\
               xdotool $dialog windowfocus --sync key ctrl+l key ctrl+a type --delay 15 '{}'\n\
               xdotool key Return; sleep 1\n\
             done",
            file.display(),
        );
        let chosen = self
            .command("timeout")
            .args(["30", "sh", "-c", &script])
            .stderr(Stdio::null())
            .status();
        assert!(
            chosen.is_ok_and(|status| status.success()),
            "no file dialog, or xdotool is missing (`scripts/setup test` installs it)"
        );
    }

    /// Makes the window as large as the person drags it.
    pub(crate) fn resize(&self, (width, height): (u32, u32)) {
        let script = format!(
            "xdotool search --onlyvisible --name '^Sendright$' windowsize --sync {width} {height}"
        );
        let done = self.command("timeout").args(["20", "sh", "-c", &script]).status();
        assert!(done.is_ok_and(|status| status.success()), "the window cannot be resized");
    }

    /// Keeps a picture of the window, for the README and for whoever wants to see; it lands in `target/tmp`.
    pub(crate) fn picture(&self, name: &str) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        fs::create_dir_all(path.parent().expect("it is a file")).expect("the directory is Cargo's");
        let script = format!(
            "import -window $(xdotool search --onlyvisible --name '^Sendright$' | head -1) '{}'",
            path.display()
        );
        let taken = self.command("sh").args(["-c", &script]).status();
        assert!(
            taken.is_ok_and(|status| status.success()),
            "no picture: is ImageMagick missing (`scripts/setup test`)?"
        );
    }
}
