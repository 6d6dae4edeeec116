//! Consents that do not come from this computer's browser alone: a typed code, an administrator.

use crate::{
    app::TAB,
    journeys::{new_sender, sign_in},
    servers::servers,
    session::Session,
    webdriver::{Page, another_device, wait_until},
};
use serde_json::json;

/// The code on the screen: two words of four capitals.
pub(crate) fn code(window: &Page) -> String {
    let of_four = |word: &str| word.len() == 4 && word.chars().all(|c| c.is_ascii_uppercase());
    let is_code =
        |word: &&str| word.split_once('-').is_some_and(|(one, two)| of_four(one) && of_four(two));
    let text = window.text();
    text.split_whitespace().find(is_code).expect("a code is shown").to_owned()
}

/// What a person does on another device, where the page is opened and the code typed.
pub(crate) fn type_code(place: &str, code: &str, user: &str) {
    let (_elsewhere, page) = another_device();
    page.script("location = arguments[0]", &json!([place]));
    page.fill("user_code", code);
    page.press("Continue");
    page.see(code);
    page.press("Continue");
    sign_in(&page, user);
    page.press("Continue");
    page.see("Success");
}

/// How long the code can still be typed, in seconds.
fn left(window: &Page) -> u32 {
    let text = window.text();
    let (_, after) = text.split_once("runs out in ").expect("it says when the code runs out");
    let (minutes, seconds) = after[..5].split_once(':').expect("minutes and seconds");
    let number = |digits: &str| digits.parse::<u32>().expect("they are numbers");
    number(minutes) * 60 + number(seconds)
}

/// What pasting gives now, in the field that takes what a browser shows.
fn pasted(session: &Session, window: &Page) -> String {
    window.press("The browser shows an error");
    window.go_to(TAB, "What does the browser show?");
    session.keys("ctrl+v");
    let text = || {
        let value = window.script("return document.activeElement.value", &json!([]));
        value.as_str().unwrap_or_default().to_owned()
    };
    wait_until("pasted text", || !text().is_empty());
    text()
}

#[test]
fn a_code_is_typed_on_another_device() {
    let servers = servers();
    let session = Session::with_a_note_for_a_browser(Some(servers));
    let (_driver, window) = session.window();
    let way = "Loopback: a port of this computer";
    new_sender(&window, servers, "alice", "OAuth, delegated", way);
    session.sent_to();
    window.press("Device code");
    window.see("runs out in 14:");
    let began = left(&window);
    wait_until("a code that runs out", || left(&window) < began);
    session.picture("code");

    let code = code(&window);
    window.press("Copy code");
    window.see("Copied");
    assert_eq!(pasted(&session, &window), code);
    window.press("Open page");
    let place = session.sent_to();
    type_code(&place, &code, "alice");
    window.see("Signed in as alice@corp.test");
    assert!(!session.keyring_entries().is_empty(), "the tokens are in the keychain");
}

#[test]
fn an_administrator_declines_and_then_allows_the_app() {
    let session = Session::start(servers());
    let (_driver, window) = session.window();
    window.press("Try it in the sandbox");
    window.see("Sandbox SMTP");
    window.press("Settings");
    window.press("Edit Sandbox");
    window.see("has not been asked from here");
    window.press("Ask…");
    let answers = [
        ("Decline", "The administrator declined"),
        ("Allow", "The app is allowed for the organisation"),
    ];
    for (decision, shown) in answers {
        window.press("Open in the browser");
        {
            let (_driver, browser) = session.browser();
            browser.press("You");
            browser.see("everybody in the organisation");
            browser.press(decision);
            window.see(shown);
            assert!(
                browser.url().ends_with("/oauth2/done"),
                "nothing of the answer stays in its address"
            );
        }
        session.close_browser();
        if decision == "Decline" {
            window.see("AADSTS65004");
            window.press("Try again");
        }
    }
    window.press("Close");
    window.press("Edit Sandbox");
    window.see("allowed the app on");
}
