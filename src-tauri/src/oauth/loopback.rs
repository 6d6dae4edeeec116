//! A port of this computer, open while the browser is away and closed after one answer
//! (RFC 8252 §7.3, §8.3).
//!
//! The browser's request is held until the tokens are in the vault or are not, so that the page says
//! how it really ended. Then the browser is sent on to an address without a code in it.

#[cfg(fuzzing)]
pub(super) mod fuzzing;

use super::{desk::Consents, page::page};
use crate::profile::CALLBACK_PATH;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// Where the browser ends: nothing in this address is worth keeping secret.
const DONE_PATH: &str = "/oauth2/done";
/// How long a stranger may take to say what it wants.
const HEADER_LIMIT: Duration = Duration::from_secs(10);
/// How long the browser has to fetch its last page.
const LAST_PAGE_LIMIT: Duration = Duration::from_secs(5);
/// Entra's codes are some 2 KB long; this much of a request is read, in octets.
const LONGEST_REQUEST: usize = 32 * 1024;
/// How many connections are served at once; more are closed.
const MOST_CONNECTIONS: usize = 32;
/// How long what was answered may take to be written, once the port is closed.
const LAST_WRITE_LIMIT: Duration = Duration::from_secs(1);
/// How often a port may be free for IPv4 and taken for IPv6 before we give up.
const TRIES: usize = 8;

/// A port that waits for the browser.
#[derive(Debug)]
pub struct Loopback {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

/// Why there is no port.
#[derive(Debug, thiserror::Error)]
#[error("no port on 127.0.0.1 can be opened: {0}")]
pub struct LoopbackError(#[from] io::Error);

/// How a sign-in ended, as the browser's page says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Well.
    SignedIn {
        /// Who signed in, where that is known.
        account: Option<String>,
    },
    /// Well: an administrator allowed the app.
    Allowed,
    /// Badly.
    Failed {
        /// What failed, in one line.
        title: String,
    },
}

/// The listening port with its open question; dropping it closes the port.
#[derive(Debug)]
pub struct Browser {
    desk: Arc<Desk>,
    ending: watch::Sender<Option<Ending>>,
    shown: watch::Receiver<bool>,
    served: JoinHandle<()>,
    open: DropGuard,
}

/// What all connections share.
#[derive(Debug)]
struct Desk {
    port: u16,
    consents: Consents,
    /// The query that was the answer: a browser that asks for it twice gets the same page.
    answer: Mutex<Option<String>>,
    ending: watch::Receiver<Option<Ending>>,
    shown: watch::Sender<bool>,
}

impl Loopback {
    /// Opens one port on 127.0.0.1 and, where this computer has IPv6, on `::1` too: `localhost` is
    /// either of them.
    ///
    /// # Errors
    /// The operating system's.
    pub async fn open() -> Result<Self, LoopbackError> {
        for _ in 0..TRIES {
            let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = v4.local_addr()?.port();
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
                Ok(v6) => return Ok(Self { v4, v6: Some(v6), port }),
                // Somebody has the port there, and would get our browser: another one.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(_) => return Ok(Self { v4, v6: None, port }),
            }
        }
        Err(LoopbackError(io::ErrorKind::AddrInUse.into()))
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Listens for the browser, and takes what it brings to `consents`.
    pub fn listen(self, consents: Consents) -> Browser {
        let (ending, told) = watch::channel(None);
        let (shown, was_shown) = watch::channel(false);
        let close = CancellationToken::new();
        let desk = Arc::new(Desk {
            port: self.port,
            consents,
            answer: Mutex::default(),
            ending: told,
            shown,
        });
        let served = tokio::spawn(self.serve(Arc::clone(&desk), close.clone()));
        Browser { desk, ending, shown: was_shown, served, open: close.drop_guard() }
    }

