//! A Graph that answers as it is told, step by step, and remembers what it was asked.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// How a request is answered.
#[derive(Debug, Clone)]
pub(crate) enum Say {
    /// With these octets; `{base}` stands for the server's own address.
    Raw(String),
    /// By hanging up after the request was read.
    HangUp,
    /// The same, once it is told to [`go_on`](GraphScript::go_on).
    Held(String),
    /// Not at all.
    Silence,
}

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// `POST /v1.0/me/sendMail`, with its query.
    pub(crate) line: String,
    /// By their names in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// A server on a free loopback port.
pub(crate) struct GraphScript {
    pub(crate) url: String,
    script: Arc<Mutex<Script>>,
    silent: Arc<Notify>,
    goes_on: Arc<Notify>,
}

struct Script {
    steps: VecDeque<(String, Say)>,
    asked: Vec<Asked>,
}

/// An answer with a status line, header lines that end with `\r\n`, and a body.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Say {
    Say::Raw(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ))
}

/// A refusal as Graph words it.
pub(crate) fn refusal(status: &str, code: &str, message: &str) -> Say {
    let body =
        format!(r#"{{"error":{{"code":"{code}","message":"{message}","innerError":{{}}}}}}"#);
    answer(status, "request-id: r-42\r\n", &body)
}

/// A good answer with JSON.
pub(crate) fn json(status: &str, body: &str) -> Say {
    answer(status, "request-id: r-1\r\ncontent-type: application/json\r\n", body)
}

impl GraphScript {
    /// Expects requests that begin as the steps say, in this order. Any other is answered 418 and fails
    /// the test when it asks what was [`asked`](Self::asked).
    pub(crate) async fn start<S: Into<String>>(steps: impl IntoIterator<Item = (S, Say)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let steps = steps.into_iter().map(|(line, say)| (line.into(), say)).collect();
        let script = Arc::new(Mutex::new(Script { steps, asked: Vec::new() }));
        let silent = Arc::new(Notify::new());
        let goes_on = Arc::new(Notify::new());
        let (shared, base) = (Arc::clone(&script), url.clone());
        let notices = [&silent, &goes_on].map(Arc::clone);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared), notices.clone(), base.clone()));
            }
        });
        Self { url, script, silent, goes_on }
    }

    /// Waits until it keeps silent about a request that it has read.
    pub(crate) async fn is_silent(&self) {
        self.silent.notified().await;
    }

    /// Lets it give the answer that it holds back.
    pub(crate) fn go_on(&self) {
        self.goes_on.notify_one();
    }

    /// Everything it was asked, once all steps have been gone.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let script = self.script.lock().unwrap();
        let lines: Vec<_> = script.asked.iter().map(|asked| &asked.line).collect();
        assert!(script.steps.is_empty(), "not asked: {:?}; asked: {lines:#?}", script.steps);
        script.asked.clone()
    }

    /// The lines of everything it was asked.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<Mutex<Script>>,
    [silent, goes_on]: [Arc<Notify>; 2],
    base: String,
) {
    let Some(asked) = request(&mut stream).await else { return };
    let say = {
        let mut script = script.lock().unwrap();
        let expected = script.steps.front().is_some_and(|(line, _)| asked.line.starts_with(line));
        script.asked.push(asked);
        if expected {
            script.steps.pop_front().unwrap().1
        } else {
            script.steps.push_back(("nothing else".to_owned(), Say::HangUp));
            answer("418 Unexpected", "", "")
        }
    };
    match say {
        Say::HangUp => {}
        Say::Silence => {
            silent.notify_one();
            while stream.read(&mut [0; 64]).await.is_ok_and(|octets| octets > 0) {}
        }
        Say::Held(raw) => {
            silent.notify_one();
            goes_on.notified().await;
            give(stream, &filled(&raw, &base)).await;
        }
        Say::Raw(raw) => give(stream, &filled(&raw, &base)).await,
    }
}

async fn give(mut stream: TcpStream, answer: &str) {
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// `raw` with the server's address in it, and its length corrected for that.
fn filled(raw: &str, base: &str) -> String {
    let (Some((head, body)), true) = (raw.split_once("\r\n\r\n"), raw.contains("{base}")) else {
        return raw.to_owned();
    };
    let full = body.replace("{base}", base);
    let (old, new) = (body.len(), full.len());
    let head = head.replace(&format!("content-length: {old}"), &format!("content-length: {new}"));
    format!("{}\r\n\r\n{full}", head.replace("{base}", base))
}

/// Reads one whole request.
async fn request(stream: &mut TcpStream) -> Option<Asked> {
    let mut read = Vec::new();
    let end = loop {
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8(read[..end].to_vec()).unwrap();
    let (line, rest) = head.split_once("\r\n").unwrap();
    let headers: HashMap<_, _> = rest
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = read.split_off(end);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let line = line.trim_end_matches(" HTTP/1.1").to_owned();
    Some(Asked { line, headers, body })
}
