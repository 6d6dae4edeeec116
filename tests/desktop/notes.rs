//! Notes, questions and banners over the window, photographed: see [`Camera`].

use crate::{
    app::ENTER,
    camera::{Camera, photograph},
    counterparts::{provider_that_grants_less, relay_that_falls_silent},
    declared::{apply, relay, sender},
    dragging::Files,
    servers::servers,
    session::Session,
    webdriver::{client, wait_until},
};
use std::sync::mpsc;
use url::Url;

/// A server that nobody calls.
const SERVER: &str = "host = \"mail.kestrel.example\"";

/// An app registration whose secret ended before anybody replaced it.
const FORGOTTEN: &str = "[[registration]]\nname = \"Forgotten\"\nprovider = \"microsoft\"\ntenant = \"kestrel.example\"\n\
    client_id = \"11111111-2222-3333-4444-555555555555\"\nclient_secret = { file = \"secret.txt\" }\n\
    client_secret_expires = 2026-01-31\n";

/// A sender that is granted less than it asks for and renews its token for each message, and one with a password.
fn senders(provider: u16, silent: u16) -> String {
    let registration = format!(
        "[[registration]]\nname = \"Own provider\"\nprovider = \"custom\"\nclient_id = \"mailer\"\n\
         authorize_endpoint = \"http://127.0.0.1:{provider}/authorize\"\ntoken_endpoint = \"http://127.0.0.1:{provider}/token\"\n"
    );
    let reports = "tags = [\"production\"]\nsign_in = \"delegated\"\nregistration = \"Own provider\"\n\
                   scopes = [\"mail.send\", \"mail.read\"]\ntoken_grace_seconds = 3000";
    let statements = "tags = [\"production\"]\nsign_in = \"password\"";
    let payslips = "tags = [\"staff\"]\nsign_in = \"app-only\"\nregistration = \"Forgotten\"\ntransport = \"graph\"";
    [
        registration,
        FORGOTTEN.to_owned(),
        sender("Payslips", "payslips@kestrel.example", SERVER, payslips),
        sender("Reports", "reports@kestrel.example", &relay(silent), reports),
        sender("Statements", "statements@kestrel.example", SERVER, statements),
    ]
    .concat()
}

/// Goes back from the sign-in page with a code, as the browser does.
fn come_back(session: &Session) {
    let asked: Url = session.sent_to().parse().expect("it is an address");
    let field = |name: &str| {
        asked.query_pairs().find(|(key, _)| key == name).expect("it is asked").1.into_owned()
    };
    let back = Url::parse_with_params(
        &field("redirect_uri"),
        [("code", "a-code"), ("state", &field("state"))],
    );
    client().get(back.expect("it is an address")).send().expect("the window listens");
}

fn expired(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.press("Payslips");
    window.see("The client secret ended");
    camera.take("overview-expired");
    window.turn_to("Compose");
    camera.take("compose-expired");
    window.turn_to("Settings");
    camera.take("settings-expired");
    window.press("Edit…");
    window.see("Secret expires");
    camera.take("registration-expired");
    window.press("Cancel");
    window.turn_to("Overview");
}

fn missing_scopes(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.press("Reports");
    window.press("Sign in");
    come_back(camera.session);
    window.see("does not say which account it was");
    camera.take("consent-unknown-account");
    window.press("Close");
    window.see("Not everything was allowed");
    camera.take("overview-missing-scopes");
}

/// The provider takes its time to renew the token that a message is sent with.
fn credentials(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.turn_to("Compose");
    window.fill("To", &format!("anna@kestrel.example{ENTER}"));
    window.press("Send");
    window.see("Getting the credentials");
    camera.take("compose-credentials");
    window.press("Cancel");
    window.see("Waiting for the token was cancelled");
    window.press("Close the result");
}

fn questions(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.press("Statements");
    window.turn_to("Settings");
    window.fill("Host and port", "mail.kestrel.example");
    window.choose("Security", "None, in clear text");
    window.see("would travel in clear text");
    camera.take("settings-clear-text");
    window.press("Allow…");
    window.see("Send the password in clear text?");
    camera.take("clear-text");
    window.press("Cancel");
    behind_a_proxy(camera);
    window.press("More actions");
    camera.take("more-actions");
    window.press("Delete");
    window.see("Statements deleted");
    camera.take("sender-deleted");
}

