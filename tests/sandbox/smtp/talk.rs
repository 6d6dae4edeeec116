//! A mail program.

use super::*;
use sendright::net::{
    dial::dial,
    tls::{Client, Oldest},
};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};

const SOON: Duration = Duration::from_secs(20);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A client that says what it is told.
pub(super) struct Talk(BufReader<Box<dyn Stream>>);

impl Talk {
    /// Connects to the STARTTLS port; the greeting is read.
    pub(super) async fn plain(stage: &Stage) -> Self {
        let at = stage.at();
        let dialed = dial(at.smtp_host, at.smtp_starttls_port, SOON).await.unwrap();
        let mut talk = Self(BufReader::new(Box::new(dialed.stream)));
        let greeting = talk.reply().await;
        assert!(greeting.starts_with("220 ") && greeting.contains("Sendright sandbox"));
        talk
    }

    /// The same with TLS, greeted again.
    pub(super) async fn protected(stage: &Stage) -> Self {
        let mut talk = Self::plain(stage).await;
        talk.say("EHLO client.test").await;
        assert_eq!(talk.say("STARTTLS").await, "220 2.0.0 SMTP server ready");
        let mut talk = talk.over_tls(stage).await;
        talk.say("EHLO client.test").await;
        talk
    }

    /// Connects to the other port, which is under TLS from the start.
    pub(super) async fn at_tls_port(stage: &Stage) -> Self {
        let dialed = dial("127.0.0.1", stage.at().smtp_tls_port, SOON).await.unwrap();
        Self(BufReader::new(Box::new(dialed.stream))).over_tls(stage).await
    }

    pub(super) async fn over_tls(self, stage: &Stage) -> Self {
        let pem = fs::read(&stage.at().ca_file).unwrap();
        let client = Client::new(&Trust::only_pem(&pem).unwrap(), Oldest::Tls13).unwrap();
        let (stream, _) = client.handshake(self.0.into_inner(), "localhost", SOON).await.unwrap();
        Self(BufReader::new(Box::new(stream)))
    }

    /// Signed in as `user` with a token of the same person.
    pub(super) async fn signed_in(stage: &Stage, user: &str) -> Self {
        let token = stage.access_token(user, SMTP_SEND).await;
        let mut talk = Self::protected(stage).await;
        let reply = talk.say(&format!("AUTH XOAUTH2 {}", blob(user, &token))).await;
        assert_eq!(reply, "235 2.7.0 Authentication successful");
        talk
    }

    pub(super) async fn send(&mut self, octets: &[u8]) {
        self.0.get_mut().write_all(octets).await.unwrap();
        self.0.get_mut().flush().await.unwrap();
    }

    pub(super) async fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n").as_bytes()).await;
        self.reply().await
    }

    /// The whole reply, its lines joined by LF; empty when the server hung up.
    pub(super) async fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let mut line = String::new();
            let _ = self.0.read_line(&mut line).await;
            reply.push_str(&line.replace("\r\n", "\n"));
            if line.as_bytes().get(3) != Some(&b'-') {
                return reply.trim_end().to_owned();
            }
        }
    }

    /// Sends `message` from `from` to anna; what the server says to it.
    pub(super) async fn mail(&mut self, from: &str, message: &[u8]) -> String {
        self.say(&format!("MAIL FROM:<{from}>")).await;
        self.say("RCPT TO:<anna@sandbox.test>").await;
        assert!(self.say("DATA").await.starts_with("354"));
        self.send(message).await;
        self.say(".").await
    }
}

pub(super) fn blob(user: &str, token: &str) -> String {
    BASE64.encode(format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"))
}

pub(super) fn letter(from: &str) -> Vec<u8> {
    format!("From: {from}\r\nTo: anna@sandbox.test\r\nSubject: Hello\r\nMessage-ID: <1@sandbox.test>\r\n\r\nText\r\n")
        .into_bytes()
}
