//! How Graph says no.

use crate::transport::Stage;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use std::{fmt, time::Duration};

/// The longest claims challenge that is kept, in octets: it goes into an address.
const LONGEST_CLAIMS: usize = 4_096;

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
    /// What the next sign-in has to show, as JSON, where a policy demands it.
    /// Source: <https://learn.microsoft.com/entra/identity-platform/claims-challenge>, 2026-11.
    pub claims: Option<String>,
    /// It refused a step before the message was handed over, so nothing was sent.
    pub harmless: bool,
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
    /// said 5xx (msgraph-sdk-java issue 1487).
    pub fn uncertain(&self) -> bool {
        !self.harmless && self.in_trouble()
    }

    /// Whether something on the way failed, so that nobody knows what became of the request.
    pub(in crate::transport) fn in_trouble(&self) -> bool {
        match self.status {
            500 | 502 | 504 => true,
            503 => self.code.is_empty() && self.retry_after.is_none(),
            _ => false,
        }
    }

    /// Whether it was not done because too much is asked for, and may be asked for again.
    /// Source: <https://learn.microsoft.com/graph/throttling>, 2026-11.
    pub(super) fn is_throttled(&self) -> bool {
        matches!(self.status, 429 | 503) && !self.in_trouble()
    }
}

/// The claims that a `WWW-Authenticate` header demands: base64 of JSON there, JSON here.
pub(super) fn claims(challenge: &str) -> Option<String> {
    let (_, rest) = challenge.split_once("claims=")?;
    let word = rest.trim_start_matches('"').split(['"', ',']).next()?.trim();
    if word.len() > LONGEST_CLAIMS {
        return None;
    }
    let octets = STANDARD
        .decode(word)
        .or_else(|_| URL_SAFE_NO_PAD.decode(word.trim_end_matches('=')))
        .ok()?;
    let json = String::from_utf8(octets).ok()?;
    serde_json::from_str::<serde_json::Map<_, _>>(&json).ok().map(|_| json)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claims_challenge_is_read_and_nothing_else_taken_for_one() {
        let json = r#"{"access_token":{"nbf":{"essential":true,"value":"1795000000"}}}"#;
        let challenge = |word: &str| {
            format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{word}\", x=\"y\"")
        };
        assert_eq!(claims(&challenge(&STANDARD.encode(json))).as_deref(), Some(json));
        assert_eq!(claims(&challenge(&URL_SAFE_NO_PAD.encode(json))).as_deref(), Some(json));
        for none in ["Bearer realm=\"\"", &challenge("bm8="), &challenge("!!"), &challenge("")] {
            assert_eq!(claims(none), None, "{none}");
        }
        let long = format!("{{\"a\":\"{}\"}}", "b".repeat(LONGEST_CLAIMS));
        assert_eq!(claims(&challenge(&STANDARD.encode(long))), None);
    }
}
