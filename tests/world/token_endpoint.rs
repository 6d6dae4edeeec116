//! A token endpoint that answers as it is told, and remembers what it was asked.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// How one request is answered.
pub(crate) enum Say {
    /// With a status and JSON.
    Json(u16, String),
    /// With these octets, after which it hangs up.
    Raw(String),
    /// With these octets, and then with nothing until the client hangs up.
    Stall(String),
    /// By hanging up after the request was read.
    HangUp,
    /// Only once the test says so; then with status 200 and JSON.
    When(Arc<Notify>, String),
}

/// One request: its form, and the Authorization header as `authorization`.
pub(crate) type Asked = HashMap<String, String>;

type Answer = dyn FnMut(&Asked) -> Say + Send;

/// A server on a free loopback port.
pub(crate) struct TokenEndpoint {
    pub(crate) authority: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    news: Arc<Notify>,
}

impl TokenEndpoint {
    /// Answers one request after the other with `answers`; more are hung up on.
    pub(crate) async fn saying(answers: Vec<Say>) -> Self {
        let mut answers = VecDeque::from(answers);
        Self::start(move |_| answers.pop_front().unwrap_or(Say::HangUp)).await
    }

    /// Answers each request with what `answer` makes of it.
    pub(crate) async fn start(answer: impl FnMut(&Asked) -> Say + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = format!("http://{}", listener.local_addr().unwrap());
        let (asked, news) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let answer: Arc<Mutex<Box<Answer>>> = Arc::new(Mutex::new(Box::new(answer)));
        let (remembered, told) = (Arc::clone(&asked), Arc::clone(&news));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, asked) = (Arc::clone(&answer), Arc::clone(&remembered));
                tokio::spawn(serve(stream, answer, asked, Arc::clone(&told)));
            }
        });
        Self { authority, asked, news }
    }

    /// Everything it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Waits for the next request to be there in full.
    pub(crate) async fn is_asked(&self) {
        self.news.notified().await;
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: Arc<Mutex<Box<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    news: Arc<Notify>,
) {
    let Some(form) = request(&mut stream).await else { return };
    asked.lock().unwrap().push(form.clone());
    news.notify_one();
    let said = (answer.lock().unwrap())(&form);
    let raw = match said {
        Say::HangUp => return,
        Say::Raw(raw) => raw,
        Say::Stall(raw) => {
            let _ = stream.write_all(raw.as_bytes()).await;
            let _ = stream.read(&mut [0; 1]).await;
            return;
        }
        Say::Json(status, json) => written(status, &json),
        Say::When(gate, json) => {
            gate.notified().await;
            written(200, &json)
        }
    };
    let _ = stream.write_all(parting(&raw).as_bytes()).await;
}

/// `raw` with the word that this connection ends: without it a client may ask its next question just
/// as it is hung up on (RFC 9112 §9.6).
fn parting(raw: &str) -> String {
    match raw.split_once("\r\n\r\n") {
        Some((head, body)) => format!("{head}\r\nconnection: close\r\n\r\n{body}"),
        None => raw.to_owned(),
    }
}

fn written(status: u16, json: &str) -> String {
    let length = json.len();
    format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{json}"
    )
}

/// Reads one whole request.
async fn request(stream: &mut TcpStream) -> Option<Asked> {
    let (mut read, mut block) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let header = |name: &str| {
                let mut lines = head.lines().filter_map(|line| line.split_once(": "));
                lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned())
            };
            let length: usize = header("content-length").map_or(0, |n| n.parse().unwrap());
            if body.len() >= length {
                let mut form: Asked =
                    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
                form.extend(header("authorization").map(|v| ("authorization".to_owned(), v)));
                return Some(form);
            }
        }
        let more = stream.read(&mut block).await.ok().filter(|&octets| octets > 0)?;
        read.extend_from_slice(&block[..more]);
    }
}
