//! A connection for the HTTP library: dialed on the route, and protected, as a mail server's is.

use super::{Connected, HttpError};
use crate::net::{limits::Limits, route::Route, tls::Client as Tls};
use http::{Uri, uri::Scheme};
use hyper_util::{
    client::legacy::connect::{Connected as Known, Connection},
    rt::TokioIo,
};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;
use tower_service::Service;

/// Connects to whom the library has a request for.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    pub(super) route: Route,
    pub(super) tls: Tls,
    pub(super) limits: Limits,
}

impl Connector {
    async fn connect(self, uri: Uri) -> Result<Line, HttpError> {
        let host = uri.host().unwrap_or_default();
        let Limits { connect, tls, .. } = self.limits;
        if uri.scheme() != Some(&Scheme::HTTPS) {
            // What is not protected stays on this computer, whatever proxy the route names.
            let dialed = Route::Direct.dial(host, uri.port_u16().unwrap_or(80), connect).await?;
            let known = Connected { path: dialed.path, agreed: None };
            return Ok(Line { stream: Either::Left(dialed.stream), known });
        }
        let dialed = self.route.dial(host, uri.port_u16().unwrap_or(443), connect).await?;
        let (stream, agreed) = self.tls.handshake(dialed.stream, host, tls).await?;
        let known = Connected { path: dialed.path, agreed: Some(agreed) };
        Ok(Line { stream: Either::Right(stream), known })
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Line>;
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, HttpError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), HttpError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(uri).await.map(TokioIo::new) })
    }
}

/// A connection, and how it came about.
pub(super) struct Line {
    stream: Either<TcpStream, TlsStream<TcpStream>>,
    known: Connected,
}

impl Connection for Line {
    fn connected(&self) -> Known {
        Known::new().extra(self.known.clone())
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        net::{
            http::Http,
            route::{Login, Protocol, Proxy},
            tls::Trust,
        },
        secret::Secret,
    };
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use http::Request;
    use std::time::Duration;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
        sync::mpsc,
    };

    /// A proxy that tells which logins it was shown, and lets nobody through.
    async fn strict(protocol: Protocol) -> (u16, mpsc::UnboundedReceiver<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shown = match protocol {
                    Protocol::Http => shown_by_http(stream).await,
                    Protocol::Socks5 => shown_by_socks(stream).await,
                };
                if let Some(login) = shown {
                    tell.send(login).unwrap();
                }
            }
        });
        (port, told)
    }

    async fn shown_by_http(mut stream: TcpStream) -> Option<Vec<u8>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let refusal =
            "HTTP/1.1 407 No\r\nproxy-authenticate: Basic realm=x\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(refusal.as_bytes()).await.ok()?;
        let head = String::from_utf8(head).unwrap();
        let mut headers = head.lines().filter_map(|line| line.split_once(": Basic "));
        let (_, basic) =
            headers.find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"))?;
        Some(STANDARD.decode(basic).unwrap())
    }

    async fn shown_by_socks(mut stream: TcpStream) -> Option<Vec<u8>> {
        let _version = stream.read_u8().await.ok()?;
        let methods = lengthened(&mut stream).await?;
        if !methods.contains(&2) {
            stream.write_all(&[5, 0xff]).await.ok()?;
            return None;
        }
        stream.write_all(&[5, 2]).await.ok()?;
        let _version = stream.read_u8().await.ok()?;
        let user = lengthened(&mut stream).await?;
        let password = lengthened(&mut stream).await?;
        stream.write_all(&[1, 1]).await.ok()?;
        Some([user, password].join(&b':'))
    }

    /// Octets after their number.
    async fn lengthened(stream: &mut TcpStream) -> Option<Vec<u8>> {
        let mut octets = vec![0; stream.read_u8().await.ok()?.into()];
        stream.read_exact(&mut octets).await.ok()?;
        Some(octets)
    }

    #[tokio::test]
    async fn a_proxy_is_shown_the_same_login_for_https_as_for_mail() {
        for protocol in [Protocol::Http, Protocol::Socks5] {
            for password in ["a%41b", "%25", "100%", "p\u{e4}ss: /?#[@]"] {
                let (port, mut told) = strict(protocol).await;
                let user = "corp%5Cme\\%".to_owned();
                let expected = format!("{user}:{password}");
                let login = Some(Login { user, password: Secret::new(password) });
                let host = "127.0.0.1".to_owned();
                let route = Route::Proxy(Proxy { protocol, host, port, login, origin: None });

                route.dial("mail.example", 587, Duration::from_secs(5)).await.unwrap_err();
                let by_mail = told.recv().await.unwrap();
                let http = Http::new(route, &Trust::system(), &Limits::default()).unwrap();
                let request = Request::get("https://login.example/").body(Vec::new()).unwrap();
                http.send(request).await.unwrap_err();
                let by_https = told.recv().await.unwrap();
                for shown in [by_mail, by_https] {
                    assert_eq!(String::from_utf8(shown).unwrap(), expected, "{protocol:?}");
                }
            }
        }
    }
}
