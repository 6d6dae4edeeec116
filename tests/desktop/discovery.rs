//! A custom provider of which a person knows only the issuer, looked up in the window.

use crate::{
    servers::servers,
    session::Session,
    webdriver::{ELEMENT, wait_until},
};
use serde_json::json;

const ELSEWHERE: &str = "https://tokens.elsewhere.example/token";

#[test]
fn a_provider_is_looked_up_by_its_issuer_and_another_host_is_saved_only_once_it_is_trusted() {
    let servers = servers();
    let session = Session::with_a_note_for_a_browser(Some(servers));
    let (_driver, window) = session.window();
    let holds = |field: &str| {
        let element = window.find("field", field);
        let it = json!([{ (ELEMENT): element }]);
        window.script("return arguments[0].value", &it).as_str().unwrap_or_default().to_owned()
    };
    window.press("Settings");
    window.press("New…");
    window.choose("Provider", "Custom provider");
    window.fill("Name", "By issuer");
    window.fill("Client ID", &servers.clients["desktop"]);
    window.fill("Issuer", &format!("{}/{}/v2.0", servers.idp, servers.tenant));
    window.press("Look up");
    let under = |path: &str| format!("{}/{}/oauth2/v2.0/{path}", servers.idp, servers.tenant);
    wait_until("the lookup", || holds("Token endpoint") == under("token"));
    assert_eq!(holds("Authorize endpoint"), under("authorize"));

    window.fill("Token endpoint", ELSEWHERE);
    window.see("Codes and secrets would go to tokens.elsewhere.example. Do you trust it?");
    window.press("Save");
    window.see("which nobody has confirmed");
    session.picture("registration-other-host");
    window.press("I trust tokens.elsewhere.example");
    window.press("Save");
    window.see("By issuer is saved");
    window.press("Edit By issuer");
    assert_eq!(holds("Token endpoint"), ELSEWHERE);
}
