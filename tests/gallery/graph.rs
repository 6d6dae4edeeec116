//! Graphs that do one thing wrong each.

use super::{Gallery, Verdict};
use crate::world::{
    graph_script::{GraphScript, Say, answer, json, refusal},
    token_endpoint::{Say as Token, TokenEndpoint},
};
use base64::{Engine as _, engine::general_purpose::STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::json as value;
use std::{process::Stdio, sync::Arc};
use tokio::task::JoinSet;

const SEND_MAIL: &str = "POST sendMail";
const FIND: &str = "GET messages?%24filter=internetMessageId";
const MAKE: &str = "POST messages";
const OPEN: &str = "POST messages/D1/attachments/createUploadSession";
const COUNT: &str = "GET messages/D1/attachments?";
const SUBMIT: &str = "POST messages/D1/send";
const LOOK: &str = "GET messages/D1?";
const REMOVE: &str = "DELETE messages/D1";
const PUT: &str = "PUT /upload?";
const FAR: &str = "GET /upload?";

/// What a large message has attached, in octets: two ranges.
const LARGE: usize = 4_000_000;

/// One misbehaviour: what happens step by step, and what the program makes of it.
struct Picture {
    name: &'static str,
    large: bool,
    steps: Vec<(&'static str, Say)>,
    verdict: (u8, &'static str, &'static str),
}

fn picture(
    name: &'static str,
    verdict: (u8, &'static str, &'static str),
    steps: Vec<(&'static str, Say)>,
) -> Picture {
    let large = steps.first().is_some_and(|(line, _)| *line == MAKE);
    Picture { name, large, steps, verdict }
}

fn accepted() -> Say {
    answer("202 Accepted", "", "")
}

fn gone() -> Say {
    answer("204 No Content", "", "")
}

fn busy(headers: &str) -> Say {
    let body = r#"{"error":{"code":"ApplicationThrottled","message":"over its limit"}}"#;
    answer("429 Too Many Requests", headers, body)
}

fn found() -> Say {
    json("200 OK", r#"{"value":[{"id":"S1","isDraft":false}]}"#)
}

fn nothing() -> Say {
    json("200 OK", r#"{"value":[]}"#)
}

fn made() -> Say {
    json("201 Created", r#"{"id":"D1","isDraft":true}"#)
}

fn opened() -> Say {
    json("201 Created", r#"{"uploadUrl":"{base}/upload?authtoken=of-a-test"}"#)
}

fn wants(octet: usize) -> Say {
    json("200 OK", &format!(r#"{{"nextExpectedRanges":["{octet}-"]}}"#))
}

fn complete() -> Say {
    answer("201 Created", "", "")
}

fn draft() -> Say {
    json("200 OK", r#"{"id":"D1","isDraft":true}"#)
}

fn expired() -> Say {
    refusal("401 Unauthorized", "InvalidAuthenticationToken", "Lifetime validation failed")
}

fn page(status: &str) -> Say {
    answer(status, "content-type: text/html\r\n", "<html><script>alert(1)</script>gateway</html>")
}

fn claims() -> Say {
    let claims = STANDARD.encode(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#);
    let header =
        format!("www-authenticate: Bearer error=\"insufficient_claims\", claims=\"{claims}\"\r\n");
    let body = r#"{"error":{"code":"InvalidAuthenticationToken","message":"challenge"}}"#;
    answer("401 Unauthorized", &header, body)
}

fn never_answered_found() -> [(&'static str, Say); 3] {
    [(FIND, nothing()), (FIND, nothing()), (FIND, nothing())]
}

#[rustfmt::skip]
fn sent_in_one_request() -> Vec<Picture> {
    let lost = |how: Say, then: [(&'static str, Say); 3]| {
        [(SEND_MAIL, how)].into_iter().chain(then).collect::<Vec<_>>()
    };
    let huge = answer("202 Accepted", "", &"a".repeat(2_000_000));
    vec![
        picture("answers after we stopped waiting",  (0,  "accepted",  ""),                  vec![(SEND_MAIL, Say::Silence), (FIND, found())]),
        picture("hangs up and has sent it",          (0,  "accepted",  ""),                  vec![(SEND_MAIL, Say::HangUp), (FIND, nothing()), (FIND, found())]),
        picture("hangs up, and it is nowhere",       (10, "uncertain", "uncertain"),         lost(Say::HangUp, never_answered_found())),
        picture("has a gateway that says 502",       (10, "uncertain", "uncertain"),         lost(page("502 Bad Gateway"), never_answered_found())),
        picture("says 502 and has sent it",          (0,  "accepted",  ""),                  vec![(SEND_MAIL, page("502 Bad Gateway")), (FIND, found())]),
        picture("says 504 with a time",              (0,  "accepted",  ""),                  vec![(SEND_MAIL, answer("504 Gateway Timeout", "retry-after: 1\r\n", "")), (FIND, found())]),
        picture("says 503 in a page",                (10, "uncertain", "uncertain"),         lost(page("503 Service Unavailable"), never_answered_found())),
        picture("says 200 in a page",                (10, "uncertain", "uncertain"),         lost(page("200 OK"), never_answered_found())),
        picture("answers without an end",            (0,  "accepted",  ""),                  vec![(SEND_MAIL, huge), (FIND, found())]),
        picture("redirects",                         (8,  "refused",   "message-refused"),   vec![(SEND_MAIL, answer("302 Found", "location: http://127.0.0.1:1/\r\n", ""))]),
        picture("finds it too large",                (8,  "refused",   "message-too-large"), vec![(SEND_MAIL, page("413 Request Entity Too Large"))]),
        picture("throttles and says for how long",   (0,  "accepted",  ""),                  vec![(SEND_MAIL, busy("retry-after: 1\r\n")), (FIND, nothing()), (SEND_MAIL, accepted())]),
        picture("throttles and does not say",        (0,  "accepted",  ""),                  vec![(SEND_MAIL, busy("")), (FIND, nothing()), (SEND_MAIL, accepted())]),
        picture("throttles, and has sent it",        (0,  "accepted",  ""),                  vec![(SEND_MAIL, busy("")), (FIND, found())]),
        picture("throttles for an hour",             (9,  "refused",   "busy"),              vec![(SEND_MAIL, busy("retry-after: 3600\r\n"))]),
        picture("is busy in its own words",          (0,  "accepted",  ""),                  vec![(SEND_MAIL, refusal("503 Service Unavailable", "ErrorServerBusy", "busy")), (FIND, nothing()), (SEND_MAIL, accepted())]),
        picture("wants a newer token",               (0,  "accepted",  ""),                  vec![(SEND_MAIL, expired()), (SEND_MAIL, accepted())]),
        picture("wants a newer token for ever",      (3,  "refused",   "sign-in-needed"),    vec![(SEND_MAIL, expired()), (SEND_MAIL, expired())]),
        picture("challenges for claims",             (3,  "refused",   "sign-in-needed"),    vec![(SEND_MAIL, claims())]),
        picture("does not let us send as that",      (6,  "refused",   "sender-refused"),    vec![(SEND_MAIL, refusal("403 Forbidden", "ErrorSendAsDenied", "no"))]),
        picture("does not let the app in",           (6,  "refused",   "sender-refused"),    vec![(SEND_MAIL, refusal("403 Forbidden", "ErrorAccessDenied", "no"))]),
        picture("has no such mailbox",               (6,  "refused",   "sender-refused"),    vec![(SEND_MAIL, refusal("404 Not Found", "ErrorInvalidUser", "no"))]),
    ]
}

#[rustfmt::skip]
fn sent_as_a_draft() -> Vec<Picture> {
    let start = || vec![(MAKE, made()), (OPEN, opened())];
    let and = |steps: Vec<(&'static str, Say)>| [start(), steps].concat();
    let last = |steps: Vec<(&'static str, Say)>| [start(), steps, vec![(PUT, complete()), (SUBMIT, accepted())]].concat();
    let over = || refusal("404 Not Found", "itemNotFound", "The upload session was not found");
    let denied = || refusal("403 Forbidden", "ErrorAccessDenied", "no");
    let same = || (0..6).map(|_| (PUT, wants(0)));
    vec![
        picture("breaks a range off",                (0,  "accepted",  ""),                  last(vec![(PUT, Say::HangUp), (FAR, wants(1_000_000)), ])),
        picture("takes less of a range",             (0,  "accepted",  ""),                  last(vec![(PUT, wants(1_000_000))])),
        picture("has another range in mind",         (0,  "accepted",  ""),                  last(vec![(PUT, refusal("416 Range Not Satisfiable", "invalidRange", "")), (FAR, wants(2_000_000))])),
        picture("throttles an upload",               (0,  "accepted",  ""),                  last(vec![(PUT, busy("retry-after: 1\r\n")), (PUT, wants(3_276_800))])),
        picture("forgets an upload",                 (0,  "accepted",  ""),                  last(vec![(PUT, wants(3_276_800)), (PUT, over()), (COUNT, nothing()), (OPEN, opened()), (PUT, wants(3_276_800))])),
        picture("wants the same range for ever",     (4,  "not_sent",  "not-the-protocol"),  and(same().chain([(LOOK, draft()), (REMOVE, gone())]).collect())),
        picture("wants more than there is",          (4,  "not_sent",  "not-the-protocol"),  and(vec![(PUT, wants(9_000_000)), (LOOK, draft()), (REMOVE, gone())])),
        picture("uploads to an open address",        (4,  "not_sent",  "not-the-protocol"),  vec![(MAKE, made()), (OPEN, json("201 Created", r#"{"uploadUrl":"http://outlook.office.com/x"}"#)), (LOOK, draft()), (REMOVE, gone())]),
        picture("does not name its draft",           (4,  "not_sent",  "not-the-protocol"),  vec![(MAKE, json("201 Created", "{}"))]),
        picture("loses the answer about its draft",  (0,  "accepted",  ""),                  [vec![(MAKE, Say::HangUp), (FIND, json("200 OK", r#"{"value":[{"id":"D1","isDraft":true}]}"#))], last(vec![(PUT, wants(3_276_800))]).split_off(1)].concat()),
        picture("loses the answer to the sending",   (0,  "accepted",  ""),                  and(vec![(PUT, wants(3_276_800)), (PUT, complete()), (SUBMIT, Say::HangUp), (LOOK, json("200 OK", r#"{"id":"D1","isDraft":false}"#))])),
        picture("is full",                           (8,  "refused",   "message-refused"),   vec![(MAKE, made()), (OPEN, refusal("507 Insufficient Storage", "ErrorQuotaExceeded", "full")), (LOOK, draft()), (REMOVE, gone())]),
        picture("does not let its draft be removed", (6,  "refused",   "sender-refused"),    vec![(MAKE, made()), (OPEN, denied()), (LOOK, draft()), (REMOVE, denied())]),
    ]
}

/// A token that allows all that is needed, of a program.
fn token() -> String {
    let claims = BASE64_URL_SAFE_NO_PAD.encode(r#"{"roles":["Mail.Send","Mail.ReadWrite"]}"#);
    format!(r#"{{"access_token":"e30.{claims}.x","token_type":"Bearer","expires_in":3600}}"#)
}

/// The sender `p{n}`, whose tokens are of `endpoint` and whose Graph is `server`.
fn sender(n: usize, endpoint: &TokenEndpoint, server: &GraphScript) -> String {
    format!(
        "[[registration]]\nname = \"r{n}\"\nprovider = \"microsoft\"\ntenant = \"kestrel.example\"\n\
         client_id = \"11111111-2222-3333-4444-555555555555\"\n\
         client_secret = {{ file = \"secret.txt\" }}\nauthority = \"{}\"\ngraph_url = \"{}\"\n\
         [[profile]]\nname = \"p{n}\"\nregistration = \"r{n}\"\nsign_in = \"app-only\"\n\
         transport = \"graph\"\nmailbox = \"ana@kestrel.example\"\n",
        endpoint.authority, server.url,
    )
}

/// An installation with these senders.
fn installation(toml: &str) -> Gallery {
    let gallery = Gallery::of(toml, &[("secret.txt".into(), "of-a-test".into())]);
    gallery.file("large.bin", LARGE);
    gallery
}

/// Starts the server of `picture`: its steps are below the mailbox, uploads are not.
async fn start(picture: &Picture) -> GraphScript {
    let line = |line: &str| match line.split_once(' ') {
        Some((_, path)) if path.starts_with('/') => line.to_owned(),
        Some((method, path)) => format!("{method} /v1.0/users/ana@kestrel.example/{path}"),
        None => unreachable!("a line has a method"),
    };
    let steps = picture.steps.iter().map(|(asked, say)| (line(asked), say.clone()));
    GraphScript::start(steps).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_graph_comes_to_what_it_should() {
    let endpoint = TokenEndpoint::start(|_| Token::Json(200, token())).await;
    let pictures: Vec<_> = sent_in_one_request().into_iter().chain(sent_as_a_draft()).collect();
    let (mut toml, mut servers) = (String::new(), Vec::new());
    for (n, picture) in pictures.iter().enumerate() {
        let server = start(picture).await;
        toml += &sender(n, &endpoint, &server);
        servers.push(server);
    }
    let gallery = Arc::new(installation(&toml));

    let mut looks = JoinSet::new();
    for (n, picture) in pictures.iter().enumerate() {
        let (gallery, large) = (Arc::clone(&gallery), picture.large);
        let attach: &[&str] = if large { &["--attach", "large.bin"] } else { &[] };
        looks.spawn_blocking(move || {
            (n, gallery.send(&format!("p{n}"), &["bo@example.org"], attach))
        });
    }
    while let Some(look) = looks.join_next().await {
        let (n, verdict): (usize, Verdict) = look.unwrap();
        let Picture { name, verdict: (exit, outcome, problem), .. } = &pictures[n];
        let expected = (*exit, (*outcome).to_owned(), (*problem).to_owned());
        assert_eq!(verdict, expected, "a Graph that {name}");
        servers[n].asked();
        let left = *name == "does not let its draft be removed";
        assert_eq!(gallery.last(&format!("p{n}"))["draft_left"], left, "a Graph that {name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_draft_of_a_program_that_was_killed_is_removed_by_the_next_send() {
    let steps = vec![
        (MAKE, made()),
        (OPEN, opened()),
        (PUT, Say::Silence),
        // The next one.
        (LOOK, draft()),
        (REMOVE, gone()),
        (SEND_MAIL, accepted()),
    ];
    let endpoint = TokenEndpoint::start(|_| Token::Json(200, token())).await;
    let server = start(&picture("is cut off", (0, "accepted", ""), steps)).await;
    let gallery = installation(&sender(0, &endpoint, &server));

    let arguments =
        ["send", "p0", "--to", "bo@example.org", "--text", "Hello", "--attach", "large.bin"];
    let mut program = gallery.0.command(&arguments).stdin(Stdio::null()).spawn().unwrap();
    server.is_silent().await;
    program.kill().unwrap();
    program.wait().unwrap();
    let killed = gallery.last("p0");
    assert_eq!(
        (&killed["row"]["outcome"], &killed["draft_left"]),
        (&value!("uncertain"), &value!(true))
    );

    assert_eq!(gallery.send("p0", &["bo@example.org"], &[]).0, 0);
    server.asked();
    let id = killed["row"]["id"].as_str().unwrap();
    let settled = gallery.0.json(&["history", "show", id]);
    assert_eq!(
        (&settled["row"]["outcome"], &settled["draft_left"]),
        (&value!("not_sent"), &value!(false))
    );
}
