//! One request to Graph: what it says, and what making it again would do.

use crate::{secret::Secret, transport::SendError};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use url::Url;
use uuid::Uuid;

/// What a repetition of a request would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// Nothing: it may be made again, and stopped while it is under way.
    Harmless,
    /// Something once more: after trouble on the way it is not made again unseen.
    Adds,
    /// Another draft, which only the answer names: whoever stops it waits a little for the name.
    Makes,
    /// Send a mail: the same, and it cannot be stopped.
    Sends,
}

/// One request, and its repetitions.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) nature: Nature,
    /// Shared by all repetitions: it may be some megabytes.
    pub(super) body: Bytes,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) kind: Option<&'static str>,
    pub(super) range: Option<String>,
    /// The same for all repetitions, so that they can be told from new requests; `None` at an upload
    /// address, which carries its own authority.
    pub(super) id: Option<String>,
    pub(super) tries: u32,
}

impl Ask {
    pub(super) fn new(nature: Nature, method: Method, url: Url) -> Self {
        let id = Some(Uuid::new_v4().to_string());
        Self { nature, method, url, kind: None, range: None, body: Bytes::new(), id, tries: 0 }
    }

    /// With `body` of the media type `kind`.
    pub(super) fn with(mut self, kind: &'static str, body: Vec<u8>) -> Self {
        (self.kind, self.body) = (Some(kind), body.into());
        self
    }

    /// Part of a file, to an upload address: the token must not go there
    /// (<https://learn.microsoft.com/graph/outlook-large-attachments>, 2026-11).
    pub(super) fn upload(url: Url, range: String, part: Vec<u8>) -> Self {
        let ask =
            Self { id: None, range: Some(range), ..Self::new(Nature::Adds, Method::PUT, url) };
        ask.with("application/octet-stream", part)
    }

    /// How far an upload has come.
    pub(super) fn uploaded(url: Url) -> Self {
        Self { id: None, ..Self::new(Nature::Harmless, Method::GET, url) }
    }

    pub(super) fn request(&self, token: &Secret) -> Result<Request<Bytes>, SendError> {
        let mut request = Request::builder().method(&self.method).uri(self.url.as_str());
        if let Some(id) = &self.id {
            let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))
                .map_err(|_| SendError::CredentialsUnusable { what: "token" })?;
            bearer.set_sensitive(true);
            request = request
                .header(header::AUTHORIZATION, bearer)
                .header("client-request-id", id)
                .header("return-client-request-id", "true")
                // An id that stays when the message moves from Drafts to Sent Items.
                .header("prefer", "IdType=\"ImmutableId\"");
        }
        if let Some(kind) = self.kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(range) = &self.range {
            request = request.header(header::CONTENT_RANGE, range);
        }
        if self.method == Method::POST && self.body.is_empty() {
            request = request.header(header::CONTENT_LENGTH, 0);
        }
        if self.tries > 0 {
            request = request.header("retry-attempt", self.tries);
        }
        request
            .body(self.body.clone())
            .map_err(|_| SendError::CredentialsUnusable { what: "address of Graph" })
    }

    /// How it is written down: an upload address without what gives it its authority.
    pub(super) fn shown(&self) -> String {
        if self.id.is_none() {
            return format!("{} {}", self.method, self.url.origin().ascii_serialization());
        }
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{} {}{query}", self.method, self.url.path())
    }
}