    /// Serves until `close` is called; what has begun is finished.
    async fn serve(self, desk: Arc<Desk>, close: CancellationToken) {
        let mut connections = JoinSet::new();
        while let Some(accepted) = close.run_until_cancelled(self.accept()).await {
            while connections.try_join_next().is_some() {}
            match accepted {
                // NOTE: browsers open spare connections; a crowd of them is no browser.
                Ok((stream, _)) if connections.len() < MOST_CONNECTIONS => {
                    connections.spawn(serve_one(stream, Arc::clone(&desk)));
                }
                Ok(_) => {}
                // Out of file handles, for example: not to be asked again at once.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        drop(self);
        let _ = tokio::time::timeout(LAST_WRITE_LIMIT, connections.join_all()).await;
    }

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        tokio::select! {
            accepted = self.v4.accept() => accepted,
            accepted = accept(self.v6.as_ref()) => accepted,
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

async fn serve_one(stream: TcpStream, desk: Arc<Desk>) {
    let _ = stream.set_nodelay(true);
    answer(stream, desk).await;
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, desk: Arc<Desk>) {
    let service = service_fn(move |request| {
        let desk = Arc::clone(&desk);
        async move { Ok::<_, Infallible>(desk.reply(&request).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_LIMIT)
        .max_buf_size(LONGEST_REQUEST)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the loopback port ended early");
    }
}

impl Browser {
    /// Tells the browser how it ended, and closes the port once it has the page; at once when the
    /// browser brought nothing. The program may end after this.
    pub async fn end(self, ending: Ending) {
        let Self { desk, ending: tell, mut shown, served, open } = self;
        if desk.heard().is_none() {
            return;
        }
        tell.send_replace(Some(ending));
        // A browser that went away meanwhile needs no page.
        let _ = tokio::time::timeout(LAST_PAGE_LIMIT, shown.wait_for(|shown| *shown)).await;
        drop(open);
        let _ = served.await;
    }
}

impl Desk {
    async fn reply(&self, request: &Request<Incoming>) -> Response<String> {
        if !self.is_meant(request.headers()) {
            return page(StatusCode::MISDIRECTED_REQUEST, "This is not the place", "");
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, CALLBACK_PATH) => {
                self.callback(request.uri().query().unwrap_or_default()).await
            }
            (&Method::GET, DONE_PATH) => self.done(),
            _ => page(StatusCode::NOT_FOUND, "Nothing is here", ""),
        }
    }

    /// Whether the request names this port of this computer: a page on another host that resolves
    /// to us (DNS rebinding) does not.
    fn is_meant(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let names = ["localhost", "127.0.0.1", "[::1]"];
        host.is_some_and(|host| names.iter().any(|name| host == format!("{name}:{}", self.port)))
    }

    /// Holds the browser until it is known how the sign-in ended.
    async fn callback(&self, query: &str) -> Response<String> {
        if !self.is_answer(query) {
            return page(
                StatusCode::BAD_REQUEST,
                "This is not the answer to an open question",
                "Go back to Sendright and sign in from there.",
            );
        }
        let mut ending = self.ending.clone();
        // The other end is dropped when nobody will tell any more; then the connection goes too.
        let _ = ending.wait_for(Option::is_some).await;
        let mut onward = page(StatusCode::SEE_OTHER, "Going on", "");
        onward.headers_mut().insert(header::LOCATION, header::HeaderValue::from_static(DONE_PATH));
        onward
    }

    /// Whether `query` is the answer. The lock is held while the question hears it, so that nobody
    /// learns of an answer before we know that the browser waits.
    fn is_answer(&self, query: &str) -> bool {
        let mut heard = self.heard();
        if let Some(heard) = &*heard {
            return heard == query;
        }
        let url = format!("http://localhost:{}{CALLBACK_PATH}?{query}", self.port);
        let is_answer = url.parse::<Url>().is_ok_and(|url| self.consents.hear(&url).is_ok());
        *heard = is_answer.then(|| query.to_owned());
        is_answer
    }

    fn heard(&self) -> MutexGuard<'_, Option<String>> {
        // Either there is an answer or there is none, whoever panicked.
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn done(&self) -> Response<String> {
        let Some(ending) = self.ending.borrow().clone() else {
            return page(StatusCode::NOT_FOUND, "Nothing is here", "");
        };
        self.shown.send_replace(true);
        match ending {
            Ending::SignedIn { account } => page(
                StatusCode::OK,
                "You are signed in",
                &match account {
                    Some(account) => {
                        format!("As {account}. Close this tab and go back to Sendright.")
                    }
                    None => "Close this tab and go back to Sendright.".to_owned(),
                },
            ),
            Ending::Allowed => page(
                StatusCode::OK,
                "The app is allowed",
                "For the whole organisation. Close this tab and go back to Sendright.",
            ),
            Ending::Failed { title } => page(
                StatusCode::OK,
                &title,
                "Sendright says why and what to do. Close this tab and go back to it.",
            ),
        }
    }
}
