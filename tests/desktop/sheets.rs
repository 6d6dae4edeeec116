//! Sheets, questions and notes that come up on the way, photographed: see [`Camera`].

use crate::{
    camera::{Camera, decide, photograph},
    consents::{code, type_code},
    declared::{apply, sender},
    journeys::{new_sender, sign_in},
    servers::{Servers, servers},
    session::Session,
    webdriver::another_device,
};
use serde_json::json;
use std::path::{Path, PathBuf};

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/certificates").join(name)
}

/// Senders of one organisation: one that a person signs in, one that signs in as an app; and an app nobody uses.
fn senders(servers: &Servers) -> String {
    let app = |name: &str, client: &str| {
        format!(
            "[[registration]]\nname = \"{name}\"\nprovider = \"microsoft\"\ntenant = \"{}\"\nclient_id = \"{}\"\n\
             authority = \"{}\"\nca_file = \"{}\"\n",
            servers.tenant,
            servers.clients[client],
            servers.idp,
            servers.ca.display(),
        )
    };
    let smtp = format!(
        "host = \"localhost\", port = {}, security = \"starttls\", ca_file = \"{}\"",
        servers.port("submission"),
        servers.ca.display(),
    );
    let mailer =
        "tags = [\"production\"]\nsign_in = \"delegated\"\nregistration = \"Kestrel Mailer\"";
    let jobs = "tags = [\"production\"]\nsign_in = \"app-only\"\nregistration = \"Nightly jobs\"";
    [
        app("Kestrel Mailer", "desktop"),
        app("Nightly jobs", "desktop") + "redirect = \"https://jobs.kestrel.example/back\"\n",
        app("Retired mailer", "desktop"),
        sender("Invoices", "alice@corp.test", &smtp, mailer),
        sender("Statements", "carol@corp.test", &smtp, jobs),
    ]
    .concat()
}

/// The wizard's own sign-in, by a code that is typed elsewhere.
fn the_wizards_end(camera: &mut Camera<'_>) {
    let (session, window) = (camera.session, camera.window);
    new_sender(window, servers(), "bob", "OAuth, delegated", "Loopback: a port of this computer");
    session.sent_to();
    window.see("Open browser again");
    camera.take("new-sender-consent");
    window.press("Device code");
    window.see("runs out in 14:");
    camera.take("new-sender-code");
    let code = code(window);
    window.press("Open page");
    type_code(&session.sent_to(), &code, "bob");
    window.see("Signed in as bob@corp.test");
    camera.take("new-sender-signed-in");
    window.press("Continue");
    window.see("The sender is there");
    camera.take("new-sender-done");
    window.press("Close");
}

/// What a sender says when its app registration changed.
fn a_sender_that_wants_a_sign_in(camera: &mut Camera<'_>) {
    let (session, window) = (camera.session, camera.window);
    window.press("Invoices");
    window.press("Sign in");
    {
        let (_elsewhere, page) = another_device();
        page.script("location = arguments[0]", &json!([session.sent_to()]));
        sign_in(&page, "alice");
        page.press("Continue");
        window.see("Signed in as alice@corp.test");
    }
    window.press("Close");
    window.press("Settings");
    window.press("Edit Kestrel Mailer");
    window.fill("Application (client) ID", "11111111-2222-3333-4444-555555555555");
    window.press("Save");
    window.see("will have to sign in again");
    camera.take("registration-sign-in-again");
    window.press("Save all the same");
    window.see("Kestrel Mailer is saved");
    window.press("Invoices");
    window.see("The app registration changed since the sign-in: client ID");
    camera.take("overview-sign-in-again");
    window.turn_to("Settings");
    window.press("Sign out");
    window.see("lets no program revoke tokens");
    camera.take("settings-signed-out");
}

fn certificates(camera: &mut Camera<'_>) {
    let (session, window) = (camera.session, camera.window);
    window.press("Statements");
    window.turn_to("Settings");
    window.press("Edit…");
    window.press("Certificate");
    camera.take("certificate");
    window.press("Choose file…");
    session.choose_file("Open File", &certificate("app.pfx"));
    window.see("Password of the file");
    window.fill("Password of the file", "of-a-test");
    window.press("Save");
    window.see("Nightly jobs is saved");
    window.press("Edit…");
    window.see("Save public part");
    camera.take("certificate-kept");
    window.press("Remove…");
    camera.take("certificate-removed");
    window.press("Keep");
    window.press("Delete…");
    camera.take("registration-in-use");
    window.press("Cancel");
}

fn a_registration_that_goes(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.press("Settings");
    window.press("Edit Retired mailer");
    window.press("Delete…");
    window.see("Delete Retired mailer");
    camera.take("registration-deleted");
    window.press("Keep");
    window.press("Cancel");
}

fn an_administrator(camera: &mut Camera<'_>) {
    let (session, window) = (camera.session, camera.window);
    window.control("b");
    window.see("Nobody has signed in yet");
    window.press("Settings");
    window.press("Edit Sandbox");
    window.press("Ask…");
    window.see("Waiting for the administrator");
    camera.take("admin-waiting");
    window.press("Open in the browser");
    decide(session, "decline");
    window.see("The administrator declined");
    camera.take("admin-refused");
    window.press("Try again");
    window.press("Open in the browser");
    decide(session, "allow");
    window.see("The app is allowed for the organisation");
    camera.take("admin-allowed");
    window.press("Close");
}

#[test]
fn every_sheet_and_note_is_whole_in_both_themes_and_sizes() {
    let session = Session::with_a_note_for_a_browser(Some(servers()));
    photograph(&session, the_wizards_end);
    apply(&session, &senders(servers()));
    photograph(&session, |camera| {
        a_sender_that_wants_a_sign_in(camera);
        certificates(camera);
        a_registration_that_goes(camera);
        an_administrator(camera);
    });
}
