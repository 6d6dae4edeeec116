//! What the window has from its system: the size of everything, the dialog that asks where to write, the menu under
//! the right mouse button.

use crate::{
    servers::servers,
    session::Session,
    webdriver::{Page, wait_until},
};
use serde_json::json;
use std::{
    fs,
    process::{Command, Stdio},
};

fn width(window: &Page) -> i64 {
    window.script("return innerWidth", &json!([])).as_i64().expect("it is a number")
}

#[test]
fn keys_show_everything_larger_and_it_stays_so() {
    let session = Session::start(servers());
    let usual = {
        let (_driver, window) = session.window();
        window.see("Add your first sender");
        let usual = width(&window);
        session.keys("ctrl+plus ctrl+plus");
        wait_until("everything a quarter larger", || width(&window) == usual * 4 / 5);
        session.keys("ctrl+0 ctrl+minus");
        wait_until("everything smaller", || width(&window) > usual);
        usual
    };
    let (_driver, window) = session.window();
    window.see("Add your first sender");
    wait_until("everything as small as before", || width(&window) > usual);
    session.keys("ctrl+0");
    wait_until("everything as it was", || width(&window) == usual);
}

#[test]
fn without_a_display_it_says_so_in_one_line_and_ends() {
    for display in ["", ":63999"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sendright-desktop"));
        command.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY").stdin(Stdio::null());
        let ended = command.output().expect("the window was built");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.starts_with("sendright-desktop needs a display"), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
}

#[test]
fn a_sender_is_written_where_the_save_dialog_says() {
    let session = Session::start(servers());
    let (_driver, window) = session.window();
    window.press("Try it in the sandbox");
    window.press("More actions");
    window.press("Export…");
    let file = session.home().join("one sender.toml");
    session.choose_file("Save File", &file);
    window.see("Written to one sender.toml, without secrets");
    let text = fs::read_to_string(&file).expect("it was written");
    assert_eq!(text.matches("[[profile]]").count(), 1, "{text}");
}

/// Where the field called `id` is: at this size a point of the page is a point of the screen.
fn place(window: &Page, id: &str) -> (i64, i64) {
    let place = window.script(
        "const at = document.getElementById(arguments[0]).getBoundingClientRect(); return [at.x, at.y].map(Math.round)",
        &json!([id]),
    );
    let number = |at: usize| place[at].as_i64().expect("it is a number");
    (number(0) + 12, number(1) + 12)
}

#[test]
fn the_right_mouse_button_cuts_and_pastes_text() {
    let session = Session::start(servers());
    let (_driver, window) = session.window();
    window.press("Try it in the sandbox");
    window.turn_to("Compose");
    window.fill("Subject", "Invoice 4715");
    let (x, y) = place(&window, "subject");
    let subject = || {
        let value = window.script("return document.getElementById('subject').value", &json!([]));
        value.as_str().unwrap_or_default().to_owned()
    };
    session.keys("ctrl+a");
    session.mouse(&format!("mousemove {x} {y} click 3 sleep 1"));
    session.mouse("key t");
    wait_until("a subject that was cut", || subject().is_empty());
    session.mouse(&format!("mousemove {x} {y} click 3 sleep 1 key p"));
    wait_until("a subject that was pasted", || subject() == "Invoice 4715");
}
