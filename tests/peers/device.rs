//! A code that is typed into a real browser, at a real provider.

use super::{
    product::{Product, profile, registration, smtp},
    servers::servers,
    webdriver::{Driver, Page, another_device},
};
use serde_json::{Value, json};

/// Alice's profile by SMTP with the public client.
fn alice() -> Product {
    let product = Product::new();
    product.apply(
        &(registration(servers(), "desktop")
            + &profile("Alice", "alice", "\"delegated\"\nregistration = \"desktop\"")
            + &smtp(servers(), "submission", "starttls")),
    );
    product
}

/// A Chromium of its own, at the page where the code of `event` is typed; it types it.
fn at_the_page(event: &Value) -> (Driver, Page) {
    let (driver, page) = another_device();
    page.script("location = arguments[0]", &json!([event["verification_uri"]]));
    page.fill("user_code", event["user_code"].as_str().expect("a code is printed"));
    page.press("Continue");
    (driver, page)
}

#[test]
fn who_types_the_code_and_allows_it_is_signed_in() {
    let product = alice();
    let (event, running) = product.start(&["consent", "Alice", "--route", "device"]);
    assert_eq!(event["event"], "device", "{event}");
    assert!(event["verification_uri_complete"].is_string(), "{event}");
    assert!(event["expires_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{event}");
    let (_driver, page) = at_the_page(&event);
    page.see(event["user_code"].as_str().expect("a code is printed"));
    page.press("Continue");
    page.fill("Enter any login", "alice@corp.test");
    page.fill("and password", "any");
    page.press("Sign-in");
    page.see("Authorize");
    page.press("Continue");
    page.see("Success");
    let answer = running.ended().fine();
    let steps = answer.lines.iter().filter_map(|line| line["step"].as_str());
    let expected = ["waiting", "code_received", "tokens_stored", "identity_checked", "done"];
    assert_eq!(steps.collect::<Vec<_>>(), expected, "{answer:?}");
    assert_eq!(answer.result()["account"], "alice@corp.test", "{answer:?}");
    assert!(!format!("{answer:?}").contains("device_code"), "{answer:?}");
    let send = ["send", "Alice", "--to", "bob@corp.test", "--subject", "typed", "--text", "y"];
    product.run(&send).fine();
}

#[test]
fn who_declines_the_code_is_quoted() {
    let product = alice();
    let (event, running) = product.start(&["consent", "Alice", "--route", "device"]);
    let (_driver, page) = at_the_page(&event);
    page.press("[ Abort ]");
    let answer = running.ended();
    assert_eq!((answer.code, answer.problem()), (3, "consent-declined"), "{answer:?}");
    assert!(answer.their_words().contains("access_denied"), "{answer:?}");
}

#[test]
fn ctrl_c_ends_the_waiting_for_a_code() {
    let product = alice();
    let (_, running) = product.start(&["consent", "Alice", "--route", "device"]);
    running.interrupt();
    let answer = running.ended();
    assert_eq!((answer.code, answer.problem()), (3, "consent-cancelled"), "{answer:?}");
    assert_eq!(product.run(&["token", "Alice"]).code, 3, "nobody is signed in");
}

#[test]
fn google_says_before_anything_that_it_has_no_codes_for_mail() {
    let product = Product::new();
    product.apply(
        "[[registration]]\nname = \"g\"\nprovider = \"google\"\nclient_id = \"x\"\n\
         [[profile]]\nname = \"G\"\nmailbox = \"g@corp.test\"\nsign_in = \"delegated\"\n\
         registration = \"g\"\n",
    );
    let answer = product.run(&["consent", "G", "--route", "device"]);
    assert_eq!((answer.code, answer.problem()), (2, "invalid-settings"), "{answer:?}");
    let title = answer.result()["problem"]["title"].as_str().expect("a title");
    assert!(title.starts_with("Google offers no sign-in with a code"), "{title}");
}
