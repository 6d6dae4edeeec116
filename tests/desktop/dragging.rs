//! Files dragged from another program onto the window.

use crate::{keyring::Ended, servers::servers, session::Session, webdriver::wait_until};
use std::{path::Path, process::Stdio};

/// Another program's window with files in it, from which they are dragged by the mouse.
pub(crate) struct Files<'a> {
    session: &'a Session,
    _window: Ended,
}

impl<'a> Files<'a> {
    pub(crate) fn open(session: &'a Session, files: &[&Path]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desktop/files.py");
        // Debian's own Python has GTK; another one may come first in the path.
        let window = session
            .command("/usr/bin/python3")
            .arg(script)
            .args(files)
            .stdin(Stdio::null())
            .spawn()
            .expect("Python is missing; `scripts/setup test` installs it");
        let files = Self { session, _window: Ended::new(window) };
        wait_until("a window with files (python3-gi: `scripts/setup test`)", || {
            files.xdotool("search --onlyvisible --name ^Files$")
        });
        files
    }

    fn xdotool(&self, what: &str) -> bool {
        let mut xdotool = self.session.command("timeout");
        xdotool.args(["10", "xdotool"]).args(what.split(' ')).stdout(Stdio::null());
        xdotool.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// Takes the files, and holds them at a place of the screen.
    pub(crate) fn hold_at(&self, x: u32, y: u32) {
        // A drag begins some pixels off.
        assert!(
            self.xdotool("mousemove 1290 90 mousedown 1 mousemove 1280 100 mousemove 1270 110")
        );
        self.move_to(x, y);
    }

    /// Moves what is held, as a hand does: not in one jump.
    fn move_to(&self, x: u32, y: u32) {
        let nearly = format!("mousemove {} {y} sleep 0.1 mousemove {} {y}", x + 20, x + 10);
        assert!(self.xdotool(&format!("{nearly} sleep 0.1 mousemove {x} {y}")));
    }

    pub(crate) fn let_go(&self) {
        assert!(self.xdotool("mouseup 1"));
    }
}

#[test]
fn files_are_dragged_over_compose_and_attached_when_they_are_let_go() {
    let session = Session::start(servers());
    let (_driver, window) = session.window();
    window.press("Try it in the sandbox");
    window.turn_to("Compose");
    window.see("Drop files here");
    let terms = session.file("delivery terms.pdf", &vec![7; 96_000]);
    let picture = session.file("logo.png", &vec![9; 14_000]);

    let one = Files::open(&session, &[&terms]);
    one.hold_at(700, 400);
    window.see("Release to attach delivery terms.pdf, 96.0 KB");
    session.picture("dragged");
    one.move_to(1290, 600);
    window.see("Drop files here");
    one.move_to(700, 400);
    window.see("Release to attach");
    one.let_go();
    window.see("Drop files here");
    window.see("delivery terms.pdf 96.0 KB");
    drop(one);

    let two = Files::open(&session, &[&picture, &terms, session.home()]);
    two.hold_at(700, 400);
    window.see("Release to attach 2 files, 110 KB");
    two.let_go();
    window.see("logo.png 14.0 KB");
}
