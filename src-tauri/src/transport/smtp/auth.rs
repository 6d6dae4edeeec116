//! Signing in: XOAUTH2, PLAIN and LOGIN (RFC 4954, RFC 4616, Google's "XOAUTH2 protocol").

use super::{offers::Offers, reply::Reply, wire::Wire};
use crate::{
    secret::Secret,
    transport::{Credentials, SendError, Watch, transcript::bounded},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::time::Duration;

/// The longest command line, in octets with its end (RFC 5321 §4.5.3.1.4).
const LONGEST_COMMAND: usize = 512;
/// How often a server may ask again for what it has been given.
const MOST_CHALLENGES: usize = 3;

/// A sign-in under way: the connection and how long each reply may take.
struct Exchange<'a> {
    wire: &'a mut Wire,
    limit: Duration,
    watch: &'a Watch,
}

/// Signs in the way the server offers.
pub(super) async fn sign_in(
    wire: &mut Wire,
    offers: &Offers,
    credentials: &Credentials,
    limit: Duration,
    watch: &Watch,
) -> Result<(), SendError> {
    if matches!(credentials, Credentials::None) {
        return Ok(());
    }
    if !wire.is_private() {
        return Err(SendError::Unprotected { host: wire.host().to_owned() });
    }
    credentials.check()?;
    let offered = |mechanism: &str| offers.auth.iter().any(|offer| offer == mechanism);
    let missing = |wanted| {
        let (host, offered) = (wire.host().to_owned(), offers.auth.clone());
        Err(SendError::AuthMissing { host, wanted, offered })
    };
    match credentials {
        Credentials::None => Ok(()),
        Credentials::Bearer { user, token } if offered("XOAUTH2") => {
            Exchange { wire, limit, watch }.xoauth2(user, token).await
        }
        Credentials::Password { user, password } if offered("PLAIN") => {
            Exchange { wire, limit, watch }.plain(user, password).await
        }
        Credentials::Password { user, password } if offered("LOGIN") => {
            Exchange { wire, limit, watch }.login(user, password).await
        }
        Credentials::Bearer { .. } => missing("XOAUTH2"),
        Credentials::Password { .. } => missing("PLAIN or LOGIN"),
    }
}

impl Exchange<'_> {
    /// Always in two steps: a token does not fit the 512 octets of a command line (RFC 4954 §4), and
    /// Postfix breaks off where Exchange does not.
    async fn xoauth2(&mut self, user: &str, token: &Secret) -> Result<(), SendError> {
        let answer = encode(&format!("user={user}\x01auth=Bearer {}\x01\x01", token.expose()));
        self.hide(token, &answer);
        let mut reply = self.say("AUTH XOAUTH2").await?;
        let mut challenge = None;
        if reply.code() == 334 {
            reply = self.answer(&answer, "token").await?;
        }
        // NOTE: Google and Postfix first send their reason as another 334 and want an empty line
        // before they say 535; Exchange says 535 at once.
        for _ in 0..MOST_CHALLENGES {
            if reply.code() != 334 {
                return ended(reply, challenge);
            }
            let reason = reply.lines().next().and_then(decode);
            if let Some(reason) = reason.map(|reason| bounded(&self.wire.veil().strike(&reason))) {
                self.watch.transcript.failed(format!("the reason, decoded: {reason}"));
                challenge = Some(reason);
            }
            self.wire.whisper("", "(an empty line)", self.limit, self.watch).await?;
            reply = self.wire.reply(self.limit, self.watch).await?;
        }
        Err(self.wire.not_smtp("334 again and again"))
    }

    /// The initial response goes along where the line is long enough for it.
    async fn plain(&mut self, user: &str, password: &Secret) -> Result<(), SendError> {
        let answer = encode(&format!("\0{user}\0{}", password.expose()));
        self.hide(password, &answer);
        let line = format!("AUTH PLAIN {}", answer.expose());
        if line.len() + 2 <= LONGEST_COMMAND {
            self.wire.whisper(&line, "AUTH PLAIN (secret)", self.limit, self.watch).await?;
            return ended(self.wire.reply(self.limit, self.watch).await?, None);
        }
        match self.say("AUTH PLAIN").await? {
            reply if reply.code() == 334 => ended(self.answer(&answer, "password").await?, None),
            reply => ended(reply, None),
        }
    }

    /// Answers by order: what the prompts say varies.
    async fn login(&mut self, user: &str, password: &Secret) -> Result<(), SendError> {
        let (name, answer) = (encode(user), encode(password.expose()));
        self.hide(password, &answer);
        let mut reply = self.say("AUTH LOGIN").await?;
        for (answer, shown) in [(&name, "user name"), (&answer, "password")] {
            if reply.code() != 334 {
                break;
            }
            reply = self.answer(answer, shown).await?;
        }
        ended(reply, None)
    }

    fn hide(&mut self, secret: &Secret, encoded: &Secret) {
        self.wire.veil().hide(secret.clone());
        self.wire.veil().hide(encoded.clone());
    }

    async fn say(&mut self, line: &str) -> Result<Reply, SendError> {
        self.wire.say(&[format!("{line}\r\n")], self.limit, self.watch).await?;
        self.wire.reply(self.limit, self.watch).await
    }

    async fn answer(&mut self, answer: &Secret, what: &str) -> Result<Reply, SendError> {
        let shown = format!("({what}, {} octets)", answer.expose().len());
        self.wire.whisper(answer.expose(), &shown, self.limit, self.watch).await?;
        self.wire.reply(self.limit, self.watch).await
    }
}

fn ended(reply: Reply, challenge: Option<String>) -> Result<(), SendError> {
    match reply.code() {
        235 => Ok(()),
        _ => Err(SendError::AuthRefused { reply, challenge }),
    }
}

fn encode(plain: &str) -> Secret {
    Secret::new(STANDARD.encode(plain))
}

fn decode(challenge: &str) -> Option<String> {
    let plain = STANDARD.decode(challenge.trim()).ok()?;
    let plain = String::from_utf8(plain).ok()?;
    Some(plain.trim().to_owned()).filter(|plain| !plain.is_empty())
}
