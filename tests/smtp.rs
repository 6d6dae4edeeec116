//! SMTP against servers that follow a script: what is said, and what becomes of it.

mod chunk;
mod connection;
mod envelope;
mod message;
mod repeat;
mod reuse;
mod sign_in;

use crate::world::smtp_script::SmtpScript;
use sendright::{
    clock::Timestamp,
    explain::{Code, Problem},
    letter::{Attachment, Draft, Letter, Notices},
    net::{
        limits::Limits,
        route::Route,
        tls::{Oldest, Trust},
    },
    profile::{Mailbox, Notice, Returned, Security, SmtpAuth},
    secret::Secret,
    transport::{
        Credentials, Delivery, SendError, Side, Stage, Then, Watch,
        smtp::{Server, Session},
    },
};
use std::{fs, time::Duration};
use tokio_util::sync::CancellationToken;

const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.geheimgeheimgeheimgeheim.unterschrift";
const PASSWORD: &str = "hunter2-hunter2";

/// What a server that protects its connection says before the sign-in.
const PROTECTED: &str = "
    S: 220 mail.example ESMTP
    C: EHLO [127.0.0.1]
    S: 250-mail.example
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 2.0.0 go on
    TLS
    C: EHLO [127.0.0.1]
    S: 250-mail.example Hello
    S: 250-SIZE 1000000
    S: 250-PIPELINING
    S: 250-8BITMIME
    S: 250 AUTH LOGIN XOAUTH2
";
const SIGNED_IN: &str = "
    C: AUTH XOAUTH2 dXNlcj
    S: 235 2.7.0 welcome
";
const TAKEN: &str = "
    C: MAIL FROM:<ana@kestrel.example> SIZE=
    C: RCPT TO:<bo@example.org>
    C: DATA
    S: 250 2.1.0 sender ok
    S: 250 2.1.5 recipient ok
    S: 354 go ahead
    MESSAGE
    S: 250 2.0.0 queued as 4711
";
const CLEAR: &str = "
    S: 220 mail.example ESMTP
    C: EHLO
    S: 250-mail.example
    S: 250 AUTH PLAIN LOGIN
";

fn token() -> Credentials {
    Credentials::Bearer { user: "ana@kestrel.example".into(), token: Secret::new(TOKEN) }
}

fn password() -> Credentials {
    Credentials::Password { user: "ana".into(), password: Secret::new(PASSWORD) }
}

fn draft() -> Draft {
    Draft {
        from: Mailbox { name: None, address: "ana@kestrel.example".into() },
        reply_to: None,
        to: vec!["bo@example.org".into()],
        cc: vec![],
        bcc: vec![],
        subject: "Test".into(),
        text: "Hello".into(),
        html: String::new(),
        headers: vec![],
        attachments: vec![],
        notices: Notices::default(),
    }
}

async fn letter(draft: Draft) -> Letter {
    Letter::compose(&draft, Timestamp::from_unix(1_795_000_000).unwrap()).await.unwrap()
}

fn limits() -> Limits {
    let short = Duration::from_secs(5);
    Limits {
        connect: short,
        tls: short,
        greeting: short,
        command: short,
        data: short,
        block: short,
        final_dot: short,
        http: short,
        ..Limits::default()
    }
}

/// What `script` is, believed on its own word.
fn server(script: &SmtpScript, security: Security) -> Server {
    Server {
        host: "localhost".into(),
        port: script.port,
        security,
        oldest: Oldest::Tls12,
        trust: Trust::only_pem(script.ca.as_bytes()).unwrap(),
        auth: SmtpAuth::Auto,
        allow_plaintext: false,
        chunking: false,
        route: Route::Direct,
    }
}

/// One message for one server.
struct Attempt {
    script: String,
    security: Security,
    auth: SmtpAuth,
    chunking: bool,
    credentials: Credentials,
    draft: Draft,
    limits: Limits,
    watch: Watch,
    then: Then<&'static Letter>,
}

/// What became of it: the result, what was written down, and what the server heard.
struct Sent {
    result: Result<Delivery, SendError>,
    transcript: String,
    heard: Vec<String>,
}

impl Attempt {
    fn protected(steps: &[&str]) -> Self {
        Self { security: Security::Starttls, ..Self::clear(steps, token()) }
    }

    fn clear(steps: &[&str], credentials: Credentials) -> Self {
        Self {
            script: steps.concat(),
            security: Security::None,
            auth: SmtpAuth::Auto,
            chunking: false,
            credentials,
            draft: draft(),
            limits: limits(),
            watch: Watch::nobody(),
            then: Then::Open,
        }
    }

    async fn go(self) -> Sent {
        let script = SmtpScript::start(&self.script).await;
        let server =
            Server { auth: self.auth, chunking: self.chunking, ..server(&script, self.security) };
        let letter = letter(self.draft).await;
        let result = async {
            let mut session = open(&server, &self.credentials, &self.limits, &self.watch).await?;
            let sent = session.send(&letter, self.then, &self.watch).await;
            session.quit(&self.watch).await;
            sent
        }
        .await;
        let transcript = shown(&self.watch);
        for secret in [TOKEN, PASSWORD, "geheimgeheim", "hunter2"] {
            assert!(!transcript.contains(secret), "{transcript}");
            assert!(!format!("{result:?}").contains(secret), "{result:?}");
        }
        Sent { result, transcript, heard: script.heard().await }
    }
}

impl Sent {
    fn problem(self) -> Problem {
        Problem::from(self.result.unwrap_err())
    }
}

/// A connection that is signed in.
async fn open(
    server: &Server,
    credentials: &Credentials,
    limits: &Limits,
    watch: &Watch,
) -> Result<Session, SendError> {
    let mut session = Session::greet(server, limits, watch).await?;
    session.sign_in(server, credentials, watch).await?;
    Ok(session)
}

/// Sends to bo, carol and dave without a sign-in; the script begins at MAIL.
fn three(steps: &[&str]) -> Attempt {
    let hello = "S: 220 hi\nC: EHLO\nS: 250 mail.example\n";
    let mut attempt = Attempt::clear(&[&[hello], steps].concat(), Credentials::None);
    attempt.draft.cc = vec!["carol@example.org".into()];
    attempt.draft.bcc = vec!["dave@example.org".into()];
    attempt
}

/// The transcript, without what differs from run to run.
fn shown(watch: &Watch) -> String {
    let lines = watch.transcript().lines().into_iter().map(|line| {
        let side = match line.side {
            Side::Client => "C:",
            Side::Server => "S:",
            Side::Note => "--",
        };
        let text = match line.text.split_once(": name ") {
            Some(_) => "connected",
            None => line.text.split(", SHA-256 ").next().unwrap_or_default(),
        };
        format!("{side} {text}{}", if line.bad { " !" } else { "" })
    });
    lines.collect::<Vec<_>>().join("\n")
}
