//! Providers that misbehave, at the sign-in and when it is renewed.

use crate::world::{
    sendright::{Ended, Sendright},
    token_endpoint::{Say, TokenEndpoint},
};
use serde_json::Value;

/// What the browser brings, in this order; `STATE` stands for the question's own state.
type Brings = &'static [&'static str];

/// One provider.
struct Row {
    name: &'static str,
    brings: Brings,
    /// How the token endpoint answers the sign-in, and then each renewal.
    says: Vec<Say>,
    /// How `sendright consent` ends, and with which problem, or which words of a note.
    signs_in: (u8, &'static str),
    /// How `sendright token` ends after it; `None`: nobody is signed in to ask.
    renews: Option<(u8, &'static str)>,
    /// The sender's health after all of it.
    health: &'static str,
}

const CODE: Brings = &["code=c0de-geheim&state=STATE"];
const DONE: (u8, &str) = (0, "");
const NEEDED: &str = "needs_sign_in";
const NEVER: &str = "never_verified";

fn raw(status: &str, headers: &str, body: &str) -> Say {
    let length = body.len();
    Say::Raw(format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}"))
}

fn json(status: u16, body: &str) -> Say {
    Say::Json(status, body.to_owned())
}

fn tokens() -> Say {
    with("")
}

/// Good tokens with `more` in the answer.
fn with(more: &str) -> Say {
    let body =
        r#"{"access_token":"acce55-geheim","token_type":"Bearer","refresh_token":"refre5h-geheim""#;
    json(200, &format!("{body}{more}}}"))
}

/// What goes wrong at the sign-in.
#[rustfmt::skip]
fn at_the_sign_in() -> Vec<Row> {
    let fails = |name, says, signs_in| Row {
        name,
        brings: CODE,
        says: vec![says],
        signs_in,
        renews: None,
        health: NEEDED,
    };
    let comes_back = |name, brings, says, signs_in: (u8, &'static str)| Row {
        name,
        brings,
        says,
        signs_in,
        renews: None,
        health: if signs_in.0 == 0 { NEVER } else { NEEDED },
    };
    vec![
        fails("HTML instead of JSON", raw("200 OK", "content-type: text/html\r\n", "<html><title>Hotel</title><p>Sign in to the network</p>"), (4, "not-the-protocol")),
        fails("nothing at all", raw("200 OK", "", ""), (4, "not-the-protocol")),
        fails("JSON that is no object", json(200, "[\"access_token\"]"), (4, "not-the-protocol")),
        fails("no access token", json(200, r#"{"token_type":"Bearer","refresh_token":"refre5h-geheim"}"#), (4, "not-the-protocol")),
        fails("another token type", json(200, r#"{"access_token":"acce55-geheim","token_type":"DPoP"}"#), (4, "not-the-protocol")),
        fails("redirect to another host", raw("302 Found", "location: https://evil.example/token?code=c0de-geheim\r\n", ""), (4, "not-the-protocol")),
        fails("redirect that keeps the method", raw("307 Temporary Redirect", "location: https://evil.example/\r\n", ""), (4, "not-the-protocol")),
        fails("a body without end", raw("200 OK", "", &"x".repeat(2 << 20)), (4, "not-the-protocol")),
        fails("hangs up", Say::HangUp, (4, "connection-lost")),
        fails("ends in the middle", Say::Raw("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"access_token\":".to_owned()), (4, "connection-lost")),
        fails("repeats what it was sent", json(400, r#"{"error":"invalid_grant","error_description":"code c0de-geheim is used up"}"#), (5, "provider-refused")),
        fails("does not know the client", json(401, r#"{"error":"invalid_client"}"#), (5, "client-rejected")),
        fails("a script in its description", json(400, r#"{"error":"invalid_request","error_description":"<script>alert(1)</script>\u001b[2Jgone"}"#), (5, "provider-refused")),
        fails("an id token for another question", with(r#","id_token":"e30.eyJub25jZSI6ImFub3RoZXIifQ.x""#), (3, "consent-answer-foreign")),
        fails("busy while the code is redeemed", json(503, "{}"), (9, "provider-busy")),
        comes_back("wrong state first", &["code=evil&state=wrong", "code=c0de-geheim&state=STATE"], vec![tokens()], DONE),
        comes_back("another issuer", &["code=evil&state=STATE&iss=https%3A%2F%2Fevil.example"], vec![], (3, "consent-answer-foreign")),
        comes_back("neither code nor error", &["state=STATE"], vec![], (4, "not-the-protocol")),
        comes_back("the person declines", &["error=access_denied&error_description=%3Cscript%3Eno&state=STATE"], vec![], (3, "consent-declined")),
        comes_back("fewer scopes than asked", CODE, vec![with(r#","scope":"openid""#)], (0, "Not allowed: smtp.send")),
        comes_back("no refresh token", CODE, vec![json(200, r#"{"access_token":"acce55-geheim","token_type":"Bearer"}"#)], DONE),
    ]
    .into_iter()
    .map(|row| if row.name == "no refresh token" { Row { health: NEEDED, ..row } } else { row })
    .collect()
}

/// What goes wrong when a good sign-in is renewed.
#[rustfmt::skip]
fn at_the_renewal() -> Vec<Row> {
    let row = |name, says: Vec<Say>, renews, health| Row {
        name,
        brings: CODE,
        says: std::iter::once(tokens()).chain(says).collect(),
        signs_in: DONE,
        renews: Some(renews),
        health,
    };
    vec![
        row("no lifetime", vec![tokens()], DONE, NEVER),
        row("a lifetime in quotes", vec![with(r#","expires_in":"3599""#)], DONE, NEVER),
        row("a negative lifetime", vec![with(r#","expires_in":-1"#)], DONE, NEVER),
        row("a bad gateway, then good", vec![raw("502 Bad Gateway", "", "<html>502"), tokens()], DONE, NEVER),
        row("throttled in plain words", vec![raw("429 Too Many Requests", "retry-after: 120\r\n", "Too Many Requests")], (9, "provider-busy"), NEVER),
        row("throttled until a date", vec![raw("503 Busy", "date: Tue, 24 Nov 2026 12:00:00 GMT\r\nretry-after: Fri, 31 Dec 2100 23:59:59 GMT\r\n", "")], (9, "provider-busy"), NEVER),
        row("a refused refresh token", vec![json(400, r#"{"error":"invalid_grant","error_description":"AADSTS700082: refre5h-geheim has expired"}"#)], (3, "sign-in-needed"), NEEDED),
        row("an unknown error", vec![json(400, r#"{"error":"teapot"}"#)], (5, "provider-refused"), NEVER),
        row("a success that is a refusal", vec![json(200, r#"{"error":"invalid_scope"}"#)], (5, "provider-refused"), NEVER),
        row("a sign-in page of the network", vec![raw("200 OK", "", "<html>hotel")], (4, "not-the-protocol"), NEVER),
    ]
}

/// One registration and one sender for each row, named after it.
fn declared(rows: &[(Row, TokenEndpoint)]) -> String {
    let one = |(row, provider): &(Row, TokenEndpoint)| {
        let (name, at) = (row.name, &provider.authority);
        format!(
            "[[registration]]\nname = \"{name}\"\nprovider = \"custom\"\nclient_id = \"client-1\"\n\
             authority = \"{at}\"\nauthorize_endpoint = \"{at}/authorize\"\ntoken_endpoint = \"{at}/token\"\n\
             [[profile]]\nname = \"{name}\"\nregistration = \"{name}\"\nmailbox = \"anna@kestrel.example\"\n\
             scopes = [\"smtp.send\", \"openid\"]\nsmtp = {{ host = \"localhost\", port = 2525 }}\n"
        )
    };
    rows.iter().map(one).collect()
}

/// Looks whether `ended` is what the row expects: the code, and the problem or the words.
fn expect(row: &Row, doing: &str, ended: &Ended, (code, words): (u8, &str)) {
    let Ended { stdout, stderr, .. } = ended;
    let name = row.name;
    assert_eq!(ended.code, code, "{name}, {doing}: {stdout}{stderr}");
    let last = stdout.lines().last().unwrap_or_default();
    let last: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{name}: {stdout}"));
    if code == 0 {
        assert!(stdout.contains(words), "{name}, {doing}: {words} in {stdout}");
    } else {
        assert_eq!(last["problem"]["code"], words, "{name}, {doing}: {stdout}");
    }
    for secret in ["c0de-geheim", "refre5h-geheim", "acce55-geheim"] {
        assert!(!stdout.contains(secret) && !stderr.contains(secret), "{name}: {stdout}{stderr}");
    }
    assert!(!stdout.contains('\u{1b}') && !stderr.contains('\u{1b}'), "{name}: {stdout}{stderr}");
}

async fn hang(rows: Vec<Row>) {
    let mut hung = Vec::new();
    for mut row in rows {
        let provider = TokenEndpoint::saying(std::mem::take(&mut row.says)).await;
        hung.push((row, provider));
    }
    tokio::task::spawn_blocking(move || {
        let sendright = Sendright::new();
        sendright.write("gallery.toml", &declared(&hung));
        sendright.json(&["apply", "-f", "gallery.toml"]);
        for (row, _) in &hung {
            let (_, ended) = sendright.consent(row.name, row.brings);
            expect(row, "consent", &ended, row.signs_in);
            if let Some(expected) = row.renews {
                expect(row, "token", &sendright.run(&["token", row.name, "--json"]), expected);
            }
        }
        let listed = sendright.json(&["profiles"]);
        for ((row, _), listed) in hung.iter().zip(listed["profiles"].as_array().unwrap()) {
            assert_eq!(listed["health"], row.health, "{}: {listed}", row.name);
        }
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_that_misbehave_at_the_sign_in() {
    hang(at_the_sign_in()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_that_misbehave_at_the_renewal() {
    hang(at_the_renewal()).await;
}
