//! The loopback port, as a browser and as strangers see it.

use super::{Scene, parameter, tokens};
use crate::world::token_endpoint::Say;
use sendright::{
    oauth::{Browser, ConsentError, Ending, Loopback, Waiting},
    profile::{Provider, Redirect},
};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

const SOON: Duration = Duration::from_secs(20);

/// A question whose answer comes to a port.
async fn opened(scene: &Scene) -> (Waiting, Browser, u16) {
    let loopback = Loopback::open().await.unwrap();
    let port = loopback.port();
    let waiting = scene.consents.ask(&scene.party, &Redirect::Loopback, Some(port)).unwrap();
    assert_eq!(waiting.asked.redirect_uri, format!("http://localhost:{port}/oauth2/callback"));
    let browser = loopback.listen(scene.consents.clone());
    (waiting, browser, port)
}

/// Says `request` to `host:port`, and gives all that comes back.
async fn say_to(host: &str, port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect((host, port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    tokio::time::timeout(SOON, read).await.expect("an answer in time").unwrap();
    answer
}

async fn get(port: u16, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n");
    say_to("127.0.0.1", port, &request).await
}

fn callback(waiting: &Waiting) -> String {
    format!("/oauth2/callback?code=code-geheim&state={}", parameter(waiting, "state"))
}

async fn is_closed(port: u16) -> bool {
    // The port is closed by a task of its own, which may not have had its turn yet.
    let closed = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, closed).await.is_ok()
}

#[tokio::test]
async fn the_page_says_how_it_really_ended_and_nothing_else() {
    let answers = vec![Say::Json(200, tokens("access-1", "refresh-1"))];
    let scene = Scene::new(Provider::Microsoft, answers).await;
    let (mut waiting, browser, port) = opened(&scene).await;
    let path = callback(&waiting);
    let state = parameter(&waiting, "state");
    let request = tokio::spawn(async move { get(port, &path).await });
    let grant = waiting.answer(&CancellationToken::new()).await.unwrap();
    scene.wallet.redeem(&scene.party, grant).await.unwrap();
    assert!(!request.is_finished(), "the browser is held until it is known how it ended");
    let account = Some("anna@kestrel.example".to_owned());
    let ending = tokio::spawn(browser.end(Ending::SignedIn { account }));
    let onward = request.await.unwrap();
    assert!(onward.starts_with("HTTP/1.1 303"), "{onward}");
    assert!(onward.contains("location: /oauth2/done\r\n"), "{onward}");
    let page = get(port, "/oauth2/done").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("You are signed in") && page.contains("anna@kestrel.example"));
    for header in ["cache-control: no-store", "referrer-policy: no-referrer"] {
        assert!(page.contains(header) && onward.contains(header), "{page}");
    }
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
    assert!(!page.contains("script") && !page.contains("http:") && !page.contains("https:"));
    for secret in ["code-geheim", state.as_str(), "access-1", "refresh-1"] {
        assert!(!page.contains(secret) && !onward.contains(secret), "{secret}");
    }
    ending.await.unwrap();
    assert!(is_closed(port).await);
}

