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
        let answer = xoauth2(user, token);
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

fn xoauth2(user: &str, token: &Secret) -> Secret {
    encode(&format!("user={user}\x01auth=Bearer {}\x01\x01", token.expose()))
}

fn encode(plain: &str) -> Secret {
    Secret::new(STANDARD.encode(plain))
}

fn decode(challenge: &str) -> Option<String> {
    let plain = STANDARD.decode(challenge.trim()).ok()?;
    let plain = String::from_utf8(plain).ok()?;
    Some(plain.trim().to_owned()).filter(|plain| !plain.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;

    #[test]
    fn the_answer_is_the_one_that_microsoft_documents() {
        // learn.microsoft.com, "Authenticate an IMAP, POP or SMTP connection using OAuth"
        let answer = xoauth2(
            "test@contoso.onmicrosoft.com",
            &Secret::new("EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA"),
        );
        assert_eq!(
            answer.expose(),
            "dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0oz\
             VmUwYmpMQldaV0NjbFJDM0VvQUEBAQ=="
        );
    }

    #[tokio::test]
    async fn nothing_secret_crosses_the_network_unprotected() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let mut wire = Wire::new(Box::new(ours), "mail.example", false);
        let offers = Offers { auth: vec!["PLAIN".into(), "XOAUTH2".into()], ..Offers::default() };
        for credentials in [
            Credentials::Password { user: "ana".into(), password: Secret::new("hunter2") },
            Credentials::Bearer { user: "ana".into(), token: Secret::new("eyJ0eXAi") },
        ] {
            let limit = Duration::from_secs(5);
            let refused = sign_in(&mut wire, &offers, &credentials, limit, &Watch::nobody()).await;
            assert!(matches!(refused, Err(SendError::Unprotected { .. })), "{refused:?}");
        }
        drop(wire);
        assert_eq!(theirs.read(&mut [0; 64]).await.unwrap(), 0, "not a byte");
    }

    #[test]
    fn credentials_cannot_end_their_own_field() {
        #[rustfmt::skip]
        let table = [
            (Credentials::Bearer   { user: "a".into(),                token: Secret::new("eyJ\x01auth=x") },  "token"),
            (Credentials::Bearer   { user: "a".into(),                token: Secret::new("eyJ\r\nRSET") },    "token"),
            (Credentials::Bearer   { user: "a\x01auth=Bearer".into(), token: Secret::new("eyJ") },            "user name"),
            (Credentials::Password { user: "a\0b".into(),             password: Secret::new("x") },           "user name"),
            (Credentials::Password { user: "a".into(),                password: Secret::new("x\0y") },        "password"),
        ];
        for (credentials, expected) in table {
            match credentials.check() {
                Err(SendError::CredentialsUnusable { what }) => assert_eq!(what, expected),
                other => panic!("{credentials:?}: {other:?}"),
            }
        }
    }
}
