//! Why there is no answer, found behind the library's errors.

use super::{Http, HttpError, address};
use crate::net::tls::{Oldest, TlsError};
use std::{error::Error as StdError, io, time::Duration};
use url::Url;

/// How long the way is looked at after the whole time for it has passed.
const GLANCE: Duration = Duration::from_secs(1);

impl Http {
    /// Why there is no connection to `url`. A failed handshake says all; of a way that failed the
    /// library says too little, so it is gone once more: nothing was sent, and nothing is now.
    pub(super) async fn unconnected(&self, url: &Url, error: &reqwest::Error) -> HttpError {
        let (host, port) = address(url);
        if let Some(io) = handshake(error) {
            return TlsError::of(host, Oldest::Tls12, self.clients.chain(host), io).into();
        }
        let (silent, limit) = (error.is_timeout(), self.limits.connect);
        let glance = if silent { GLANCE.min(limit) } else { limit };
        let host = host.to_owned();
        match self.route_to(url).dial(&host, port, glance).await {
            Err(fault) if silent => fault.waited(limit).into(),
            Err(fault) => fault.into(),
            Ok(_) if silent => TlsError::TimedOut { host, limit }.into(),
            Ok(_) => TlsError::Lost { host, said: innermost(error) }.into(),
        }
    }
}

/// What ended an exchange that had begun.
pub(super) fn interrupted(host: &str, error: &reqwest::Error) -> HttpError {
    let host = host.to_owned();
    if error.is_timeout() {
        return HttpError::TimedOut { host };
    }
    if let Some(io) = handshake(error)
        && let Some(wanted) = TlsError::client_certificate(&host, io)
    {
        return wanted.into();
    }
    HttpError::Interrupted { host, said: innermost(error) }
}

/// The TLS library's error among the causes of `error`, in the I/O error that carries it.
fn handshake(error: &reqwest::Error) -> Option<&io::Error> {
    let mut cause = error.source();
    while let Some(now) = cause {
        if let Some(io) = now.downcast_ref::<io::Error>().map(unwrapped)
            && io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
        {
            return Some(io);
        }
        cause = now.source();
    }
    None
}

/// The I/O error in the I/O errors: the TLS layers wrap it, and `source` skips what is wrapped.
fn unwrapped(mut io: &io::Error) -> &io::Error {
    while let Some(inner) = io.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()) {
        io = inner;
    }
    io
}

/// The words of the innermost cause: the library's own name the address, which may carry a code.
fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn StdError = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    if innermost.is::<reqwest::Error>() {
        "no more is known".to_owned()
    } else {
        innermost.to_string()
    }
}
