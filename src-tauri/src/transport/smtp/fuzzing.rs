//! A whole conversation with a server that says anything: for `tests/fuzz`.

use super::{Server, Session, Wire, offers::Offers};
use crate::{
    clock::Clock,
    letter::{Draft, Letter, Notices},
    net::{
        limits::Limits,
        route::Route,
        tls::{Oldest, Trust},
    },
    profile::{Mailbox, Security, SmtpAuth},
    secret::Secret,
    transport::{Credentials, SendError, Stage, Then, Watch},
};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Says what it was given, then ends; hears everything. What stands after its first 354 is said after
/// the message: a reply within it would end the conversation.
struct Script {
    now: io::Cursor<Vec<u8>>,
    after_the_message: Option<Vec<u8>>,
}

impl Script {
    fn new(said: &[u8]) -> Self {
        let asks = said.windows(4).position(|word| word == b"\n354");
        let end =
            asks.and_then(|at| Some(at + 2 + said[at + 1..].iter().position(|&b| b == b'\n')?));
        let (now, after) = said.split_at(end.unwrap_or(said.len()));
        Self { now: io::Cursor::new(now.to_vec()), after_the_message: end.map(|_| after.to_vec()) }
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let all_said = self.now.position() == self.now.get_ref().len() as u64;
        if all_said && self.after_the_message.is_some() {
            return Poll::Pending;
        }
        Pin::new(&mut self.now).poll_read(context, buffer)
    }
}

impl AsyncWrite for Script {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if (bytes == b".\r\n" || bytes.ends_with(b"\r\n.\r\n"))
            && let Some(after) = self.after_the_message.take()
        {
            self.now = io::Cursor::new(after);
        }
        Poll::Ready(Ok(bytes.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Greets, signs in and sends to a server that says `said`. Whatever it says: no panic, and a
/// message is accepted only by a positive reply.
pub async fn conversation(said: &[u8]) {
    let token = said.first().is_some_and(|byte| byte % 2 == 0);
    let user = "invoices@kestrel.example".to_owned();
    let credentials = match token {
        true => Credentials::Bearer { user, token: Secret::new("of-a-fuzzer") },
        false => Credentials::Password { user, password: Secret::new("of-a-fuzzer") },
    };
    if let Ok(delivery) = talk(said, &credentials).await {
        assert!(delivery.reply.starts_with('2'), "accepted with {}", delivery.reply);
        assert!(delivery.recipients.iter().any(|recipient| recipient.accepted));
    }
}

async fn talk(
    said: &[u8],
    credentials: &Credentials,
) -> Result<crate::transport::Delivery, SendError> {
    let watch = Watch::nobody();
    let server = Server {
        host: "mail.kestrel.example".to_owned(),
        port: 587,
        security: Security::None,
        oldest: Oldest::Tls12,
        trust: Trust::system(),
        auth: SmtpAuth::Auto,
        allow_plaintext: false,
        chunking: said.last().is_some_and(|byte| byte % 2 == 0),
        route: Route::Direct,
    };
    let wire = Wire::new(Box::new(Script::new(said)), &server.host, true);
    let (offers, limits) = (Offers::default(), Limits::default());
    let chunking = server.chunking;
    let mut session =
        Session { wire, offers, limits, chunking, usable: true, ahead: None, parting: false };
    session.wire.reach(Stage::Ehlo, &watch);
    session.wire.reply(limits.greeting, &watch).await?;
    session.ehlo(&watch).await?;
    session.sign_in(&server, credentials, &watch).await?;
    session.send(&letter().await, Then::Open, &watch).await
}

async fn letter() -> Letter {
    let draft = Draft {
        from: Mailbox { name: None, address: "invoices@kestrel.example".to_owned() },
        reply_to: None,
        to: vec!["anna@kestrel.example, ben@kestrel.example".to_owned()],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Hello".to_owned(),
        text: ".".to_owned(),
        html: String::new(),
        headers: Vec::new(),
        attachments: Vec::new(),
        notices: Notices::default(),
    };
    Letter::compose(&draft, Clock::system().now()).await.expect("it is a letter")
}
