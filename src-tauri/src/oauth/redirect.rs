//! The answer: is this one, is it ours, and what does it say (RFC 6749 §4.1.2, RFC 8252, RFC 9207)?

use super::{
    consent::{ConsentError, PATIENCE},
    party::Proof,
    refusal::{self, ProviderRefusal},
    request::Question,
};
use crate::{clock::Timestamp, net::http::is_this_computer, profile::DEEP_LINK, secret::Secret};
use subtle::ConstantTimeEq as _;
use url::{Url, form_urlencoded};

/// A code that was meant for us, with all that redeeming it takes.
#[derive(Debug)]
pub struct Grant {
    pub(super) code: Secret,
    pub(super) verifier: Secret,
    pub(super) nonce: Option<Secret>,
    pub(super) redirect_uri: String,
    pub(super) proof: Proof,
}

/// What an address says.
#[derive(Debug, Default)]
pub(super) struct Reply {
    state: Option<Secret>,
    code: Option<Secret>,
    issuer: Option<String>,
    refusal: Option<ProviderRefusal>,
    /// A code alone, without an address around it.
    bare: bool,
}

impl Reply {
    /// Reads the parameters of a redirect.
    pub(super) fn of_query(query: &str) -> Self {
        let field = |name| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(key, value)| key == name && !value.is_empty())
                .map(|(_, value)| value.into_owned())
        };
        Self {
            state: field("state").map(Secret::new),
            code: field("code").map(Secret::new),
            issuer: field("iss"),
            refusal: field("error").map(|error| ProviderRefusal {
                error: Some(refusal::short(&error)),
                uri: field("error_uri").map(|uri| refusal::short(&uri)),
                suberror: field("error_subcode").map(|word| refusal::short(&word)),
                ..ProviderRefusal::of_text(field("error_description").as_deref())
            }),
            bare: false,
        }
    }

    /// Reads what a person pasted: the final address, its query, or the code alone.
    pub(super) fn pasted(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches(['"', '\'', '<', '>']);
        if text.is_empty() || text.chars().any(char::is_whitespace) {
            return None;
        }
        if text.contains("://") || text.starts_with(DEEP_LINK) {
            let url = Url::parse(text).ok()?;
            return url.query().or(url.fragment()).map(Self::of_query);
        }
        let query = text.trim_start_matches(['?', '#', '&']);
        if ["code=", "error=", "state="].iter().any(|name| query.contains(name)) {
            return Some(Self::of_query(query));
        }
        is_code_like(text).then(|| Self {
            // The address bar shows a code percent-encoded.
            code: form_urlencoded::parse(format!("code={}", text.replace('+', "%2B")).as_bytes())
                .next()
                .map(|(_, code)| Secret::new(code.into_owned())),
            bare: true,
            ..Self::default()
        })
    }

    /// Whether this answers `question`: the state is compared in constant time.
    ///
    /// A bare code carries no state; then the verifier alone ties it to the question, and a code
    /// from elsewhere is refused by the provider (RFC 7636 §1).
    pub(super) fn answers(&self, question: &Question) -> bool {
        match &self.state {
            Some(state) => {
                state.expose().as_bytes().ct_eq(question.state.expose().as_bytes()).into()
            }
            None => self.bare,
        }
    }

    /// What the answer to `question` says; the caller made sure that it [`answers`](Self::answers).
    pub(super) fn settle(self, question: Question, now: Timestamp) -> Result<Grant, ConsentError> {
        if now.since(question.asked_at) > PATIENCE {
            return Err(ConsentError::TimedOut);
        }
        if let (Some(said), Some(expected)) = (self.issuer, question.issuer)
            && said.trim_end_matches('/') != expected.trim_end_matches('/')
        {
            return Err(ConsentError::ForeignIssuer { expected, said: refusal::short(&said) });
        }
        if let Some(refusal) = self.refusal {
            return Err(ConsentError::Refused(Box::new(refusal.said_by(&question.host))));
        }
        Ok(Grant {
            code: self.code.ok_or(ConsentError::Empty)?,
            verifier: question.verifier,
            nonce: question.nonce,
            redirect_uri: question.redirect_uri,
            proof: question.proof,
        })
    }
}

/// Whether `text` can be an authorization code on its own: printable, and too long for a word.
fn is_code_like(text: &str) -> bool {
    (16..=8192).contains(&text.len())
        && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-._~/+=%!*".contains(&octet))
}

/// Whether `url` is `redirect_uri` with an answer behind it. All names of this computer are one.
pub(super) fn arrives_at(url: &Url, redirect_uri: &str) -> bool {
    Url::parse(redirect_uri).is_ok_and(|ours| {
        url.scheme() == ours.scheme()
            && (url.host() == ours.host() || is_this_computer(url) && is_this_computer(&ours))
            && url.port_or_known_default() == ours.port_or_known_default()
            && url.path() == ours.path()
    })
}
