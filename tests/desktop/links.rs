//! Links of our scheme, opened by what the desktop has for it: while the window is open, and while it is not.

use crate::{keyring::Ended, servers::servers, session::Session, webdriver::wait_until};
use std::{fs, path::Path, process::Stdio};

const LINK: &str = "org.sendright.app:/oauth2/callback?code=c&state=s";

/// What the log says of a link that nobody waits for.
const HEARD: &str = "a link came that is no answer of ours";

/// How links are opened: the desktop that says so, and the program.
const OPENERS: [(&str, &[&str]); 3] =
    [("", &["xdg-open"]), ("", &["gio", "open"]), ("GNOME", &["xdg-open"])];

/// Opens the link; whoever opened it may wait for the window to be closed.
fn open(session: &Session, (desktop, opener): (&str, &[&str])) -> Ended {
    let mut command = session.command(opener[0]);
    if !desktop.is_empty() {
        command.env("XDG_CURRENT_DESKTOP", desktop);
    }
    let child = command.args(&opener[1..]).arg(LINK).stdout(Stdio::null()).stderr(Stdio::null());
    Ended::new(child.spawn().expect("`scripts/setup test` installs xdg-utils and gio"))
}

/// Every way of opening a link reaches `program`, once it was started a first time.
fn links_reach(session: &Session, program: &Path) {
    let first = session.command(program).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let first = Ended::new(first.expect("the window was built"));
    let choices = session.home().join("config/mimeapps.list");
    wait_until("somebody who opens our links", || {
        fs::read_to_string(&choices).is_ok_and(|text| text.contains("org.sendright.app="))
    });
    session.wait_for_window();
    let heard = || session.log().matches(HEARD).count();

    for opener in OPENERS {
        let before = heard();
        let _opener = open(session, opener);
        wait_until(&format!("{opener:?} to an open window"), || heard() > before);
    }
    drop(first);
    for opener in OPENERS {
        let before = heard();
        let _opener = open(session, opener);
        wait_until(&format!("{opener:?} to no window"), || heard() > before);
        session.close_window();
    }
    assert!(!session.log().contains("code=c"), "a link is never logged");
}

#[test]
fn a_link_opens_the_window_with_a_desktop_and_without() {
    let session = Session::start(servers());
    links_reach(&session, Path::new(env!("CARGO_BIN_EXE_sendright-desktop")));
}

#[test]
fn a_link_finds_a_program_whose_path_has_blanks_and_quotes() {
    let session = Session::start(servers());
    let place = session.home().join(r#"Anna's "best" programs $1"#);
    fs::create_dir(&place).expect("the home is ours");
    let program = place.join("sendright-desktop");
    fs::copy(env!("CARGO_BIN_EXE_sendright-desktop"), &program).expect("there is room for it");
    links_reach(&session, &program);
}
