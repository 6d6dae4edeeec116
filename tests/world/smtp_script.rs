//! An SMTP server that follows a script, well-behaved or not, and remembers what it heard.

use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, rustls};

/// Between two letters of `DRIP`.
const DRIP: Duration = Duration::from_millis(200);

/// A server on a free loopback port.
///
/// Each line of the script is a step:
/// `S: text` writes a line; `C: text` reads one, which has to begin with `text`; `EMPTY` reads an empty
/// one; `TLS` shakes hands; `MESSAGE` reads up to the final dot; `CHUNK` reads BDAT and as many octets as it says; `HALF` reads some of a message; `CLOSE` hangs up; `SILENCE`
/// waits until the client hangs up; `PAUSE` neither reads nor writes any more. `BYTES: text` writes without a line end, `DRIP: text`
/// a letter at a time, `FLOOD: text` one line after the other and `WITHOUT END: text` one line of it for ever. `\r`, `\n`, `\0`
/// and `\xHH` in a text stand for the octets they name.
pub(crate) struct SmtpScript {
    pub(crate) port: u16,
    /// The certificate to trust, PEM.
    pub(crate) ca: String,
    served: JoinHandle<Vec<String>>,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl SmtpScript {
    pub(crate) async fn start(script: &str) -> Self {
        Self::start_each(&[script.to_owned()]).await
    }

    /// Follows one script after the other, each on a connection of its own.
    pub(crate) async fn start_each(scripts: &[String]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, ca) = certified();
        let scripts = scripts.to_owned();
        let served = tokio::spawn(async move {
            let mut heard = Vec::new();
            for script in scripts {
                let (stream, _) = listener.accept().await.unwrap();
                serve(&script, Box::new(stream), &acceptor, &mut heard).await;
            }
            heard
        });
        Self { port, ca, served }
    }

    /// Every line and message received, once the script has ended.
    pub(crate) async fn heard(self) -> Vec<String> {
        self.served.await.unwrap()
    }
}

/// Follows `script` until it ends or the client hangs up.
async fn serve(
    script: &str,
    mut stream: Box<dyn Stream>,
    acceptor: &TlsAcceptor,
    heard: &mut Vec<String>,
) {
    for step in script.lines().map(str::trim).filter(|step| !step.is_empty()) {
        if step == "TLS" {
            let Ok(protected) = acceptor.accept(stream).await else { return };
            stream = Box::new(protected);
        } else if !follow(step, &mut stream, heard).await {
            return;
        }
    }
}

/// Does one step; whether there is anything left to do.
async fn follow(step: &str, stream: &mut Box<dyn Stream>, heard: &mut Vec<String>) -> bool {
    match step.split_once(": ").unwrap_or((step, "")) {
        ("S", text) => {
            // The client may have hung up already: that is what some tests are about.
            write(stream, &[octets(text).as_slice(), b"\r\n"].concat()).await;
        }
        ("BYTES", text) => {
            write(stream, &octets(text)).await;
        }
        ("DRIP", text) => {
            for octet in text.as_bytes() {
                write(stream, &[*octet]).await;
                tokio::time::sleep(DRIP).await;
            }
        }
        ("FLOOD", text) => while write(stream, format!("{text}\r\n").as_bytes()).await {},
        ("WITHOUT END", text) => while write(stream, text.as_bytes()).await {},
        ("PAUSE", _) => std::future::pending().await,
        ("C", text) => {
            let Some(line) = until(stream, b"\n").await else { return false };
            assert!(line.starts_with(text), "expected {text:?}, heard {line:?}");
            heard.push(line);
        }
        ("EMPTY", _) => {
            let Some(line) = until(stream, b"\n").await else { return false };
            assert_eq!(line, "", "expected an empty line");
            heard.push(line);
        }
        ("MESSAGE", _) => match until(stream, b"\r\n.\r\n").await {
            Some(message) => heard.push(message),
            None => return false,
        },
        ("CHUNK", _) => {
            let Some(line) = until(stream, b"\n").await else { return false };
            let words: Vec<_> = line.split(' ').collect();
            let ["BDAT", size, "LAST"] = words[..] else { panic!("expected BDAT, heard {line:?}") };
            let mut octets = vec![0; size.parse().unwrap()];
            if stream.read_exact(&mut octets).await.is_err() {
                return false;
            }
            heard.push(String::from_utf8_lossy(&octets).into_owned());
        }
        ("HALF", _) => {
            let _ = stream.read(&mut [0; 64]).await;
        }
        ("CLOSE", _) => return false,
        ("SILENCE", _) => {
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            heard.push(String::from_utf8_lossy(&rest).trim_end().to_owned());
        }
        other => panic!("no such step: {other:?}"),
    }
    true
}

/// Whether it could be written.
async fn write(stream: &mut Box<dyn Stream>, octets: &[u8]) -> bool {
    stream.write_all(octets).await.is_ok() && stream.flush().await.is_ok()
}

/// The octets that a text of the script stands for.
fn octets(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (octet, left) = match rest {
            [b'\\', b'r', left @ ..] => (b'\r', left),
            [b'\\', b'n', left @ ..] => (b'\n', left),
            [b'\\', b'0', left @ ..] => (0, left),
            [b'\\', b'x', a, b, left @ ..] => {
                let digits = [*a, *b];
                (u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap(), left)
            }
            _ => (*first, after),
        };
        octets.push(octet);
        rest = left;
    }
    octets
}

/// What arrives before `end`; `None` when the client hangs up.
async fn until(stream: &mut Box<dyn Stream>, end: &[u8]) -> Option<String> {
    let mut read = Vec::new();
    while !read.ends_with(end) {
        read.push(stream.read_u8().await.ok()?);
    }
    read.truncate(read.len() - end.len());
    Some(String::from_utf8_lossy(&read).trim_end_matches('\r').to_owned())
}

/// A certificate for `localhost` that vouches for itself.
fn certified() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let crypto = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}
