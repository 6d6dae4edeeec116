//! Graph against a server that answers as told: what is sent, and what becomes of it.

use crate::world::graph_script::{GraphScript, Say, answer, json, refusal};
use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sendright::{
    clock::Timestamp,
    explain::{Code, Problem, Retry},
    letter::{Attachment, Draft, Letter, Notices},
    net::{http::Http, limits::Limits, route::Route, tls::Trust},
    profile::Mailbox,
    secret::Secret,
    transport::{
        Credentials, Delivery, Lane, Progress, SendError, Watch,
        graph::{self, Graph, Host, REQUESTS_AT_ONCE, Rights, Way, Wish},
    },
};
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

mod large;
mod repeats;

const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.geheimgeheimgeheimgeheim.unterschrift";
const NEWER: &str = "eyJ0eXAiOiJKV1QifQ.neuergeheimneuergeheim.unterschrift";
const SEND_MAIL: &str = "POST /v1.0/me/sendMail";

/// Who answers while a send is under way: it has one newer token, and remembers the drafts.
#[derive(Default)]
struct Desk {
    newer: Mutex<Option<Secret>>,
    drafts: Mutex<Vec<Option<String>>>,
}

#[async_trait]
impl Host for Desk {
    async fn renew(&self) -> Option<Secret> {
        self.newer.lock().unwrap().take()
    }

    async fn draft(&self, id: Option<&str>) {
        self.drafts.lock().unwrap().push(id.map(str::to_owned));
    }
}

/// One send: how, and with what.
struct Attempt {
    mailbox: Option<String>,
    wish: Wish,
    limits: Limits,
    watch: Watch,
    desk: Desk,
}

impl Default for Attempt {
    fn default() -> Self {
        let short = Duration::from_millis(500);
        let limits = Limits {
            http: short,
            backoff: Duration::from_millis(10),
            patience: Duration::from_secs(3),
            ..Limits::default()
        };
        let rights = Rights { read: Some(true), write: Some(true) };
        Self {
            mailbox: None,
            wish: Wish { keep_copy: true, rights },
            limits,
            watch: Watch::nobody(),
            desk: Desk::default(),
        }
    }
}

impl Attempt {
    /// With a token that allows to send, and nothing else.
    fn blind() -> Self {
        let rights = Rights { read: Some(false), write: Some(false) };
        Self { wish: Wish { keep_copy: true, rights }, ..Self::default() }
    }

    async fn send(&self, server: &GraphScript, draft: &Draft) -> Result<Delivery, SendError> {
        self.send_to(&server.url, draft).await
    }

    async fn send_to(&self, url: &str, draft: &Draft) -> Result<Delivery, SendError> {
        let letter = letter(draft).await;
        let http = Http::new(Route::Direct, &Trust::system(), &self.limits).unwrap();
        let graph = Graph { url: url.parse().unwrap(), mailbox: self.mailbox.clone() };
        let way = Way {
            http: &http,
            graph: &graph,
            limits: &self.limits,
            lane: &Lane::with_room(REQUESTS_AT_ONCE),
            host: &self.desk,
        };
        let token =
            Credentials::Bearer { user: "ana@kestrel.example".into(), token: Secret::new(TOKEN) };
        let sent = graph::send(way, &token, &letter, self.wish, &self.watch).await;
        let transcript = format!("{:?}", self.watch.transcript().lines());
        assert!(
            !transcript.contains("geheim") && !format!("{sent:?}").contains("geheim"),
            "{transcript}"
        );
        sent
    }

    async fn refused(&self, server: &GraphScript, draft: &Draft) -> Problem {
        self.send(server, draft).await.expect_err("it is not sent").into()
    }

    /// The drafts that were under way, one after the other.
    fn drafts(&self) -> Vec<Option<String>> {
        self.desk.drafts.lock().unwrap().clone()
    }
}