/// A proxy hears even what this computer is told; its own password is kept, also where no proxy is used any more.
fn behind_a_proxy(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.fill("Host and port", "localhost");
    window.see("fine on this computer");
    window.choose("Connections go", "Through a SOCKS5 proxy");
    window.fill("Proxy and port", "proxy.kestrel.example");
    window.see("would travel in clear text");
    camera.take("settings-clear-text-proxied");
    window.press("Allow…");
    window.press("Allow for this server");
    window.see("may travel to localhost in clear text");
    window.fill("Proxy’s user", "mailer");
    window.press("Save");
    window.see("Saved");
    window.fill("Proxy password", "a-proxys-password");
    window.keys(ENTER);
    window.see("Proxy password stored in the keychain");
    wait_until("what the keys go on at", || window.focused() == "Replace… Proxy password");
    camera.take("settings-proxy-password");
    window.turn_to("Overview");
    window.see("for the proxy");
    camera.take("overview-proxy-password");
    window.turn_to("Settings");
    window.choose("Connections go", "Straight");
    window.press("Save");
    window.see("Saved");
    window.turn_to("Overview");
    window.see("not used by the route");
    camera.take("overview-proxy-password-unused");
    window.turn_to("Settings");
    window.press("Remove… Proxy password");
    window.see("Remove it for good?");
    camera.take("settings-proxy-password-unused");
    window.press("Remove for good");
    window.see("Proxy password removed");
}

/// What comes of files: an export, an import, and a file with faults.
fn files(camera: &mut Camera<'_>) {
    let (session, window) = (camera.session, camera.window);
    window.press("More actions");
    window.press("Export…");
    session.choose_file("Save File", &session.home().join("senders-2026-11.toml"));
    window.see("without secrets");
    camera.take("exported");
    let secret = "sign_in = \"password\"\npassword = { vault = true }";
    let good = sender("Newsletter", "news@kestrel.example", SERVER, secret);
    let bad = sender("Newsletter", "news", &format!("{SERVER}, port = 99999"), "");
    for (text, picture, seen) in [(good, "imported", "1 created"), (bad, "import-refused", "port")]
    {
        session.keys("ctrl+o");
        session.choose_file("Open File", &session.file("import.toml", text.as_bytes()));
        window.see(seen);
        camera.take(picture);
    }
    window.press("Dismiss");
}

fn dragged(camera: &mut Camera<'_>) {
    let (session, window) = (camera.session, camera.window);
    window.press("Reports");
    window.turn_to("Compose");
    window.see("Drop files here");
    let terms = session.file("delivery terms.pdf", &vec![7; 96_000]);
    let files = Files::open(session, &[&terms]);
    files.hold_at(700, 400);
    window.see("Release to attach delivery terms.pdf, 96.0 KB");
    camera.take("compose-dragged");
    files.let_go();
    window.see("Drop files here");
}

fn a_first_vault_file(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.see("There is no keychain in this session");
    camera.take("vault-absent");
    window.press("Make a vault file…");
    camera.take("vault-new");
    window.fill("Passphrase", "correct horse");
    window.fill("The same again", "correct horse");
    window.press("Make the vault file");
    window.see("The vault file is made");
}

fn a_closed_vault_file(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.see("Passwords and tokens of your senders are in a file");
    window.fill("Passphrase", "wrong");
    window.press("Open");
    window.see("This passphrase does not open it");
    camera.take("vault-passphrase");
    window.press("Not now");
    camera.take("vault-closed");
}

#[test]
fn every_note_and_question_is_whole_in_both_themes_and_sizes() {
    let session = Session::with_a_note_for_a_browser(None);
    let ((_provider, waits), (_relay, silent)) = (mpsc::channel(), mpsc::channel());
    let provider = provider_that_grants_less(waits);
    session.file("secret.txt", b"a-secret-of-long-ago");
    apply(&session, &senders(provider, relay_that_falls_silent(silent)));
    photograph(&session, |camera| {
        expired(camera);
        missing_scopes(camera);
        credentials(camera);
        questions(camera);
        files(camera);
        dragged(camera);
    });
}

#[test]
fn the_vaults_sheets_are_whole_in_both_themes_and_sizes() {
    let session = Session::without_keyring(servers());
    photograph(&session, a_first_vault_file);
    photograph(&session, a_closed_vault_file);
}
