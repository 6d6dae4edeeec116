//! Ways back that a provider does not have: said in full before anybody's browser opens.

use crate::world::sendright::Sendright;
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};
use url::Url;

/// `name = (provider, redirect, has a secret)`, each with a sender of the same name.
const APPS: &[(&str, &str, &str, bool)] = &[
    ("ms loopback", "microsoft", "loopback", false),
    ("ms loopback, secret", "microsoft", "loopback", true),
    ("ms link, secret", "microsoft", "deep-link", true),
    ("ms page", "microsoft", "https://erp.kestrel.example/answer", false),
    ("ms page, secret", "microsoft", "https://erp.kestrel.example/answer", true),
    (
        "ms blank, secret",
        "microsoft",
        "https://login.microsoftonline.com/common/oauth2/nativeclient",
        true,
    ),
    ("g loopback", "google", "loopback", false),
    ("g loopback, secret", "google", "loopback", true),
    ("g page, secret", "google", "https://erp.kestrel.example/answer", true),
    ("own page", "custom", "https://erp.kestrel.example/answer", false),
    ("capitals", "custom", "https://ERP.Kestrel.example", false),
    ("this computer", "microsoft", "http://localhost", true),
];

fn declared() -> String {
    let one = |(name, provider, redirect, secret): &(&str, &str, &str, bool)| {
        let more = match *provider {
            "microsoft" => {
                "tenant = \"kestrel.example\"\nauthority = \"https://login.example/#TenantID#\"\n"
            }
            "custom" => {
                "authorize_endpoint = \"https://id.example/ask\"\ntoken_endpoint = \"https://id.example/token\"\n"
            }
            _ => "",
        };
        let secret = if *secret { "client_secret = { env = \"KESTREL_SECRET\" }\n" } else { "" };
        format!(
            "[[registration]]\nname = \"{name}\"\nprovider = \"{provider}\"\nredirect = \"{redirect}\"\n\
             client_id = \"11111111-2222-3333-4444-555555555555\"\n{more}{secret}\
             [[profile]]\nname = \"{name}\"\nregistration = \"{name}\"\nmailbox = \"anna@kestrel.example\"\n\
             smtp = {{ host = \"smtp.example\", port = 587 }}\n"
        )
    };
    let by_itself = "[[profile]]\nname = \"by itself\"\nregistration = \"ms loopback, secret\"\nsign_in = \"app-only\"\n\
         mailbox = \"anna@kestrel.example\"\n";
    APPS.iter().map(one).collect::<String>() + by_itself
}

fn applied() -> Sendright {
    let sendright = Sendright::new();
    sendright.write("apps.toml", &declared());
    sendright.json(&["apply", "-f", "apps.toml"]);
    sendright
}

#[test]
#[rustfmt::skip]
fn a_way_back_that_does_not_exist_is_explained_and_no_browser_opens() {
    let sendright = applied();
    let table = [
        // sender              route        exit code, problem              words that say what to do
        ("g loopback, secret", "deep-link", 2, "invalid-settings", "\"loopback\" or \"paste\""),
        ("g page, secret",     "deep-link", 2, "invalid-settings", "\"loopback\" or \"paste\""),
        ("g page, secret",     "loopback",  2, "invalid-settings", "\"paste\""),
        ("g loopback, secret", "device",    2, "invalid-settings",  "Gmail scopes"),
        ("g loopback",         "loopback",  3, "sign-in-needed",    "Google Cloud console"),
        ("g loopback",         "paste",     3, "sign-in-needed",    "Google Cloud console"),
        ("ms page, secret",    "loopback",  2, "invalid-settings", "\"paste\""),
        ("ms page, secret",    "deep-link", 2, "invalid-settings", "\"paste\""),
        ("ms blank, secret",   "loopback",  2, "invalid-settings", "\"paste\""),
        ("ms page",            "paste",     3, "sign-in-needed",    "web app, which has to prove itself"),
        ("own page",           "loopback",  2, "invalid-settings", "\"paste\""),
        ("own page",           "deep-link", 2, "invalid-settings", "\"paste\""),
        ("own page",           "device",    2, "invalid-settings",  "device endpoint"),
        ("by itself",          "loopback",  2, "invalid-settings",  "app-only"),
    ];
    for (sender, route, code, problem, words) in table {
        let ended = sendright.run(&["consent", sender, "--no-browser", "--json", "--route", route]);
        let row = format!("{sender}, {route}: {}", ended.stdout);
        assert_eq!(ended.code, code, "{row}");
        assert!(!ended.stdout.contains("\"open\""), "{row}");
        let last: Value = serde_json::from_str(ended.stdout.lines().last().unwrap()).unwrap();
        assert_eq!(last["problem"]["code"], problem, "{row}");
        assert!(last["problem"]["means"].as_str().unwrap().contains(words), "{row}");
    }
}

#[test]
fn a_deep_link_cannot_be_set_for_google() {
    let sendright = Sendright::new();
    let toml = "[[registration]]\nname = \"g\"\nprovider = \"google\"\nclient_id = \"app\"\nredirect = \"deep-link\"\n";
    sendright.write("google.toml", toml);
    let refused = sendright.run(&["apply", "-f", "google.toml"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("Google's desktop clients have no deep links"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("Use loopback"), "{}", refused.stderr);
}

#[test]
#[rustfmt::skip]
fn what_the_way_back_asks_of_the_app_registration_is_said_with_the_address() {
    let sendright = applied();
    let table = [
        // sender                 route              words of the note; empty: there is none
        ("ms loopback",         None,              ""),
        ("ms loopback",         Some("deep-link"), ""),
        ("ms loopback, secret", None,              "Mobile and desktop applications"),
        ("ms loopback, secret", Some("paste"),     "Mobile and desktop applications"),
        ("ms link, secret",     None,              "Mobile and desktop applications"),
        ("ms blank, secret",    None,              "Mobile and desktop applications"),
        ("ms page, secret",     None,              "Single-page application"),
        ("g loopback, secret",  None,              ""),
        ("g page, secret",      None,              "Web application"),
        ("own page",            None,              ""),
        ("capitals",            None,              ""),
        ("this computer",       None,              "Single-page application"),
    ];
    for (sender, route, words) in table {
        let mut arguments = vec!["consent", sender, "--no-browser", "--json"];
        arguments.extend(route.into_iter().flat_map(|route| ["--route", route]));
        let mut command = sendright.command(&arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut printed = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut printed).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let open: Value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{sender}: {printed}"));
        assert_eq!(open["event"], "open", "{sender}: {printed}");
        let note = open["note"].as_str().unwrap_or_default();
        assert!(note.contains(words) && note.is_empty() == words.is_empty(), "{sender} {route:?}: {note}");
        let url: Url = open["url"].as_str().unwrap().parse().unwrap();
        let page = APPS.iter().find(|(name, _, redirect, _)| *name == sender && redirect.starts_with("http"));
        if let (Some((_, _, page, _)), None) = (page, route) {
            let asked = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1;
            assert_eq!(asked, *page, "as it is registered, letter by letter");
        }
        if sender.starts_with("ms") {
            let url = url.as_str();
            assert!(url.starts_with("https://login.example/kestrel.example/oauth2/v2.0/authorize?"), "{url}");
        }
    }
}
