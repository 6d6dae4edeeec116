//! Graph's `sendMail` against a server that answers as told: what is sent, and what becomes of it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sendright::{
    clock::Timestamp,
    explain::{Code, Problem, Retry},
    letter::{Attachment, Draft, Letter, Notices},
    net::{http::Http, limits::Limits, tls::Trust},
    profile::Mailbox,
    secret::Secret,
    transport::{
        Credentials, Delivery, SendError, Watch,
        graph::{self, Graph},
    },
};
use std::{fs, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.geheimgeheimgeheimgeheim.unterschrift";

/// Answers one request with `answer`, as it stands, and gives the request: head and body.
async fn server(answer: String) -> (Graph, JoinHandle<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        let end = loop {
            stream.read_buf(&mut read).await.unwrap();
            if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8(read[..end].to_vec()).unwrap().to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
        let mut body = read.split_off(end);
        while body.len() < length.parse().unwrap() {
            stream.read_buf(&mut body).await.unwrap();
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        (head, body)
    });
    (Graph { url, mailbox: None }, served)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn refusal(code: &str, message: &str) -> String {
    format!(r#"{{"error":{{"code":"{code}","message":"{message}","innerError":{{}}}}}}"#)
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

async fn letter(draft: Draft) -> Letter {
    Letter::compose(&draft, Timestamp::from_unix(1_795_000_000).unwrap()).await.unwrap()
}

async fn send(graph: &Graph, letter: &Letter, watch: &Watch) -> Result<Delivery, SendError> {
    let limits = Limits { http: Duration::from_millis(500), ..Limits::default() };
    let http = Http::new(&Trust::system(), &limits).unwrap();
    let token =
        Credentials::Bearer { user: "ana@kestrel.example".into(), token: Secret::new(TOKEN) };
    let sent = graph::send(&http, graph, &token, letter, watch).await;
    let transcript = format!("{:?}", watch.transcript().lines());
    assert!(
        !transcript.contains("geheim") && !format!("{sent:?}").contains("geheim"),
        "{transcript}"
    );
    sent
}

#[tokio::test]
async fn the_whole_message_goes_in_base64_and_is_accepted() {
    let (graph, served) = server(answer("202 Accepted", "request-id: r-1\r\n", "")).await;
    let (letter, watch) = (letter(draft()).await, Watch::nobody());
    let delivery = send(&graph, &letter, &watch).await.unwrap();
    assert_eq!(delivery.reply, "202 Accepted");
    assert_eq!(delivery.recipients.len(), 2);

    let (head, body) = served.await.unwrap();
    assert!(head.starts_with("post /v1.0/me/sendmail http/1.1\r\n"), "{head}");
    assert!(
        head.contains(&format!("authorization: bearer {}\r\n", TOKEN.to_lowercase())),
        "{head}"
    );
    assert!(head.contains("content-type: text/plain\r\n") && head.contains("client-request-id: "));
    let message = String::from_utf8(STANDARD.decode(body).unwrap()).unwrap();
    assert!(
        message.starts_with("Bcc: carol@example.org\r\nDate: "),
        "Graph takes it out: {message}"
    );
    assert_eq!(message.len() as u64, letter.size_with_bcc());
    assert!(message.contains(letter.message_id()));
}

#[tokio::test]
async fn a_mailbox_has_its_own_path() {
    let (graph, served) = server(answer("202 Accepted", "", "")).await;
    let graph = Graph { mailbox: Some("o'hara/x@kestrel.example".into()), ..graph };
    send(&graph, &letter(draft()).await, &Watch::nobody()).await.unwrap();
    let (head, _) = served.await.unwrap();
    assert!(head.starts_with("post /v1.0/users/o'hara%2fx@kestrel.example/sendmail "), "{head}");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    #[rustfmt::skip]
    let table = [
        ("401 Unauthorized",            refusal("InvalidAuthenticationToken", "Access token has expired."),              Code::SignInNeeded,     false),
        ("403 Forbidden",               refusal("ErrorAccessDenied", "Access is denied."),                               Code::SenderRefused,    false),
        ("403 Forbidden",               refusal("ErrorSendAsDenied", "The user account cannot send as that address."),    Code::SenderRefused,    false),
        ("404 Not Found",               refusal("MailboxNotEnabledForRESTAPI", "The mailbox is inactive."),              Code::SenderRefused,    false),
        ("400 Bad Request",             refusal("ErrorInvalidRecipients", "At least one recipient isn't valid."),         Code::RecipientsRefused, false),
        ("413 Request Entity Too Large", "<html>too large</html>".into(),                                                Code::MessageTooLarge,  false),
        ("400 Bad Request",             refusal("ErrorMimeContentInvalid", "bad"),                                       Code::MessageRefused,   false),
        ("429 Too Many Requests",       refusal("ApplicationThrottled", "over its MailboxConcurrency limit"),            Code::Busy,             false),
        ("503 Service Unavailable",     refusal("ErrorServerBusy", "busy"),                                              Code::Busy,             false),
        ("503 Service Unavailable",     "<html>gateway</html>".into(),                                                   Code::Uncertain,        true),
        ("504 Gateway Timeout",         String::new(),                                                                   Code::Uncertain,        true),
        ("500 Internal Server Error",   "not { json".into(),                                                             Code::Uncertain,        true),
    ];
    for (status, body, code, uncertain) in table {
        let (graph, _served) = server(answer(status, "request-id: r-42\r\n", &body)).await;
        let error = send(&graph, &letter(draft()).await, &Watch::nobody()).await.unwrap_err();
        assert_eq!(error.uncertain(), uncertain, "{status} {body}");
        let problem = Problem::from(error);
        assert_eq!(problem.code, code, "{status} {body}");
        assert!(problem.said.unwrap().contains("r-42"), "support asks for it");
    }
}

#[tokio::test]
async fn it_says_how_long_to_wait() {
    let busy =
        answer("429 Too Many Requests", "Retry-After: 7\r\n", &refusal("TooManyRequests", ""));
    let (graph, _served) = server(busy).await;
    let error = send(&graph, &letter(draft()).await, &Watch::nobody()).await.unwrap_err();
    let problem = Problem::from(error);
    assert_eq!((problem.retry, problem.retry_after_ms), (Retry::AfterWait, Some(7_000)));
}

#[tokio::test]
async fn a_server_that_repeats_the_token_is_not_repeated() {
    let echo = answer("400 Bad Request", "", &refusal("BadRequest", &format!("no {TOKEN} here")));
    let (graph, _served) = server(echo).await;
    let error = send(&graph, &letter(draft()).await, &Watch::nobody()).await.unwrap_err();
    assert!(error.to_string().contains("no (secret) here"), "{error}");
}

#[tokio::test]
async fn an_answer_that_does_not_come_means_that_nobody_knows() {
    for cut in ["", "HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\n"] {
        let (graph, _served) = server(cut.into()).await;
        let error = send(&graph, &letter(draft()).await, &Watch::nobody()).await.unwrap_err();
        assert!(error.uncertain(), "{error}");
        assert_eq!(Problem::from(error).code, Code::Uncertain);
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let graph = Graph { url: format!("http://{nobody}").parse().unwrap(), mailbox: None };
    let error = send(&graph, &letter(draft()).await, &Watch::nobody()).await.unwrap_err();
    assert!(!error.uncertain(), "there was no connection: {error}");
    assert_eq!(Problem::from(error).code, Code::NoConnection);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_anything_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big.bin");
    fs::write(&path, vec![0; 3_200_000]).unwrap();
    let big = Draft { attachments: vec![Attachment { path, content_id: None }], ..draft() };
    let international = Draft { to: vec!["jörg@example.org".into()], ..draft() };
    for (draft, code) in [(big, Code::MessageTooLarge), (international, Code::SmtpUtf8Missing)] {
        let (graph, served) = server(String::new()).await;
        let error = send(&graph, &letter(draft).await, &Watch::nobody()).await.unwrap_err();
        let problem = Problem::from(error);
        assert_eq!(problem.code, code);
        if code == Code::MessageTooLarge {
            assert!(
                problem.means.contains("4.0 MiB") && problem.means.contains("SMTP"),
                "{problem:?}"
            );
        }
        assert!(!served.is_finished(), "no request");
        served.abort();
    }
}

#[tokio::test]
async fn cancelling_is_possible_before_the_request_only() {
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    let (graph, served) = server(String::new()).await;
    let watch = Watch::new(cancelled, |_| ());
    let error = send(&graph, &letter(draft()).await, &watch).await.unwrap_err();
    assert_eq!(Problem::from(error).code, Code::Cancelled);
    served.abort();

    let token = CancellationToken::new();
    let late = token.clone();
    let watch = Watch::new(token, move |progress| {
        if !progress.cancellable {
            late.cancel();
        }
    });
    let (graph, _served) = server(answer("202 Accepted", "", "")).await;
    send(&graph, &letter(draft()).await, &watch).await.unwrap();
}
