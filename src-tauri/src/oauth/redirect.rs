//! The answer: is this one, is it ours, and what does it say (RFC 6749 §4.1.2, RFC 8252, RFC 9207)?

use super::{
    admin::Allowed,
    consent::ConsentError,
    desk::Expected,
    proof::Proof,
    refusal::{self, ProviderRefusal},
    request::Question,
};
use crate::{net::http::is_this_computer, profile::DEEP_LINK, secret::Secret};
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
    /// An administrator's answer, where it is one.
    allowed: Option<Allowed>,
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
            allowed: field("admin_consent")
                .filter(|said| said.eq_ignore_ascii_case("true"))
                .map(|_| Allowed::new(field("tenant"), field("scope"))),
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

    /// Whether this is the answer that is `expected`: the state is compared in constant time.
    ///
    /// A bare code carries no state; then the verifier alone ties it to the question, and a code
    /// from elsewhere is refused by the provider (RFC 7636 §1).
    pub(super) fn answers(&self, expected: &Expected) -> bool {
        match &self.state {
            Some(state) => {
                state.expose().as_bytes().ct_eq(expected.state.expose().as_bytes()).into()
            }
            None => self.bare && expected.bare,
        }
    }

    /// What an administrator's answer says, sent by `issuer` where that is known.
    ///
    /// NOTE: a refusal carries `admin_consent=True` as well, so the error counts first
    /// (<https://learn.microsoft.com/entra/identity-platform/v2-admin-consent>, 2026-11).
    pub(super) fn allowed(self, issuer: Option<&str>, host: &str) -> Result<Allowed, ConsentError> {
        let reply = self.sent_by(issuer)?;
        match (reply.refusal, reply.allowed) {
            (Some(refusal), _) => Err(ConsentError::NotAllowed(Box::new(refusal.said_by(host)))),
            (None, Some(allowed)) => Ok(allowed),
            (None, None) => Err(ConsentError::Empty),
        }
    }

    /// This, if it comes from `issuer`, or does not say from whom.
    fn sent_by(self, issuer: Option<&str>) -> Result<Self, ConsentError> {
        match (&self.issuer, issuer) {
            (Some(said), Some(expected))
                if said.trim_end_matches('/') != expected.trim_end_matches('/') =>
            {
                let said = refusal::short(said);
                Err(ConsentError::ForeignIssuer { expected: expected.to_owned(), said })
            }
            _ => Ok(self),
        }
    }

    /// What the answer to `question` says; the caller made sure that it [`answers`](Self::answers).
    pub(super) fn settle(self, question: Question) -> Result<Grant, ConsentError> {
        let reply = self.sent_by(question.issuer.as_deref())?;
        if let Some(refusal) = reply.refusal {
            return Err(ConsentError::Refused(Box::new(refusal.said_by(&question.host))));
        }
        Ok(Grant {
            code: reply.code.ok_or(ConsentError::Empty)?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OURS: &str = "http://localhost:4711/oauth2/callback";

    fn question() -> Question {
        Question {
            url: OURS.parse().unwrap(),
            state: Secret::new("s1"),
            verifier: Secret::new("v1"),
            nonce: None,
            redirect_uri: OURS.to_owned(),
            proof: Proof::Nothing,
            issuer: Some("https://login.example/v2.0".to_owned()),
            host: "login.example".to_owned(),
        }
    }

    /// What becomes of `reply`: the code, or the error in words; `None`: it is no answer to us.
    fn taken(reply: &Reply) -> bool {
        reply.answers(&question().expects())
    }

    #[test]
    #[rustfmt::skip]
    fn only_our_answer_counts() {
        let table = [
            // query                                               said
            ("state=s1&code=abc",                                  "abc"),
            ("state=s1&error=access_denied",                       "the provider refused: access_denied"),
            ("state=s1&code=abc&error=access_denied",              "the provider refused: access_denied"),
            ("state=s1",                                           "the answer carries neither a code nor an error"),
            ("state=s1&code=",                                     "the answer carries neither a code nor an error"),
            ("state=s1&code=abc&iss=https://login.example/v2.0",   "abc"),
            ("state=s1&code=abc&iss=https://login.example/v2.0/",  "abc"),
            ("state=s1&code=abc&iss=https://evil.example",         "the answer comes from https://evil.example, not from https://login.example/v2.0"),
            ("state=s1&error=x&iss=https://evil.example",          "the answer comes from https://evil.example, not from https://login.example/v2.0"),
        ];
        for (query, expected) in table {
            let reply = Reply::of_query(query);
            assert!(taken(&reply), "{query}");
            let said = match reply.settle(question()) {
                Ok(grant) => grant.code.expose().to_owned(),
                Err(error) => error.to_string(),
            };
            assert_eq!(said, expected, "{query}");
        }
        for foreign in ["state=s2&code=abc", "code=abc", "state=&code=abc", "", "state=s1x&code=a"] {
            assert!(!taken(&Reply::of_query(foreign)), "{foreign}");
        }
    }

    #[test]
    #[rustfmt::skip]
    fn what_people_paste_is_read() {
        let table = [
            // pasted                                                    code
            ("https://erp.example/answer?code=abc&state=s1",             Some("abc")),
            ("  <https://erp.example/answer?code=abc&state=s1>\n",       Some("abc")),
            ("http://localhost:4711/oauth2/callback?code=a%2Bb&state=s1&session_state=x", Some("a+b")),
            ("https://erp.example/answer#code=abc&state=s1",             Some("abc")),
            ("org.sendright.app:/oauth2/callback?code=abc&state=s1",     Some("abc")),
            ("?code=abc&state=s1",                                       Some("abc")),
            ("code=abc&state=s1",                                        Some("abc")),
            ("4/0AbCdEfGhIjKlMnOpQrStUv",                                Some("4/0AbCdEfGhIjKlMnOpQrStUv")),
            ("4%2F0AbCdEfGhIjKlMnOp+q",                                  Some("4/0AbCdEfGhIjKlMnOp+q")),
            // Addresses without our state answer nothing.
            ("https://erp.example/answer?code=abc",                      None),
            ("https://erp.example/answer?code=abc&state=s2",             None),
            ("code=abc",                                                 None),
            // These are no answers at all.
            ("https://erp.example/answer",                               None),
            ("AADSTS50011: The redirect URI does not match.",            None),
            ("hello",                                                    None),
            ("",                                                         None),
        ];
        for (pasted, expected) in table {
            let reply = Reply::pasted(pasted).filter(taken);
            let code = reply.and_then(|reply| reply.code).map(|code| code.expose().to_owned());
            assert_eq!(code.as_deref(), expected, "{pasted}");
        }
    }

    #[test]
    #[rustfmt::skip]
    fn an_answer_arrives_where_the_question_said() {
        let table = [
            ("http://localhost:4711/oauth2/callback?code=a",   OURS,                                true),
            ("http://127.0.0.1:4711/oauth2/callback?code=a",   OURS,                                true),
            ("http://localhost:4712/oauth2/callback?code=a",   OURS,                                false),
            ("http://localhost:4711/oauth2/else?code=a",       OURS,                                false),
            ("http://evil.example:4711/oauth2/callback",       OURS,                                false),
            ("https://localhost:4711/oauth2/callback",         OURS,                                false),
            ("org.sendright.app:/oauth2/callback?code=a",      DEEP_LINK,                           true),
            ("org.sendright.app:/oauth2/other?code=a",         DEEP_LINK,                           false),
            ("org.sendright.app:/oauth2/callback?code=a",      OURS,                                false),
        ];
        for (url, ours, expected) in table {
            assert_eq!(arrives_at(&url.parse().unwrap(), ours), expected, "{url}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_pasted_stops_us(text in ".{0,200}") {
            let _ = Reply::pasted(&text);
            let _ = Reply::of_query(&text);
        }

        #[test]
        fn no_foreign_state_is_taken(state in "[A-Za-z0-9_-]{0,64}") {
            prop_assume!(state != "s1");
            let query = format!("state={state}&code=abc");
            prop_assert!(!taken(&Reply::of_query(&query)));
        }
    }
}
