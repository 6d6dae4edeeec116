//! LOGIN and AUTHENTICATE: who may read which mailbox.
//! Source: <https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>, 2026-11.

use super::session::{Outcome, Session};
use crate::{
    sandbox::{
        World,
        access::{bearer, oauth_bearer, password_parts},
        directory::Mailbox,
        idp::Resource,
        wire::Line,
    },
    secret::Secret,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use imap_codec::imap_types::{auth::AuthMechanism, secret::Secret as Sealed};
use std::{borrow::Cow, io};
use tokio::io::{AsyncRead, AsyncWrite};

/// Exchange's answer to almost everything that can be wrong with a token or a password.
const FAILED: &str = "NO AUTHENTICATE failed.";
const IN_CLEAR: &str = "NO [PRIVACYREQUIRED] Signing in needs TLS: use STARTTLS first.";
/// Why a token was refused, before OAUTHBEARER's refusal itself (RFC 7628 §3.2.2).
const INVALID_TOKEN: &str = r#"{"status":"invalid_token","schemes":"bearer","scope":"https://outlook.office.com/IMAP.AccessAsUser.All"}"#;

/// Who is signed in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Login {
    /// The mailbox that is used.
    pub(super) mailbox: &'static Mailbox,
    /// Whether its mails can be reached; Exchange takes a good token for a mailbox that is not the
    /// person's, and says so afterwards only.
    pub(super) connected: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Answers `CAPABILITY`.
    pub(super) fn capability(&mut self) -> &'static str {
        let signing_in = match (self.protected, self.login) {
            (false, _) => " STARTTLS LOGINDISABLED",
            (true, None) => " AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR",
            (true, Some(_)) => "",
        };
        self.line(&format!("* CAPABILITY IMAP4rev1 IDLE UNSELECT SPECIAL-USE{signing_in}"));
        "OK CAPABILITY completed."
    }

    /// Answers `LOGIN user password`.
    pub(super) fn by_login(&mut self, user: &[u8], password: &[u8]) -> Outcome {
        self.may_sign_in()?;
        let parts = std::str::from_utf8(user).ok().zip(std::str::from_utf8(password).ok());
        self.login = parts.and_then(|(user, password)| with_password(user, password));
        if self.login.is_some() { Ok("OK LOGIN completed.") } else { Err("NO LOGIN failed.") }
    }

    /// Answers `AUTHENTICATE mechanism [initial-response]` (RFC 3501 §6.2.2, RFC 4959).
    pub(super) async fn authenticate(
        &mut self,
        mechanism: &AuthMechanism<'_>,
        initial: Option<Sealed<Cow<'_, [u8]>>>,
    ) -> io::Result<Outcome> {
        if let Err(words) = self.may_sign_in() {
            return Ok(Err(words));
        }
        let known = [AuthMechanism::Plain, AuthMechanism::XOAuth2, AuthMechanism::OAuthBearer];
        if !known.contains(mechanism) {
            return Ok(Err("NO Unsupported authentication mechanism."));
        }
        let Some(said) = self.response(initial).await? else {
            return Ok(Err("BAD AUTHENTICATE cancelled, or not base64."));
        };
        let said = said.expose();
        self.login = match mechanism {
            AuthMechanism::Plain => password_parts(said).and_then(|(u, p)| with_password(u, p)),
            AuthMechanism::XOAuth2 => bearer(said).and_then(|(u, t)| self.world.opened(u, t)),
            _ => oauth_bearer(said).and_then(|(u, t)| self.world.opened(u, t)),
        };
        if self.login.is_some() {
            return Ok(Ok("OK AUTHENTICATE completed."));
        }
        if *mechanism == AuthMechanism::OAuthBearer {
            self.line(&format!("+ {}", BASE64.encode(INVALID_TOKEN)));
            self.wire.line().await?; // ^A, or anything: the refusal follows
        }
        Ok(Err(FAILED))
    }

    fn may_sign_in(&self) -> Result<(), &'static str> {
        match (self.protected, self.login) {
            (false, _) => Err(IN_CLEAR),
            (true, Some(_)) => Err("BAD Command received in Invalid state."),
            (true, None) => Ok(()),
        }
    }

    /// What the client says, decoded; `None` when it does not want to go on or cannot be understood.
    async fn response(
        &mut self,
        initial: Option<Sealed<Cow<'_, [u8]>>>,
    ) -> io::Result<Option<Secret>> {
        let octets = if let Some(initial) = initial {
            Some(initial.declassify().to_vec())
        } else {
            self.line("+ ");
            match self.wire.line().await? {
                Line::Text(line) => BASE64.decode(Secret::new(line).expose()).ok(),
                Line::Broken => return Err(io::ErrorKind::InvalidData.into()),
            }
        };
        Ok(octets.and_then(|octets| String::from_utf8(octets).ok()).map(Secret::new))
    }
}

fn with_password(user: &str, password: &str) -> Option<Login> {
    let mailbox = Mailbox::find(user).filter(|mailbox| mailbox.has_password(password))?;
    Some(Login { mailbox, connected: true })
}

impl World {
    /// A person's token opens the mailboxes that the person may use, a program's opens all.
    fn opened(&self, user: &str, token: &str) -> Option<Login> {
        let access = self.read_access(token, Resource::Outlook)?;
        let mailbox = Mailbox::find(user)?;
        let connected = match access.person() {
            Some(person) => access.has_scope("IMAP.AccessAsUser.All").then(|| person.may_use(user)),
            None => access.has_role("IMAP.AccessAsApp").then_some(true),
        };
        Some(Login { mailbox, connected: connected? })
    }
}
