//! The one HTTP client: bounded answers, no redirects, trust and time limits as given.
//!
//! Invariant: plain `http://` goes to this computer only, so that no secret leaves it unprotected.

use super::{
    limits::Limits,
    tls::{self, Oldest, TlsError, Trust},
};
use http::{Request, Response};
use std::{error::Error as _, io, time::Duration};
use url::{Host, Url};

/// The longest answer that is read: provider metadata is some 2 KB, a Graph error some 1 KB.
const LONGEST_ANSWER: usize = 1 << 20;

/// Talks HTTPS. Cloning shares its connections.
#[derive(Debug, Clone)]
pub struct Http(reqwest::Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Only `https://` is spoken, and `http://` to this computer.
    #[error("{url} is not protected: only https:// is accepted")]
    Insecure {
        /// Scheme, host and path.
        url: String,
    },
    /// There is no protected connection.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no connection, so nothing was sent.
    #[error("{host} cannot be reached: {said}")]
    Unreachable {
        /// Whom we meant to talk to.
        host: String,
        /// Why.
        said: String,
    },
    /// No answer in time; the request may have been received.
    #[error("{host} did not answer in time")]
    TimedOut {
        /// Whom we meant to talk to.
        host: String,
    },
    /// The answer is longer than any we expect.
    #[error("the answer of {host} is longer than {LONGEST_ANSWER} octets")]
    TooLong {
        /// Who answered.
        host: String,
    },
    /// The connection ended before the answer did; the request may have been received.
    #[error("the connection to {host} ended before its answer: {said}")]
    Interrupted {
        /// Whom we talked to.
        host: String,
        /// Why.
        said: String,
    },
}

impl HttpError {
    /// Whether the other side may have received the request.
    pub fn may_have_arrived(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::TooLong { .. } | Self::Interrupted { .. })
    }
}

impl Http {
    /// A client that believes `trust` and waits as long as `limits` say.
    ///
    /// # Errors
    /// [`TlsError::BadPem`] when an authority cannot be used.
    pub fn new(trust: &Trust, limits: &Limits) -> Result<Self, HttpError> {
        let config = tls::client_config(trust, Oldest::Tls12)?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured((*config).clone())
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.http)
            .no_proxy()
            .tcp_nodelay(true)
            .user_agent(concat!("Sendright/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("a client with a ready TLS configuration can be built");
        Ok(Self(client))
    }

    /// Sends `request` once and gives the whole answer, whatever its status.
    ///
    /// # Errors
    /// Says why there is none, and whether the request may have arrived.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        self.send_within(None, request).await
    }

    /// The same, with a time limit of its own: for a body that takes its time on a slow line.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_within(
        &self,
        limit: Option<Duration>,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, HttpError> {
        let url = Url::parse(&request.uri().to_string())
            .map_err(|_| HttpError::Insecure { url: request.uri().to_string() })?;
        refuse_unprotected(&url)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut request = reqwest::Request::try_from(request)
            .map_err(|error| HttpError::Unreachable { host: host.clone(), said: words(&error) })?;
        if limit.is_some() {
            *request.timeout_mut() = limit;
        }
        let answer = self.0.execute(request).await.map_err(|error| because(&host, &error))?;
        whole(answer, &host).await
    }
}

fn refuse_unprotected(url: &Url) -> Result<(), HttpError> {
    let accepted = match url.scheme() {
        "https" => true,
        "http" => is_this_computer(url),
        _ => false,
    };
    if accepted {
        return Ok(());
    }
    let shown = format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path());
    Err(HttpError::Insecure { url: shown })
}

/// Whether `url` names the loopback interface of this computer.
pub fn is_this_computer(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

async fn whole(mut answer: reqwest::Response, host: &str) -> Result<Response<Vec<u8>>, HttpError> {
    let mut head = Response::new(());
    *head.status_mut() = answer.status();
    *head.headers_mut() = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| because(host, &error))? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(HttpError::TooLong { host: host.to_owned() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(head.map(|()| body))
}

fn because(host: &str, error: &reqwest::Error) -> HttpError {
    if error.is_connect() {
        if let Some(tls) = tls_error(host, error) {
            return HttpError::Tls(tls);
        }
        return HttpError::Unreachable { host: host.to_owned(), said: words(error) };
    }
    if error.is_timeout() {
        return HttpError::TimedOut { host: host.to_owned() };
    }
    HttpError::Interrupted { host: host.to_owned(), said: words(error) }
}

/// The TLS failure among the causes of `error`, if there is one.
fn tls_error(host: &str, error: &reqwest::Error) -> Option<TlsError> {
    let mut cause = error.source();
    while let Some(now) = cause {
        if let Some(io) = now.downcast_ref::<io::Error>().map(innermost)
            && let Some(inner) = io.get_ref()
            && inner.is::<rustls::Error>()
        {
            return Some(tls::from_io(host, io));
        }
        cause = now.source();
    }
    None
}

/// The I/O error in the I/O errors: the TLS layers wrap it, and `source` skips what is wrapped.
fn innermost(mut io: &io::Error) -> &io::Error {
    while let Some(inner) = io.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()) {
        io = inner;
    }
    io
}

/// The innermost cause: reqwest's own words name the address, which may carry a code.
fn words(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    if innermost.is::<reqwest::Error>() {
        "no more is known".to_owned()
    } else {
        innermost.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    /// Answers one request with `answer` and closes.
    async fn server(answer: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token?code=geheim", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
        });
        url
    }

    async fn ask(url: &str) -> Result<Response<Vec<u8>>, HttpError> {
        let limits = Limits { http: Duration::from_secs(5), ..Limits::default() };
        let http = Http::new(&Trust::system(), &limits).unwrap();
        http.send(Request::post(url).body(b"x=1".to_vec()).unwrap()).await
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_not_followed() {
        let url = server(
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\nhi"
                .to_vec(),
        )
        .await;
        let answer = ask(&url).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().as_slice()), (302, &b"hi"[..]));
    }

    #[tokio::test]
    async fn an_endless_answer_is_not_read_to_its_end() {
        let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        endless.resize(LONGEST_ANSWER + 4096, b'a');
        let url = server(endless).await;
        assert!(matches!(ask(&url).await, Err(HttpError::TooLong { .. })));
    }

    #[tokio::test]
    async fn a_request_that_may_have_arrived_is_told_from_one_that_did_not() {
        let cut =
            ask(&server(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nha".to_vec()).await).await;
        assert!(cut.unwrap_err().may_have_arrived());
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let refused = ask(&format!("http://{closed}/token?code=geheim")).await.unwrap_err();
        assert!(!refused.may_have_arrived());
        assert!(!refused.to_string().contains("geheim"), "{refused}");
    }

    #[tokio::test]
    async fn an_unprotected_address_is_refused_and_its_query_not_repeated() {
        for url in ["http://login.example/token?code=geheim", "ftp://127.0.0.1/?code=geheim"] {
            let refused = ask(url).await.unwrap_err();
            assert!(matches!(refused, HttpError::Insecure { .. }), "{refused:?}");
            assert!(!format!("{refused:?}").contains("geheim"));
        }
    }
}
