//! AUTH: XOAUTH2, OAUTHBEARER, LOGIN and PLAIN, and what each sign-in may send as.
//! Source: <https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>, 2026-11.

use super::session::Session;
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
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};

/// Exchange's answer to almost everything that can be wrong with a token or a password.
const UNSUCCESSFUL: &str = "535 5.7.3 Authentication unsuccessful [localhost sandbox]";
/// Why a token was refused, before OAUTHBEARER's refusal itself (RFC 7628 §3.2.2).
const INVALID_TOKEN: &str = r#"{"status":"invalid_token","schemes":"bearer","scope":"https://outlook.office.com/SMTP.Send"}"#;
/// Its answer when the mailbox has authenticated SMTP switched off.
const SWITCHED_OFF: &str = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is \
     disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information. \
     [localhost sandbox]";

/// Who is signed in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Login {
    /// The mailbox that is used.
    pub(super) mailbox: &'static Mailbox,
    /// The person, when it is not the mailbox's own.
    person: Option<&'static Mailbox>,
}

impl Login {
    /// Whether a message may say that it is from `address`.
    pub(super) fn may_send_as(&self, address: &str) -> bool {
        self.mailbox.may_use(address) || self.person.is_some_and(|person| person.may_use(address))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Answers `AUTH mechanism [initial-response]` (RFC 4954 §4).
    pub(super) async fn auth(&mut self, rest: &str) -> io::Result<()> {
        if !self.protected {
            self.refuse("530 5.7.0 Must issue a STARTTLS command first");
            return Ok(());
        }
        if self.login.is_some() || self.transaction.is_some() {
            self.refuse("503 5.5.1 Bad sequence of commands");
            return Ok(());
        }
        let mut words = rest.split_whitespace();
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        let initial = words.next().map(Secret::new);
        let outcome = match mechanism.as_str() {
            "XOAUTH2" => self.xoauth2(initial).await?,
            "OAUTHBEARER" => self.oauthbearer(initial).await?,
            "LOGIN" => self.by_login(initial).await?,
            "PLAIN" => self.plain_password(initial).await?,
            _ => Err("504 5.7.4 Unrecognized authentication type"),
        };
        match outcome {
            Ok(login) => {
                self.login = Some(login);
                self.wire.say("235 2.7.0 Authentication successful");
            }
            Err(reply) => self.refuse(reply),
        }
        Ok(())
    }

    /// NOTE: like Exchange and unlike Google, a refusal is not announced by a challenge.
    async fn xoauth2(&mut self, initial: Option<Secret>) -> io::Result<Outcome> {
        let Some(said) = self.response(initial, "").await? else { return Ok(Err(CANCELLED)) };
        let parts = bearer(said.expose());
        Ok(parts.map_or(Err(UNSUCCESSFUL), |(user, token)| self.world.with_token(user, token)))
    }

    /// NOTE: Exchange does not offer this one; Google does. A refusal is announced by its reason, and
    /// follows when the client has answered (RFC 7628 §3.2.3).
    async fn oauthbearer(&mut self, initial: Option<Secret>) -> io::Result<Outcome> {
        let Some(said) = self.response(initial, "").await? else { return Ok(Err(CANCELLED)) };
        let parts = oauth_bearer(said.expose());
        let outcome =
            parts.map_or(Err(UNSUCCESSFUL), |(user, token)| self.world.with_token(user, token));
        if outcome.is_err() {
            self.wire.say(&format!("334 {}", BASE64.encode(INVALID_TOKEN)));
            self.wire.line().await?; // ^A, or anything
        }
        Ok(outcome)
    }

    async fn by_login(&mut self, initial: Option<Secret>) -> io::Result<Outcome> {
        let Some(user) = self.response(initial, "Username:").await? else {
            return Ok(Err(CANCELLED));
        };
        let Some(password) = self.response(None, "Password:").await? else {
            return Ok(Err(CANCELLED));
        };
        Ok(with_password(user.expose(), password.expose()))
    }

    async fn plain_password(&mut self, initial: Option<Secret>) -> io::Result<Outcome> {
        let Some(said) = self.response(initial, "").await? else { return Ok(Err(CANCELLED)) };
        let parts = password_parts(said.expose());
        Ok(parts.map_or(Err(UNSUCCESSFUL), |(user, password)| with_password(user, password)))
    }

    /// What the client says to `challenge`, decoded; `None` when it does not want to go on or
    /// cannot be understood.
    async fn response(
        &mut self,
        initial: Option<Secret>,
        challenge: &str,
    ) -> io::Result<Option<Secret>> {
        let encoded = if let Some(initial) = initial {
            initial
        } else {
            self.wire.say(&format!("334 {}", BASE64.encode(challenge)));
            match self.wire.line().await? {
                Line::Text(line) => Secret::new(line),
                Line::Broken => return Err(io::ErrorKind::InvalidData.into()),
            }
        };
        let decoded = BASE64.decode(encoded.expose()).ok();
        Ok(decoded.and_then(|octets| String::from_utf8(octets).ok()).map(Secret::new))
    }
}

type Outcome = Result<Login, &'static str>;

const CANCELLED: &str = "501 5.5.2 Authentication cancelled, or not base64";

fn with_password(user: &str, password: &str) -> Outcome {
    let mailbox = Mailbox::find(user).filter(|mailbox| mailbox.has_password(password));
    mailbox.map_or(Err(UNSUCCESSFUL), |mailbox| open(mailbox, None))
}

impl World {
    /// A person's token opens the mailboxes that the person may use, a program's opens all.
    fn with_token(&self, user: &str, token: &str) -> Outcome {
        let access = self.read_access(token, Resource::Outlook).ok_or(UNSUCCESSFUL)?;
        let mailbox = Mailbox::find(user).ok_or(UNSUCCESSFUL)?;
        match access.person() {
            Some(person) if access.has_scope("SMTP.Send") && person.may_use(user) => {
                open(mailbox, Some(person))
            }
            None if access.has_role("SMTP.SendAsApp") => open(mailbox, None),
            _ => Err(UNSUCCESSFUL),
        }
    }
}

fn open(mailbox: &'static Mailbox, person: Option<&'static Mailbox>) -> Outcome {
    if mailbox.smtp { Ok(Login { mailbox, person }) } else { Err(SWITCHED_OFF) }
}
