//! Signing in: XOAUTH2 (Google's "XOAUTH2 protocol"), OAUTHBEARER (RFC 7628), PLAIN (RFC 4616) and
//! LOGIN, as RFC 4954 has them.

use super::{Server, offers::Offers, reply::Reply, wire::Wire};
use crate::{
    profile::{Security, SmtpAuth},
    secret::Secret,
    transport::{Credentials, SendError, Watch, transcript::bounded},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::time::Duration;
use zeroize::Zeroizing;

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

/// Signs in the way the server offers and the settings allow.
pub(super) async fn sign_in(
    wire: &mut Wire,
    offers: &Offers,
    server: &Server,
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
    let mechanism = choose(offers, server, credentials)?;
    let mut exchange = Exchange { wire, limit, watch };
    match credentials {
        Credentials::None => Ok(()),
        Credentials::Bearer { user, token } if mechanism == SmtpAuth::Oauthbearer => {
            let answer = oauthbearer(user, server, token);
            // RFC 7628 §3.2.3: this answer to the reason makes the server say no.
            exchange.bearer("OAUTHBEARER", token, &answer, "AQ==").await
        }
        Credentials::Bearer { user, token } => {
            exchange.bearer("XOAUTH2", token, &xoauth2(user, token), "").await
        }
        Credentials::Password { user, password } if mechanism == SmtpAuth::Login => {
            exchange.login(user, password).await
        }
        Credentials::Password { user, password } => exchange.plain(user, password).await,
    }
}

/// The first way that suits the credentials, is allowed and is offered.
fn choose(
    offers: &Offers,
    server: &Server,
    credentials: &Credentials,
) -> Result<SmtpAuth, SendError> {
    let suitable = match credentials {
        Credentials::None => [].as_slice(),
        Credentials::Bearer { .. } => &[SmtpAuth::Xoauth2, SmtpAuth::Oauthbearer],
        Credentials::Password { .. } => &[SmtpAuth::Plain, SmtpAuth::Login],
    };
    let allowed: Vec<_> = suitable
        .iter()
        .filter(|one| server.auth == SmtpAuth::Auto || server.auth == **one)
        .map(|one| (*one, one.as_str().to_ascii_uppercase()))
        .collect();
    let offered = allowed.iter().find(|(_, name)| offers.auth.contains(name));
    offered.map(|(mechanism, _)| *mechanism).ok_or_else(|| {
        let names: Vec<_> = allowed.into_iter().map(|(_, name)| name).collect();
        let (host, offered) = (server.host.clone(), offers.auth.clone());
        let starttls = offers.starttls && server.security == Security::None;
        SendError::AuthMissing { host, wanted: names.join(" or "), offered, starttls }
    })
}

impl Exchange<'_> {
    /// A token in either form. `give_up` is the answer that a server wants to its reason before it
    /// says no.
    async fn bearer(
        &mut self,
        name: &str,
        token: &Secret,
        answer: &Secret,
        give_up: &str,
    ) -> Result<(), SendError> {
        self.hide(token, answer);
        let mut reply =
            self.show(name, answer, &format!("(token, {} octets)", answer.expose().len())).await?;
        let mut challenge = None;
        // NOTE: Google and Postfix first send their reason as a 334 and want an answer before they
        // say 535; Exchange says 535 at once.
        for _ in 0..MOST_CHALLENGES {
            if reply.code() != 334 {
                return ended(reply, challenge);
            }
            let reason = reply.lines().next().and_then(decode);
            if let Some(reason) = reason.map(|reason| bounded(&self.wire.veil().strike(&reason))) {
                self.watch.transcript.failed(format!("the reason, decoded: {reason}"));
                challenge = Some(reason);
            }
            let shown = if give_up.is_empty() { "(an empty line)" } else { give_up };
            self.wire.whisper(give_up, shown, self.limit, self.watch).await?;
            reply = self.wire.reply(self.limit, self.watch).await?;
        }
        Err(self.wire.not_smtp("334 again and again"))
    }

    async fn plain(&mut self, user: &str, password: &Secret) -> Result<(), SendError> {
        let answer = encode(&Zeroizing::new(format!("\0{user}\0{}", password.expose())));
        self.hide(password, &answer);
        ended(self.show("PLAIN", &answer, "(password)").await?, None)
    }

    /// Answers by order: what the prompts say varies.
    async fn login(&mut self, user: &str, password: &Secret) -> Result<(), SendError> {
        let (name, answer) = (encode(user), encode(password.expose()));
        self.hide(password, &answer);
        let mut reply = self.say("AUTH LOGIN").await?;
        for (answer, shown) in [(&name, "(user name)"), (&answer, "(password)")] {
            if reply.code() != 334 {
                break;
            }
            reply = self.answer(answer, shown).await?;
        }
        ended(reply, None)
    }

    /// Shows `answer`, which is written down as `shown`, along with the command where the line is long
    /// enough for both, and else once the server asks for it (RFC 4954 §4): most tokens are longer,
    /// and Postfix breaks them off.
    async fn show(&mut self, name: &str, answer: &Secret, shown: &str) -> Result<Reply, SendError> {
        let line = Zeroizing::new(format!("AUTH {name} {}", answer.expose()));
        if line.len() + 2 > LONGEST_COMMAND {
            return match self.say(&format!("AUTH {name}")).await? {
                reply if reply.code() == 334 => self.answer(answer, shown).await,
                reply => Ok(reply),
            };
        }
        self.wire.whisper(&line, &format!("AUTH {name} {shown}"), self.limit, self.watch).await?;
        match self.wire.reply(self.limit, self.watch).await? {
            // NOTE: some servers overlook what came along, and ask for it.
            reply if reply.code() == 334 && reply.lines().all(str::is_empty) => {
                self.answer(answer, shown).await
            }
            reply => Ok(reply),
        }
    }

    fn hide(&mut self, secret: &Secret, encoded: &Secret) {
        self.wire.veil().hide(secret);
        self.wire.veil().hide(encoded);
    }

    async fn say(&mut self, line: &str) -> Result<Reply, SendError> {
        self.wire.say(&[format!("{line}\r\n")], self.limit, self.watch).await?;
        self.wire.reply(self.limit, self.watch).await
    }

    async fn answer(&mut self, answer: &Secret, shown: &str) -> Result<Reply, SendError> {
        self.wire.whisper(answer.expose(), shown, self.limit, self.watch).await?;
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
    encode(&Zeroizing::new(format!("user={user}\x01auth=Bearer {}\x01\x01", token.expose())))
}

/// RFC 7628 §3.1; in the user name, `=` and `,` are escaped (RFC 5801 §4).
fn oauthbearer(user: &str, server: &Server, token: &Secret) -> Secret {
    let (user, Server { host, port, .. }) = (user.replace('=', "=3D").replace(',', "=2C"), server);
    encode(&Zeroizing::new(format!(
        "n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {}\x01\x01",
        token.expose()
    )))
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
    use crate::{
        net::{
            route::Route,
            tls::{Oldest, Trust},
        },
        profile::Security,
    };
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

    fn server() -> Server {
        Server {
            host: "server.example.com".into(),
            port: 587,
            security: Security::None,
            oldest: Oldest::Tls12,
            trust: Trust::system(),
            auth: SmtpAuth::Auto,
            allow_plaintext: false,
            chunking: false,
            route: Route::Direct,
        }
    }

    #[test]
    fn the_answer_is_the_one_of_rfc_7628() {
        // §4.1, with the host, port and token of the example
        let token = Secret::new("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
        let server = Server { port: 143, ..server() };
        assert_eq!(
            oauthbearer("user@example.com", &server, &token).expose(),
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVy\
             IHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
        );
        let odd = STANDARD.decode(oauthbearer("a=b,c", &server, &token).expose()).unwrap();
        assert!(odd.starts_with(b"n,a=a=3Db=2Cc,\x01host"));
    }

    #[tokio::test]
    async fn nothing_secret_crosses_the_network_unprotected() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let mut wire = Wire::new(Box::new(ours), "mail.example", false);
        let server = server();
        let offers = Offers { auth: vec!["PLAIN".into(), "XOAUTH2".into()], ..Offers::default() };
        for credentials in [
            Credentials::Password { user: "ana".into(), password: Secret::new("hunter2") },
            Credentials::Bearer { user: "ana".into(), token: Secret::new("eyJ0eXAi") },
        ] {
            let limit = Duration::from_secs(5);
            let refused =
                sign_in(&mut wire, &offers, &server, &credentials, limit, &Watch::nobody()).await;
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
