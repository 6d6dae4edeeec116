//! How Graph says no.

use crate::transport::Stage;
use std::{fmt, time::Duration};

/// An answer of Graph that is not "accepted".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// `error.code`, for example `ErrorAccessDenied`; empty when the answer has none.
    pub code: String,
    /// `error.message`, or the beginning of an answer that is not Graph's.
    pub message: String,
    /// `request-id`, which Microsoft's support asks for.
    pub request_id: Option<String>,
    /// The id we gave the request.
    pub client_request_id: String,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// Takes code and message from an error object; what is no error object is its own message.
    pub(super) fn read(body: &[u8], shown: impl Fn(&str) -> String) -> Self {
        let object = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
        let error = &object["error"];
        let code = error["code"].as_str().unwrap_or_default();
        let message = match error["message"].as_str() {
            Some(message) => shown(message),
            None => shown(String::from_utf8_lossy(body).trim()),
        };
        Self { code: shown(code), message, ..Self::default() }
    }

    /// Where it failed: the answer tells.
    pub fn stage(&self) -> Stage {
        match self.status {
            401 => Stage::Auth,
            403 | 404 => Stage::Sender,
            _ => Stage::Message,
        }
    }

    /// Whether the mail may be on its way all the same: mails have been delivered after a gateway
    /// said 5xx (FACTS: msgraph-sdk-java issue 1487).
    pub fn uncertain(&self) -> bool {
        match self.status {
            500 | 502 | 504 => true,
            503 => self.code.is_empty() && self.retry_after.is_none(),
            _ => false,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.code)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        match &self.request_id {
            Some(id) => write!(f, " (request-id {id})"),
            None => Ok(()),
        }
    }
}