#[tokio::test]
async fn a_failure_is_shown_with_its_title_and_cannot_bring_a_script() {
    let scene = Scene::new(Provider::Microsoft, Vec::new()).await;
    let (mut waiting, browser, port) = opened(&scene).await;
    let state = parameter(&waiting, "state");
    let words = "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let path = format!("/oauth2/callback?{words}&state={state}");
    let request = tokio::spawn(async move { get(port, &path).await });
    let refused = waiting.answer(&CancellationToken::new()).await;
    assert!(matches!(refused, Err(ConsentError::Refused(_))), "{refused:?}");
    // As soon as it is known: the browser may not have been answered at all yet.
    let title = "Declined by <script>alert(1)</script> & \"others\"".to_owned();
    let ending = tokio::spawn(browser.end(Ending::Failed { title }));
    assert!(request.await.unwrap().starts_with("HTTP/1.1 303"));
    let page = get(port, "/oauth2/done").await;
    assert!(page.contains("Declined by &lt;script&gt;alert(1)&lt;/script&gt; &amp;"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    ending.await.unwrap();
}

#[tokio::test]
async fn strangers_are_sent_away_and_the_question_stays_open() {
    let scene = Scene::new(Provider::Microsoft, Vec::new()).await;
    let (mut waiting, _browser, port) = opened(&scene).await;
    let ours = callback(&waiting);
    let host = format!("localhost:{port}");
    let table = [
        (format!("GET {ours} HTTP/1.1\r\nhost: evil.example:{port}\r\n\r\n"), "421"),
        (format!("GET {ours} HTTP/1.1\r\nhost: localhost\r\n\r\n"), "421"),
        (format!("GET {ours} HTTP/1.1\r\nhost: localhost.evil.example:{port}\r\n\r\n"), "421"),
        (format!("GET {ours} HTTP/1.1\r\n\r\n"), "421"),
        (format!("POST {ours} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n"), "404"),
        (format!("HEAD {ours} HTTP/1.1\r\nhost: {host}\r\n\r\n"), "404"),
        (format!("GET /favicon.ico HTTP/1.1\r\nhost: {host}\r\n\r\n"), "404"),
        (format!("GET /oauth2/done HTTP/1.1\r\nhost: {host}\r\n\r\n"), "404"),
        (format!("GET /oauth2/callback HTTP/1.1\r\nhost: {host}\r\n\r\n"), "400"),
        (format!("GET {ours}x HTTP/1.1\r\nhost: {host}\r\n\r\n"), "400"),
        (format!("GET /oauth2/callback?code=a HTTP/1.1\r\nhost: {host}\r\n\r\n"), "400"),
        (format!("GET /{} HTTP/1.1\r\nhost: {host}\r\n\r\n", "x".repeat(60_000)), "4"),
        ("hello\r\n\r\n".to_owned(), "400"),
    ];
    for (request, status) in table {
        let shown = &request[..request.len().min(90)];
        let answer = say_to("127.0.0.1", port, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{shown:?}: {answer}");
    }
    scene.consents.paste(waiting.asked.id, &format!("http://localhost{ours}")).unwrap();
    waiting.answer(&CancellationToken::new()).await.unwrap();
}

#[tokio::test]
async fn silent_connections_do_not_keep_the_browser_out() {
    let scene = Scene::new(Provider::Microsoft, Vec::new()).await;
    let (mut waiting, browser, port) = opened(&scene).await;
    let mut silent = Vec::new();
    for _ in 0..8 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(b"GET /oauth2/callback").await.unwrap();
        silent.push(stream);
    }
    let path = callback(&waiting);
    let request = tokio::spawn(async move { get(port, &path).await });
    waiting.answer(&CancellationToken::new()).await.unwrap();
    let ending = tokio::spawn(browser.end(Ending::SignedIn { account: None }));
    assert!(request.await.unwrap().starts_with("HTTP/1.1 303"));
    get(port, "/oauth2/done").await;
    tokio::time::timeout(SOON, ending).await.unwrap().unwrap();
    assert!(is_closed(port).await);
}

#[tokio::test]
async fn a_browser_that_asks_twice_gets_the_same_page_and_a_second_answer_none() {
    let scene = Scene::new(Provider::Microsoft, Vec::new()).await;
    let (mut waiting, browser, port) = opened(&scene).await;
    let path = callback(&waiting);
    let (once, twice) = (path.clone(), path.clone());
    let once = tokio::spawn(async move { get(port, &once).await });
    waiting.answer(&CancellationToken::new()).await.unwrap();
    let twice = tokio::spawn(async move { get(port, &twice).await });
    let other = get(port, &path.replace("code-geheim", "another")).await;
    assert!(other.starts_with("HTTP/1.1 400"), "{other}");
    let ending = tokio::spawn(browser.end(Ending::SignedIn { account: None }));
    assert!(once.await.unwrap().starts_with("HTTP/1.1 303"));
    assert!(twice.await.unwrap().starts_with("HTTP/1.1 303"));
    get(port, "/oauth2/done").await;
    ending.await.unwrap();
}

#[tokio::test]
async fn a_port_whose_question_is_over_closes_at_once() {
    let scene = Scene::new(Provider::Microsoft, Vec::new()).await;
    let (waiting, browser, port) = opened(&scene).await;
    let begun = std::time::Instant::now();
    browser.end(Ending::Failed { title: "Cancelled".to_owned() }).await;
    assert!(is_closed(port).await && begun.elapsed() < Duration::from_secs(4));
    drop(waiting);
    let (_waiting, browser, port) = opened(&scene).await;
    drop(browser);
    assert!(is_closed(port).await);
}

#[tokio::test]
async fn both_addresses_of_localhost_lead_to_it() {
    let scene = Scene::new(Provider::Microsoft, Vec::new()).await;
    let (_waiting, _browser, port) = opened(&scene).await;
    let has_ipv6 = tokio::net::TcpListener::bind("[::1]:0").await.is_ok();
    for (address, name) in [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")] {
        if address == "::1" && !has_ipv6 {
            // Then nobody's browser can go there either.
            assert!(TcpStream::connect((address, port)).await.is_err());
            continue;
        }
        let request = format!("GET /favicon.ico HTTP/1.1\r\nhost: {name}:{port}\r\n\r\n");
        assert!(say_to(address, port, &request).await.starts_with("HTTP/1.1 404"), "{address}");
    }
}
