//! A custom provider whose endpoints are looked up by its issuer; the issuers here lie.

use crate::world::{
    sendright::Sendright,
    token_endpoint::{Asked, Say, TokenEndpoint},
};
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// An issuer that says `metadata` to whoever only asks, and gives tokens to whoever brings a form.
/// `ISSUER` stands for its own address.
async fn issuer(metadata: &str) -> TokenEndpoint {
    let (own, metadata) = (Arc::new(OnceLock::<String>::new()), metadata.to_owned());
    let address = Arc::clone(&own);
    let issuer = TokenEndpoint::start(move |asked| {
        if !asked.is_empty() {
            return tokens(asked);
        }
        Say::Json(200, metadata.replace("ISSUER", address.get().unwrap()))
    })
    .await;
    own.set(issuer.authority.clone()).unwrap();
    issuer
}

fn tokens(_: &Asked) -> Say {
    Say::Json(
        200,
        r#"{"access_token":"acce55","token_type":"Bearer","expires_in":3600}"#.to_owned(),
    )
}

fn metadata(authorize: &str, token: &str) -> String {
    format!(
        r#"{{"issuer":"ISSUER","authorization_endpoint":"{authorize}","token_endpoint":"{token}",
        "token_endpoint_auth_methods_supported":["client_secret_post"]}}"#
    )
}

/// An app that signs in by itself, with a secret; `more` is written out besides its issuer.
fn declared(issuer: &str, more: &str) -> String {
    format!(
        "[[registration]]\nname = \"hidden\"\nprovider = \"custom\"\nclient_id = \"app-1\"\nissuer = \"{issuer}\"\n\
         client_secret = {{ env = \"KESTREL_SECRET\" }}\n{more}\n\
         [[profile]]\nname = \"Reports\"\nregistration = \"hidden\"\nsign_in = \"app-only\"\nscopes = [\"mail.send\"]\n\
         mailbox = \"reports@kestrel.example\"\nsmtp = {{ host = \"localhost\", port = 2525 }}\n"
    )
}

