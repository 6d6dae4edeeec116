//! The library's clients: one for each proxy, all with the same trust.

use super::{HttpError, USER_AGENT};
use crate::net::{
    dial::DialError,
    limits::Limits,
    route::{Protocol, Proxy, ProxyFault},
    tls::{Chain, Client as Tls, Seen, Shown},
};
use reqwest::{Client, redirect::Policy};
use rustls::ClientConfig;
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

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

    /// The client that goes through `proxy`, or straight.
    pub(super) fn through(&self, proxy: Option<&Proxy>) -> Result<Client, HttpError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = made.iter().find(|(known, _)| known.as_ref() == proxy) {
            return Ok(client.clone());
        }
        let client = self.make(proxy)?;
        made.push((proxy.cloned(), client.clone()));
        Ok(client)
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
        Some(login) => hop.basic_auth(&login.user, login.password.expose()),
    })
}
