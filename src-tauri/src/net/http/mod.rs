//! The one HTTP client: bounded answers, no redirects; trust, time limits and route as given.
//!
//! Invariant: plain `http://` goes to this computer only, and straight, so that no secret leaves it
//! unprotected.

mod clients;
mod connected;
mod error;
mod fault;

pub use connected::Connected;
pub use error::HttpError;

use super::{
    dial::{DialError, is_loopback},
    limits::Limits,
    route::{Proxy, Route},
    tls::{Client as Tls, Oldest, Trust},
};
use clients::Clients;
use http::{Request, Response};
use reqwest::Body;
use std::time::Duration;
use url::{Host, Url};

/// The longest answer that is read: provider metadata is some 2 KB, a Graph error some 1 KB.
const LONGEST_ANSWER: usize = 1 << 20;
/// Who we are to servers and proxies.
pub(super) const USER_AGENT: &str = concat!("Sendright/", env!("CARGO_PKG_VERSION"));

/// Talks HTTPS. Cloning shares its connections.
#[derive(Debug, Clone)]
pub struct Http {
    route: Route,
    limits: Limits,
    clients: Clients,
}

impl Http {
    /// A client that goes `route`, believes `trust` and waits as long as `limits` say.
    ///
    /// # Errors
    /// [`TlsError::BadPem`] when an authority cannot be used, [`TlsError::NoAuthorities`] when there are
    /// none.
    pub fn new(route: Route, trust: &Trust, limits: &Limits) -> Result<Self, HttpError> {
        let clients = Clients::new(&Tls::new(trust, Oldest::Tls12)?, limits);
        Ok(Self { route, limits: *limits, clients })
    }

    /// Sends `request` once and gives the whole answer, whatever its status. How the connection came
    /// about is among its extensions: [`Connected`].
    ///
    /// # Errors
    /// Says why there is none, and whether the request may have arrived.
    pub async fn send(
        &self,
        request: Request<impl Into<Body>>,
    ) -> Result<Response<Vec<u8>>, HttpError> {
        self.send_within(None, request).await
    }

    /// The same, with a time limit of its own: for a body that takes its time on a slow line.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_within(
        &self,
        limit: Option<Duration>,
        request: Request<impl Into<Body>>,
    ) -> Result<Response<Vec<u8>>, HttpError> {
        let url = Url::parse(&request.uri().to_string())
            .map_err(|_| HttpError::Insecure { url: request.uri().to_string() })?;
        refuse_unprotected(&url)?;
        let route = self.route_to(&url);
        let (host, port) = address(&url);
        let proxy = Box::pin(route.proxy_for(host, port)).await.map_err(DialError::from)?;
        refuse_literal(&url, proxy.as_ref())?;
        let client = Box::pin(self.clients.through(proxy.as_ref(), host, port)).await?;
        let mut request = reqwest::Request::try_from(request).map_err(|_| insecure(&url))?;
        if limit.is_some() {
            *request.timeout_mut() = limit;
        }
        let answer = match client.execute(request).await {
            Ok(answer) => answer,
            // Boxed: it is rare, and larger than all the rest.
            Err(error) if error.is_connect() => {
                return Err(Box::pin(self.unconnected(&url, &error)).await);
            }
            Err(error) => return Err(fault::interrupted(host, &error)),
        };
        self.whole(answer, host, proxy).await
    }

    /// What is not protected stays on this computer, whatever proxy the route names.
    fn route_to(&self, url: &Url) -> Route {
        if url.scheme() == "http" { Route::Direct } else { self.route.clone() }
    }

    async fn whole(
        &self,
        mut answer: reqwest::Response,
        host: &str,
        proxy: Option<Proxy>,
    ) -> Result<Response<Vec<u8>>, HttpError> {
        let mut head = Response::new(());
        *head.status_mut() = answer.status();
        *head.headers_mut() = std::mem::take(answer.headers_mut());
        head.extensions_mut().insert(Connected {
            host: host.to_owned(),
            peer: answer.remote_addr(),
            through: proxy.map(|proxy| proxy.through()),
            shown: (answer.url().scheme() == "https").then(|| self.clients.shown(host)).flatten(),
        });
        let mut body = Vec::new();
        while let Some(chunk) =
            answer.chunk().await.map_err(|error| fault::interrupted(host, &error))?
        {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(HttpError::TooLong { host: host.to_owned() });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(head.map(|()| body))
    }
}

fn refuse_unprotected(url: &Url) -> Result<(), HttpError> {
    let accepted = match url.scheme() {
        "https" => true,
        "http" => is_this_computer(url),
        _ => false,
    };
    if accepted { Ok(()) } else { Err(insecure(url)) }
}

fn refuse_literal(url: &Url, proxy: Option<&Proxy>) -> Result<(), HttpError> {
    match (url.host(), proxy) {
        (Some(Host::Ipv6(_)), Some(proxy)) => {
            let (host, port) = address(url);
            Err(HttpError::Literal { target: format!("{host}:{port}"), proxy: proxy.through() })
        }
        _ => Ok(()),
    }
}

fn insecure(url: &Url) -> HttpError {
    let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
    HttpError::Insecure { url: format!("{scheme}://{host}{}", url.path()) }
}

/// Whether `url` names the loopback interface of this computer.
pub fn is_this_computer(url: &Url) -> bool {
    url.host_str().is_some_and(is_loopback)
}

fn address(url: &Url) -> (&str, u16) {
    (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        net::route::{Login, Protocol},
        secret::Secret,
    };
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
        let http = Http::new(Route::Direct, &Trust::system(), &limits).unwrap();
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
    async fn a_proxys_password_is_not_shown() {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let login = Login { user: "clerk".to_owned(), password: Secret::new("geheim") };
        let (host, port) = (closed.ip().to_string(), closed.port());
        let proxy =
            Proxy { protocol: Protocol::Http, host, port, login: Some(login), origin: None };
        let http = Http::new(Route::Proxy(proxy), &Trust::system(), &Limits::default()).unwrap();
        let request = Request::get("https://login.example/").body(Vec::new()).unwrap();
        let failed = http.send(request).await.unwrap_err();
        assert!(matches!(&failed, HttpError::Dial(DialError::Proxy(_))), "{failed:?}");
        assert!(!format!("{failed} {failed:?} {http:?}").contains("geheim"));
    }

    #[tokio::test]
    async fn no_proxy_hears_of_an_ipv6_address() {
        for protocol in [Protocol::Http, Protocol::Socks5] {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let (host, port) = ("127.0.0.1".to_owned(), listener.local_addr().unwrap().port());
            let route = Route::Proxy(Proxy { protocol, host, port, login: None, origin: None });
            let http = Http::new(route, &Trust::system(), &Limits::default()).unwrap();
            let request = Request::get("https://[2001:db8::25]/").body(Vec::new()).unwrap();
            let refused = http.send(request).await.unwrap_err();
            assert!(matches!(refused, HttpError::Literal { .. }), "{refused:?}");
            listener.set_nonblocking(true).unwrap();
            assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        }
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