/// Applies `toml`; gives the exit code and the last object.
fn apply(sendright: &Sendright, toml: &str) -> (u8, Value) {
    sendright.write("hidden.toml", toml);
    let ended = sendright.run(&["apply", "-f", "hidden.toml", "--json"]);
    let last = ended.stdout.lines().last().unwrap_or_default();
    (ended.code, serde_json::from_str(last).unwrap_or_else(|_| panic!("{}", ended.stderr)))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_issuer_says_is_used_told_and_written_down() {
    let issuer = issuer(&metadata("ISSUER/ask", "ISSUER/token")).await;
    let sendright = Sendright::new();
    let toml = declared(&issuer.authority, "");
    let (code, applied) = apply(&sendright, &toml);
    assert_eq!(code, 0, "{applied}");
    let token = format!("token_endpoint = \"{}/token\"", issuer.authority);
    assert!(applied["found"].to_string().contains(&token.replace('"', "\\\"")), "{applied}");
    assert!(sendright.run(&["export"]).stdout.contains(&token));
    let again = apply(&sendright, &toml).1;
    assert_eq!(again["unchanged"], serde_json::json!(["hidden", "Reports"]));
    assert_eq!(again["found"], serde_json::json!([]), "that is known");
    let basic = toml.replace("issuer =", "client_authentication = \"basic\"\nissuer =");
    let (code, written) = apply(&sendright, &basic);
    assert_eq!(
        (code, &written["found"]),
        (0, &serde_json::json!([])),
        "what the file says is not found"
    );
    assert_eq!(apply(&sendright, &toml).0, 0);
    sendright.json(&["token", "Reports"]);
    assert_eq!(issuer.asked().last().unwrap()["client_secret"], "kestrel-secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_goes_to_a_host_that_nobody_has_confirmed() {
    let evil = TokenEndpoint::start(tokens).await;
    let elsewhere = format!("{}/token", evil.authority);
    let issuer = issuer(&metadata("ISSUER/ask", &elsewhere)).await;
    let sendright = Sendright::new();

    let (code, refused) = apply(&sendright, &declared(&issuer.authority, ""));
    assert_eq!((code, &refused["problem"]["code"]), (2, &"invalid-settings".into()), "{refused}");
    let fault = &refused["problem"]["fields"][0];
    let host = evil.authority.trim_start_matches("http://");
    assert_eq!(fault["field"], "token_endpoint", "{refused}");
    assert!(fault["fault"].as_str().unwrap().contains(host), "{fault}");
    let line = format!("token_endpoint = \"{elsewhere}\"");
    assert!(fault["remedy"].as_str().unwrap().ends_with(&line), "{fault}");
    assert_eq!(sendright.json(&["profiles"])["profiles"], serde_json::json!([]), "half is kept");
    assert!(evil.asked().is_empty());

    // The line of the remedy is the confirmation.
    let confirmed = declared(&issuer.authority, &line);
    assert_eq!(apply(&sendright, &confirmed).0, 0);
    sendright.json(&["token", "Reports"]);
    assert_eq!(evil.asked().last().unwrap()["client_secret"], "kestrel-secret");

    // Without it the file says nothing of that host, whatever was saved before.
    assert_eq!(apply(&sendright, &declared(&issuer.authority, "")).0, 2);
}

#[tokio::test(flavor = "multi_thread")]
#[rustfmt::skip]
async fn issuers_that_do_not_say_where_their_endpoints_are() {
    const NO: (u8, &str) = (4, "not-the-protocol");
    const BUSY: (u8, &str) = (9, "provider-busy");
    let table = [
        // what it answers                                                      how it ends, words of the title
        (Say::Json(404, "{}".to_owned()),                                       NO,   "does not say where its endpoints are", None),
        (Say::Json(200, r#"{"issuer":"https://login.example"}"#.to_owned()),    NO,   "speaks for another one", None),
        (Say::Json(200, "[]".to_owned()),                                       NO,   "in a usable way", None),
        (Say::Raw("HTTP/1.1 302 Found\r\nlocation: https://evil.example/\r\ncontent-length: 0\r\n\r\n".to_owned()), NO, "does not say where its endpoints are", None),
        (Say::Raw("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>".to_owned()), NO, "in a usable way", None),
        (Say::Raw("HTTP/1.1 429 Slowly\r\nretry-after: 90\r\ncontent-length: 0\r\n\r\n".to_owned()), BUSY, "wants to be asked later", Some(90_000)),
        (Say::Json(503, "{}".to_owned()),                                       BUSY, "wants to be asked later", None),
    ];
    for (says, ends, title, wait) in table {
        let mut says = Some(says);
        let issuer = TokenEndpoint::start(move |_| says.take().unwrap_or(Say::Json(404, "{}".to_owned()))).await;
        let sendright = Sendright::new();
        let (code, refused) = apply(&sendright, &declared(&issuer.authority, ""));
        assert_eq!((code, refused["problem"]["code"].as_str().unwrap()), ends, "{refused}");
        assert_eq!(refused["problem"]["retry_after_ms"].as_u64(), wait, "{refused}");
        assert!(refused["problem"]["title"].as_str().unwrap().contains(title), "{title}: {refused}");
        assert_eq!(sendright.json(&["profiles"])["profiles"], serde_json::json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn applying_twice_changes_nothing_while_the_issuer_is_not_to_be_had() {
    let says = [Say::HangUp, Say::Json(503, "{}".to_owned()), Say::Json(429, "{}".to_owned())];
    for says in says {
        let sound = metadata("ISSUER/ask", "ISSUER/token");
        let own = Arc::new(OnceLock::<String>::new());
        let (address, mut first, mut says) = (Arc::clone(&own), true, Some(says));
        let issuer = TokenEndpoint::start(move |_| {
            if std::mem::take(&mut first) {
                return Say::Json(200, sound.replace("ISSUER", address.get().unwrap()));
            }
            says.take().unwrap_or(Say::HangUp)
        })
        .await;
        own.set(issuer.authority.clone()).unwrap();
        let sendright = Sendright::new();
        let toml = declared(&issuer.authority, "");
        assert_eq!(apply(&sendright, &toml).0, 0);
        let (code, again) = apply(&sendright, &toml);
        assert_eq!((code, &again["unchanged"][0]), (0, &"hidden".into()), "{again}");
        assert_eq!(again["found"], serde_json::json!([]), "nobody said it");

        // Of an app that is changed it has to say so anew, and another issuer for the first time.
        let before = sendright.run(&["export"]).stdout;
        for (old, new) in [("app-1", "app-2"), (&*issuer.authority, "http://127.0.0.1:1")] {
            let (code, refused) = apply(&sendright, &toml.replace(old, new));
            assert_ne!(code, 0, "{new}: {refused}");
            assert_eq!(sendright.run(&["export"]).stdout, before, "{new}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_that_another_program_replaced_while_the_issuer_was_asked_do_not_come_back() {
    let sendright = Arc::new(Sendright::new());
    let other = "https://id.other.example";
    let replaced = declared(
        other,
        &format!("authorize_endpoint = \"{other}/ask\"\ntoken_endpoint = \"{other}/token\""),
    );
    let sound = metadata("ISSUER/ask", "ISSUER/token");
    let (own, beside) = (Arc::new(OnceLock::<String>::new()), Arc::clone(&sendright));
    let (address, mut asked) = (Arc::clone(&own), 0);
    let issuer = TokenEndpoint::start(move |_| {
        asked += 1;
        match asked {
            1 => return Say::Json(200, sound.replace("ISSUER", address.get().unwrap())),
            2 => assert_eq!(apply(&beside, &replaced).0, 0),
            _ => {}
        }
        Say::HangUp
    })
    .await;
    own.set(issuer.authority.clone()).unwrap();
    let toml = declared(&issuer.authority, "");
    assert_eq!(apply(&sendright, &toml).0, 0);
    let (code, refused) = apply(&sendright, &toml);
    assert_eq!(code, 2, "nobody says where its endpoints are: {refused}");
    let kept = sendright.run(&["export"]).stdout;
    assert!(kept.contains(other) && !kept.contains(&issuer.authority), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_file_is_said_by_itself_and_before_its_issuer_is_asked() {
    let issuer = issuer(&metadata("ISSUER/ask", "ISSUER/token")).await;
    let sendright = Sendright::new();
    let sound = declared(&issuer.authority, "");
    let proxied =
        |password: &str| format!("{sound}route = \"http://me@localhost:3128\"\n{password}");
    let table = [
        (sound.replace("2525", "0"), "smtp.port"),
        (format!("{sound}route = \"ftp://localhost\"\n"), "route"),
        (proxied("proxy_password = { env = \"NOT_SET\" }\n"), "proxy_password"),
        (sound.replace(&issuer.authority, "http://id.example"), "issuer"),
    ];
    for (toml, field) in table {
        let (code, refused) = apply(&sendright, &toml);
        let fields: Vec<_> = refused["problem"]["fields"].as_array().unwrap().iter().collect();
        assert_eq!(code, 2, "{refused}");
        assert_eq!(
            fields.iter().map(|one| &one["field"]).collect::<Vec<_>>(),
            [field],
            "{refused}"
        );
    }
    assert!(issuer.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_of_a_new_sender_is_asked_although_its_user_was_given_no_password() {
    let proxy = TokenEndpoint::start(|_| Say::Json(403, String::new())).await;
    let port = proxy.authority.rsplit(':').next().unwrap();
    let sendright = Sendright::new();
    let toml = declared("https://login.kestrel.invalid", "");
    let toml = format!("{toml}route = \"http://me@127.0.0.1:{port}\"\n");
    let (code, refused) = apply(&sendright, &toml);
    assert_eq!((code, &refused["problem"]["code"]), (4, &"proxy-refused".into()), "{refused}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_comes_through_a_pipe_is_read_once_although_the_issuer_is_asked_between() {
    let issuer = issuer(&metadata("ISSUER/ask", "ISSUER/token")).await;
    let sendright = Sendright::new();
    sendright.pipe("pipe", b"through-a-pipe\n".to_vec());
    let toml =
        declared(&issuer.authority, "").replace("env = \"KESTREL_SECRET\"", "file = \"pipe\"");
    let (code, applied) = apply(&sendright, &toml);
    assert_eq!(code, 0, "{applied}");
    sendright.json(&["token", "Reports"]);
    assert_eq!(issuer.asked().last().unwrap()["client_secret"], "through-a-pipe");
}
