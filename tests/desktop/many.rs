//! Many senders, and many faults at once: what is meant stays in sight.

use crate::{
    app::{ENTER, ESCAPE},
    camera::photograph,
    declared::{apply, relay, sender},
    session::Session,
    webdriver::wait_until,
};
use serde_json::json;

const MANY: usize = 48;

/// Whether the chosen sender stands whole inside the list that scrolls.
const IN_SIGHT: &str = "
    const row = document.querySelector('[role=treeitem][aria-selected=true]');
    const [inner, outer] = [row, row.closest('.under')].map((one) => one.getBoundingClientRect());
    return inner.height > 0 && inner.top >= outer.top && inner.bottom <= outer.bottom;
";

fn name(number: usize) -> String {
    format!("Branch office {number:02}")
}

#[test]
fn the_chosen_sender_is_in_sight_and_so_is_the_end_of_a_long_refusal() {
    let session = Session::with_a_note_for_a_browser(None);
    let sender = |number: usize, more: &str| {
        sender(&name(number), &format!("office-{number}@kestrel.example"), &relay(25), more)
    };
    let all: String = (0..MANY).map(|number| sender(number, "sign_in = \"none\"")).collect();
    apply(&session, &all);
    photograph(&session, |camera| {
        let window = camera.window;
        window.see(&name(0));
        window.control("k");
        window.keys(&name(MANY - 1));
        window.keys(ENTER);
        wait_until("the sender that was searched for to be in sight", || {
            window.script(IN_SIGHT, &json!([])) == json!(true)
        });

        session.keys("ctrl+o");
        let wrong: String =
            (0..MANY).map(|number| sender(number, "sign_in = \"none\"\nuser = \"x\"")).collect();
        session.choose_file("Open File", &session.file("wrong.toml", wrong.as_bytes()));
        window.see("settings cannot be accepted");
        camera.take("import-many-refused");
        window.keys(ESCAPE);
        wait_until("the refusal to be dismissed", || {
            window.script("return document.querySelector('.trouble') === null", &json!([]))
                == json!(true)
        });
    });
}