fn draft() -> Draft {
    Draft {
        from: Mailbox { name: None, address: "ana@kestrel.example".into() },
        reply_to: None,
        to: vec!["bo@example.org".into()],
        cc: vec![],
        bcc: vec!["carol@example.org".into()],
        subject: "Test".into(),
        text: "Grüße".into(),
        html: String::new(),
        headers: vec![],
        attachments: vec![],
        notices: Notices::default(),
    }
}

async fn letter(draft: &Draft) -> Letter {
    Letter::compose(draft, Timestamp::from_unix(1_795_000_000).unwrap()).await.unwrap()
}

fn accepted() -> Say {
    answer("202 Accepted", "request-id: r-1\r\n", "")
}

#[tokio::test]
async fn the_whole_message_goes_in_base64_and_is_accepted() {
    let server = GraphScript::start([(SEND_MAIL, accepted())]).await;
    let delivery = Attempt::default().send(&server, &draft()).await.unwrap();
    assert_eq!(delivery.reply, "202 Accepted");
    assert_eq!(delivery.recipients.len(), 2);

    let asked = &server.asked()[0];
    assert_eq!(asked.line, SEND_MAIL);
    assert_eq!(asked.header("authorization"), format!("Bearer {TOKEN}"));
    assert_eq!(asked.header("content-type"), "text/plain");
    assert!(!asked.header("client-request-id").is_empty());
    let message = String::from_utf8(STANDARD.decode(&asked.body).unwrap()).unwrap();
    assert!(
        message.starts_with("Bcc: carol@example.org\r\nDate: "),
        "Graph takes it out: {message}"
    );
    assert!(message.contains("Message-ID: <"));
}

#[tokio::test]
async fn a_mailbox_has_its_own_path() {
    let path = "POST /v1.0/users/o'hara%2Fx@kestrel.example/sendMail";
    let server = GraphScript::start([(path, accepted())]).await;
    let mailbox = Some("o'hara/x@kestrel.example".into());
    Attempt { mailbox, ..Attempt::default() }.send(&server, &draft()).await.unwrap();
    assert_eq!(server.lines(), [path]);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    #[rustfmt::skip]
    let table = [
        (refusal("401 Unauthorized", "InvalidAuthenticationToken", "Access token has expired."),           Code::SignInNeeded,      false),
        (refusal("403 Forbidden", "ErrorAccessDenied", "Access is denied."),                               Code::SenderRefused,     false),
        (refusal("403 Forbidden", "ErrorSendAsDenied", "The user account cannot send as that address."),   Code::SenderRefused,     false),
        (refusal("404 Not Found", "MailboxNotEnabledForRESTAPI", "The mailbox is inactive."),              Code::SenderRefused,     false),
        (refusal("400 Bad Request", "ErrorInvalidRecipients", "At least one recipient isn't valid."),      Code::RecipientsRefused, false),
        (answer("413 Request Entity Too Large", "request-id: r-42\r\n", "<html>too large</html>"),         Code::MessageTooLarge,   false),
        (refusal("400 Bad Request", "ErrorMimeContentInvalid", "bad"),                                     Code::MessageRefused,    false),
        (answer("302 Found", "request-id: r-42\r\nlocation: http://localhost:1/\r\n", ""),                 Code::MessageRefused,    false),
        (answer("503 Service Unavailable", "request-id: r-42\r\n", "<html>gateway</html>"),                Code::Uncertain,         true),
        (answer("504 Gateway Timeout", "request-id: r-42\r\n", ""),                                        Code::Uncertain,         true),
        (answer("500 Internal Server Error", "request-id: r-42\r\n", "not { json"),                        Code::Uncertain,         true),
    ];
    for (say, code, uncertain) in table {
        let told = format!("{say:?}");
        let server = GraphScript::start([(SEND_MAIL, say)]).await;
        let error = Attempt::blind().send(&server, &draft()).await.unwrap_err();
        assert_eq!(error.uncertain(), uncertain, "{told}");
        let problem = Problem::from(error);
        assert_eq!(problem.code, code, "{told}");
        assert!(problem.said.unwrap().contains("r-42"), "support asks for it: {told}");
        assert_eq!(server.lines().len(), 1, "it is not asked again: {told}");
    }
}

