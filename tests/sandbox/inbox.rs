//! The inbox, and the sandbox as a whole: ports, trust, its end.

use super::*;
use base64::engine::general_purpose::STANDARD as BASE64;
use sendright::{
    net::{dial::dial, http::HttpError, route::Route, tls::TlsError},
    sandbox::SandboxError,
};
use std::{net::IpAddr, time::Duration};
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpStream},
};

const LETTER: &str = "From: you@sandbox.test\r\nTo: anna@sandbox.test\r\nSubject: Files\r\n\
    Message-ID: <1@sandbox.test>\r\nX-Folded: one\r\n two\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nText\r\n\
    --b\r\nContent-Type: text/csv; name=\"a.csv\"\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\n\
    \r\n1;2\r\n--b--\r\n";

async fn deliver(stage: &Stage) {
    let token = stage.access_token(USER, "Mail.Send").await;
    let request = Request::post(stage.at().graph_url.join("/v1.0/me/sendMail").unwrap().as_str())
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "text/plain")
        .body(BASE64.encode(LETTER).into_bytes());
    assert_eq!(stage.http.send(request.unwrap()).await.unwrap().status(), 202);
}

#[tokio::test]
async fn who_waits_for_a_mail_is_told_when_it_arrives() {
    let stage = Stage::set().await;
    let mut arrivals = stage.sandbox.inbox().arrivals();
    deliver(&stage).await;
    let mail = tokio::time::timeout(Duration::from_secs(20), arrivals.recv()).await;
    assert_eq!(mail.unwrap().unwrap(), stage.sandbox.inbox().list()[0]);
}

#[tokio::test]
async fn an_opened_mail_shows_what_is_in_it() {
    let stage = Stage::set().await;
    deliver(&stage).await;
    let id = stage.sandbox.inbox().list()[0].id;
    let mail = stage.sandbox.inbox().get(id).unwrap().unwrap();
    assert_eq!(mail.text.as_deref().map(str::trim), Some("Text"));
    assert_eq!(mail.html, None, "none is made up");
    assert!(mail.headers.contains(&("X-Folded".into(), "one two".into())), "{:?}", mail.headers);
    let file = &mail.attachments[0];
    assert_eq!((&*file.name, &*file.media_type, file.size), ("a.csv", "text/csv", 3));
    assert_eq!(mail.source, LETTER);
}

#[tokio::test]
async fn the_inbox_is_read_over_http_from_this_computer() {
    let stage = Stage::set().await;
    deliver(&stage).await;
    let inbox = stage.at().inbox.as_str();
    let list = json(&stage.get(inbox).await);
    assert_eq!((&list[0]["subject"], &list[0]["via"]), (&"Files".into(), &"graph".into()));
    assert_eq!(list[0]["received_at"], "2026-11-18T11:06:40Z");
    let one = format!("{inbox}/{}", field(&list[0], "id"));
    assert_eq!(json(&stage.get(&one).await)["message_id"], "<1@sandbox.test>");
    assert_eq!(text(&stage.get(&format!("{one}/source")).await), LETTER);
    let other = format!("{inbox}/00000000-0000-0000-0000-000000000000");
    assert_eq!(stage.get(&other).await.status(), 404);

    let request = Request::get(inbox).header(header::HOST, "rebound.evil.test").body(Vec::new());
    let refused = stage.http.send(request.unwrap()).await.unwrap();
    assert_eq!(refused.status(), 421, "a web page cannot read it under a name of its own");
}

#[tokio::test]
async fn a_long_path_or_an_endless_form_does_no_harm() {
    let stage = Stage::set().await;
    let long =
        format!("{}/{}", stage.at().authority.as_str().trim_end_matches('/'), "a".repeat(9000));
    assert!(stage.get(&long).await.status().is_client_error());
    let huge = "a".repeat(1 << 20);
    let refused = stage.token(&[("grant_type", &huge)]).await;
    assert_eq!(number(&refused), 900_144, "too long a form is as good as none");
}

#[tokio::test]
async fn only_who_trusts_its_authority_talks_to_it() {
    let stage = Stage::set().await;
    let stranger = Http::new(Route::Direct, &Trust::system(), &Limits::default()).unwrap();
    let request = Request::get(stage.at().graph_url.as_str()).body(Vec::new()).unwrap();
    let refused = stranger.send(request).await.unwrap_err();
    assert!(matches!(refused, HttpError::Tls(TlsError::Certificate { .. })), "{refused:?}");
}

#[tokio::test]
async fn it_listens_on_loopback_and_nowhere_else() {
    let stage = Stage::set().await;
    let at = stage.at();
    let (http, https) = (at.authority.port().unwrap(), at.graph_url.port().unwrap());
    // The address this computer would use to talk to others, where it has one: nothing is sent.
    let probe = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let outside = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr());
    let outside = outside.map(|address| address.ip()).ok().filter(|ip| !ip.is_loopback());
    let mail = [at.smtp_starttls_port, at.smtp_tls_port, at.imap_tls_port, at.imap_starttls_port];
    for port in [http, https].into_iter().chain(mail) {
        dial("127.0.0.1", port, Duration::from_secs(20)).await.unwrap();
        dial("localhost", port, Duration::from_secs(20)).await.unwrap();
        if let Some(ip) = outside {
            assert!(TcpStream::connect((ip, port)).await.is_err(), "{ip}:{port} answers");
        }
    }
}

#[tokio::test]
async fn its_end_closes_what_is_open_and_frees_the_ports() {
    let stage = Stage::set().await;
    let port = stage.at().smtp_starttls_port;
    let mut open = dial("127.0.0.1", port, Duration::from_secs(20)).await.unwrap().stream;
    let mut greeting = [0; 4];
    open.read_exact(&mut greeting).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(20), stage.sandbox.stop()).await;
    assert!(ended.is_ok(), "nobody is waited for");
    let mut rest = Vec::new();
    let _ = open.read_to_end(&mut rest).await;
    assert!(TcpStream::connect(("127.0.0.1".parse::<IpAddr>().unwrap(), port)).await.is_err());
}

#[tokio::test]
async fn its_ports_can_be_chosen_and_a_taken_one_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let number = taken.local_addr().unwrap().port();
    let dir = tempfile::tempdir().unwrap();
    let mut options = Options::new(dir.path(), Clock::system());
    options.port_base = Some(number);
    let failed = Sandbox::start(options.clone()).await.map(drop).unwrap_err();
    assert!(matches!(failed, SandboxError::Port { number: n, .. } if n == number), "{failed}");
    options.port_base = Some(65_534);
    let failed = Sandbox::start(options).await.map(drop).unwrap_err();
    assert!(matches!(failed, SandboxError::PortBase { base: 65_534 } | SandboxError::Port { .. }));
}
