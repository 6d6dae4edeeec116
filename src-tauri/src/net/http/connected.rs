//! What is known of the connection under an answer.

use crate::net::{route::Through, tls::Shown};
use std::net::SocketAddr;

/// How the connection under an answer came about.
#[derive(Debug, Clone)]
pub struct Connected {
    /// Whom we wanted.
    pub host: String,
    /// Who answered: the other side, or the proxy in between.
    pub peer: Option<SocketAddr>,
    /// The proxy in between.
    pub through: Option<Through>,
    /// What the server showed; `None`: the connection is not protected, it stays on this computer.
    pub shown: Option<Shown>,
}

impl Connected {
    /// In words, a line each.
    pub fn lines(&self) -> Vec<String> {
        let host = &self.host;
        let peer = self.peer.map_or_else(|| "at an unknown address".to_owned(), |p| p.to_string());
        let way = match &self.through {
            None => format!("{host} is {peer}"),
            Some(proxy) => format!("{proxy} is {peer}; it connected to {host}"),
        };
        let shown = self.shown.iter().flat_map(Shown::lines);
        std::iter::once(way).chain(shown).collect()
    }
}