#[tokio::test]
async fn a_server_that_repeats_the_token_is_not_repeated() {
    let echo = refusal("400 Bad Request", "BadRequest", &format!("no {TOKEN} here"));
    let server = GraphScript::start([(SEND_MAIL, echo)]).await;
    let error = Attempt::default().send(&server, &draft()).await.unwrap_err();
    assert!(error.to_string().contains("no (secret) here"), "{error}");
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}");
    let error = Attempt::default().send_to(&url, &draft()).await.unwrap_err();
    assert!(!error.uncertain(), "there was no connection: {error}");
    assert_eq!(Problem::from(error).code, Code::NoConnection);
}

#[tokio::test]
async fn an_address_beyond_ascii_is_refused_before_anything_is_sent() {
    let server = GraphScript::start::<&str>([]).await;
    let international = Draft { to: vec!["jörg@example.org".into()], ..draft() };
    let problem = Attempt::default().refused(&server, &international).await;
    assert_eq!(problem.code, Code::SmtpUtf8Missing);
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn cancelling_is_possible_before_the_request_only() {
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    let server = GraphScript::start::<&str>([]).await;
    let watch = Watch::new(cancelled, |_| ());
    let problem = Attempt { watch, ..Attempt::default() }.refused(&server, &draft()).await;
    assert_eq!(problem.code, Code::Cancelled);
    assert!(server.asked().is_empty());

    let token = CancellationToken::new();
    let late = token.clone();
    let watch = Watch::new(token, move |progress| {
        if !progress.cancellable {
            late.cancel();
        }
    });
    let server = GraphScript::start([(SEND_MAIL, accepted())]).await;
    Attempt { watch, ..Attempt::default() }.send(&server, &draft()).await.unwrap();
}

#[tokio::test]
async fn without_a_copy_it_goes_in_json_which_has_room_for_less() {
    let without = || Attempt {
        wish: Wish { keep_copy: false, ..Attempt::default().wish },
        ..Attempt::default()
    };
    let header = |name: &str| vec![(name.to_owned(), "17".to_owned())];
    let reply_to =
        Some(Mailbox { name: Some("Dörte".into()), address: "d@kestrel.example".into() });
    let message =
        Draft { html: "<p>Grüße</p>".into(), headers: header("X-Order"), reply_to, ..draft() };
    let server = GraphScript::start([(SEND_MAIL, accepted())]).await;
    without().send(&server, &message).await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!(asked.header("content-type"), "application/json");
    let sent: serde_json::Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(sent["saveToSentItems"], false);
    let message = &sent["message"];
    assert_eq!(
        message["body"],
        serde_json::json!({"contentType": "HTML", "content": "<p>Grüße</p>"})
    );
    assert_eq!(message["replyTo"][0]["emailAddress"]["name"], "Dörte");
    assert_eq!(message["bccRecipients"][0]["emailAddress"]["address"], "carol@example.org");
    assert_eq!(message["internetMessageHeaders"][0]["name"], "X-Order");

    let many = (0..6).map(|n| (format!("X-{n}"), String::new())).collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big.bin");
    fs::write(&path, vec![0; 3_300_000]).unwrap();
    let large = vec![Attachment { path, content_id: None }];
    for message in [
        Draft { headers: header("List-Id"), ..draft() },
        Draft { headers: many, ..draft() },
        Draft { attachments: large, ..draft() },
    ] {
        let server = GraphScript::start::<&str>([]).await;
        let problem = without().refused(&server, &message).await;
        assert_eq!(problem.code, Code::InvalidSettings, "{problem:?}");
        assert!(server.asked().is_empty());
    }
}
