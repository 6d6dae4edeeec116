//! Microsoft Graph: a message in one request, or, when it is larger than one may be, as a draft whose
//! files are uploaded and which is then sent.
//!
//! Invariants: nothing is sent twice: what may have been sent is looked for before it is repeated, and
//! stays uncertain when it cannot be found · a token goes to Graph only, not to an upload address · a
//! draft that is not sent is removed, or its id stays with the caller.

mod ask;
mod draft;
#[cfg(fuzzing)]
pub mod fuzzing;
mod json;
mod mail;
mod refusal;
mod submit;
mod talk;
mod upload;

pub use draft::{Leftover, remove_leftover};
pub use refusal::Refusal;

use super::{Credentials, Delivery, Lane, SendError, Watch};
use crate::{
    letter::Letter,
    net::{http::Http, limits::Limits},
    secret::Secret,
};
use async_trait::async_trait;
use talk::Talk;
use url::Url;

/// The longest request that is taken, in octets: "The maximum request length supported is 4MB"
/// (Graph's own answer; microsoft-graph-docs issue 9834).
pub const LONGEST_REQUEST: u64 = 4 * 1024 * 1024;
/// The most that the files of one message may have together, in octets.
/// Source: <https://learn.microsoft.com/graph/outlook-large-attachments>, 2026-11.
pub const LARGEST: u64 = 150 * 1024 * 1024;

/// Exchange takes so many requests of one app for one mailbox at a time.
/// Source: <https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits>, 2026-11.
pub const REQUESTS_AT_ONCE: usize = 4;

/// Where a sender's mail goes in.
#[derive(Debug, Clone)]
pub struct Graph {
    /// The service, for example `https://graph.microsoft.com`.
    pub url: Url,
    /// Whose mailbox sends; `None`: that of the account the token was made for (`/me`).
    pub mailbox: Option<String>,
}

impl Graph {
    /// The address of `steps` below the mailbox.
    fn at(&self, steps: &[&str]) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1.0");
            match &self.mailbox {
                None => path.push("me"),
                Some(mailbox) => path.push("users").push(mailbox),
            };
            path.extend(steps);
        }
        url
    }

    fn host(&self) -> String {
        self.url.host_str().unwrap_or_default().to_owned()
    }
}

/// The way to Graph.
#[derive(Clone, Copy)]
pub struct Way<'a> {
    /// Who carries requests.
    pub http: &'a Http,
    /// Where they go.
    pub graph: &'a Graph,
    /// How long they may take.
    pub limits: &'a Limits,
    /// How many may be under way.
    pub lane: &'a Lane,
    /// Who is asked, and told, while a send is under way.
    pub host: &'a dyn Host,
}

/// What a send needs of its caller while it is under way.
#[async_trait]
pub trait Host: Send + Sync {
    /// A token that is newer than the one that was just refused; `None`: there is none.
    async fn renew(&self) -> Option<Secret>;

    /// Writes down which draft is under way, so that one that a crash leaves behind can be told and
    /// removed; `None`: none is any more.
    async fn draft(&self, id: Option<&str>);
}

/// How a message is to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Whether a copy goes to Sent Items.
    pub keep_copy: bool,
    /// What the token allows.
    pub rights: Rights,
}

/// What a token allows beside sending; `None`: it does not say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rights {
    /// Looking for a message: `Mail.ReadBasic`, `Mail.Read`.
    pub read: Option<bool>,
    /// Making a draft: `Mail.ReadWrite`.
    pub write: Option<bool>,
}

/// Hands `letter` over with a [`Credentials::Bearer`] token.
pub async fn send(
    way: Way<'_>,
    credentials: &Credentials,
    letter: &Letter,
    wish: Wish,
    watch: &Watch,
) -> Result<Delivery, SendError> {
    let sent = hand_over(way, credentials, letter, wish, watch).await;
    sent.inspect_err(|error| watch.failed(error))
}

async fn hand_over(
    way: Way<'_>,
    credentials: &Credentials,
    letter: &Letter,
    wish: Wish,
    watch: &Watch,
) -> Result<Delivery, SendError> {
    let mut talk = Talk::new(way, credentials, watch)?;
    let (host, limit) = (way.graph.host(), LARGEST);
    if let Some(address) = letter.needs_smtputf8().map(str::to_owned) {
        return Err(SendError::SmtpUtf8Missing { host, address });
    }
    let size = letter.files().map(|file| file.size()).sum();
    if size > LARGEST {
        return Err(SendError::TooLarge { host, size, limit, graph: true });
    }
    let fits = if wish.keep_copy { mail::fits(letter) } else { json::fits(letter) };
    match (fits, wish.keep_copy) {
        (true, true) => mail::send(&mut talk, letter, wish.rights).await,
        (true, false) => json::send(&mut talk, letter, wish.rights).await,
        (false, true) => draft::send(&mut talk, letter, wish.rights).await,
        (false, false) => Err(json::needs_copy()),
    }
}
