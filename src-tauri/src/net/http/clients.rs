//! The library's clients: one for each proxy, all with the same trust.

use super::{HttpError, USER_AGENT};
use crate::net::{
    dial::DialError,
    limits::Limits,
    route::{Protocol, Proxy, ProxyFault},
    tls::{Chain, Client as Tls, Seen, Shown},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, redirect::Policy};
use rustls::ClientConfig;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use zeroize::Zeroizing;

/// Clients, made when they are needed first. Each has its proxy's password, and goes with the last copy
/// of this.
#[derive(Clone)]
pub(super) struct Clients {
    tls: Arc<ClientConfig>,
    seen: Seen,
    connect: Duration,
    answer: Duration,
    made: Arc<Mutex<Vec<Made>>>,
}

/// A client, and the proxy that it goes through.
type Made = (Option<Proxy>, Client);

impl fmt::Debug for Clients {
    /// The library's own would show a proxy's password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clients")
    }
}

impl Clients {
    pub(super) fn new(tls: &Tls, limits: &Limits) -> Self {
        let (tls, seen) = tls.watched();
        // The library counts the connection into the whole. What did not even connect is to be told
        // from what may have arrived, so the connection's time ends first.
        let connect = limits.connect.min(limits.http * 9 / 10);
        Self { tls, seen, connect, answer: limits.http, made: Arc::default() }
    }

    /// The client that goes to `host:port` through `proxy`, or straight. A proxy is asked once whether
    /// it wants its login.
    pub(super) async fn through(
        &self,
        proxy: Option<&Proxy>,
        host: &str,
        port: u16,
    ) -> Result<Client, HttpError> {
        if let Some((_, client)) = self.made().iter().find(|(known, _)| known.as_ref() == proxy) {
            return Ok(client.clone());
        }
        let client = match proxy {
            None => self.make(None)?,
            Some(proxy) => self.make(Some(&proxy.as_it_wants(host, port, self.connect).await?))?,
        };
        self.made().push((proxy.cloned(), client.clone()));
        Ok(client)
    }

    fn made(&self) -> MutexGuard<'_, Vec<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `host` showed when it was called last.
    pub(super) fn shown(&self, host: &str) -> Option<Shown> {
        self.seen.of(host)
    }

    /// The certificates among it.
    pub(super) fn chain(&self, host: &str) -> Chain {
        self.shown(host).map(|shown| shown.chain).unwrap_or_default()
    }

    fn make(&self, proxy: Option<&Proxy>) -> Result<Client, HttpError> {
        let builder = Client::builder()
            .tls_backend_preconfigured(ClientConfig::clone(&self.tls))
            .redirect(Policy::none())
            .connect_timeout(self.connect)
            .timeout(self.answer)
            .no_proxy() // none but the route's: the library would read the environment by itself
            .tcp_nodelay(true)
            .user_agent(USER_AGENT);
        let builder = match proxy {
            None => builder,
            Some(proxy) => builder.proxy(hop(proxy)?),
        };
        Ok(builder.build().expect("a client with a ready TLS configuration can be built"))
    }
}

/// `proxy` as the library wants it. Names go to it as names, with SOCKS too.
fn hop(proxy: &Proxy) -> Result<reqwest::Proxy, HttpError> {
    let through = proxy.through();
    let scheme = match proxy.protocol {
        Protocol::Socks5 => "socks5h",
        Protocol::Http => "http",
    };
    let hop = reqwest::Proxy::all(format!("{scheme}://{}", through.authority)).map_err(|_| {
        let (host, said) = (proxy.host.clone(), "this is no name of a host".to_owned());
        let nowhere = ProxyFault::NotReached(DialError::NameNotFound { host, said });
        HttpError::Dial(proxy.fault("the provider", nowhere))
    })?;
    Ok(match &proxy.login {
        None => hop,
        Some(login) => {
            let password = Zeroizing::new(encoded(login.password.expose()));
            hop.basic_auth(&encoded(&login.user), &password)
        }
    })
}

/// `text` as the library decodes it to what it was: a % that it finds is taken for an escape.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        net::{
            http::Http,
            route::{Login, Route},
            tls::Trust,
        },
        secret::Secret,
    };
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use http::Request;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::{TcpListener, TcpStream},
        sync::mpsc::{self, error::TryRecvError},
    };

    const NO_LOGIN: u8 = 0;
    const NONE_OF_THEM: u8 = 0xff;

    /// A proxy that tells which logins it was shown, and lets nobody through; one of SOCKS answers
    /// `strangers` to whoever has none.
    async fn strict(protocol: Protocol, strangers: u8) -> (u16, mpsc::UnboundedReceiver<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shown = match protocol {
                    Protocol::Http => shown_by_http(stream).await,
                    Protocol::Socks5 => shown_by_socks(stream, strangers).await,
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

    async fn shown_by_socks(mut stream: TcpStream, strangers: u8) -> Option<Vec<u8>> {
        let _version = stream.read_u8().await.ok()?;
        let methods = lengthened(&mut stream).await?;
        if !methods.contains(&2) {
            stream.write_all(&[5, strangers]).await.ok()?;
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
                let (port, mut told) = strict(protocol, NONE_OF_THEM).await;
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

    #[tokio::test]
    async fn a_proxy_that_lets_in_strangers_is_not_shown_the_login() {
        let (protocol, host) = (Protocol::Socks5, "127.0.0.1".to_owned());
        let (port, mut told) = strict(protocol, NO_LOGIN).await;
        let login = Some(Login { user: "clerk".to_owned(), password: Secret::new("geheim") });
        let route = Route::Proxy(Proxy { protocol, host, port, login, origin: None });
        let http = Http::new(route, &Trust::system(), &Limits::default()).unwrap();
        let request = Request::get("https://login.example/").body(Vec::new()).unwrap();
        http.send(request).await.unwrap_err();
        assert_eq!(told.try_recv(), Err(TryRecvError::Empty));
    }
}
