//! The connection: lines in, lines out, each within its time, each written down.

use super::{
    due::Due,
    reply::{self, Reply},
};
use crate::{
    net::tls::{Client as Tls, TlsError},
    secret::veil::Veil,
    transport::{SendError, Stage, Watch, transcript::bounded},
};
use std::{io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split},
    time::{Instant, timeout, timeout_at},
};
use zeroize::Zeroizing;

/// The longest line of a reply that is read, in octets: eight times what RFC 5321 §4.5.3.1.5 allows.
const LONGEST_LINE: usize = 4096;

/// A stream, protected or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for S {}

/// One connection to a server.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    unread: Vec<u8>,
    host: String,
    stage: Stage,
    /// Whether what is sent can be read by nobody else: TLS, or it stays on this computer.
    private: bool,
    veil: Veil,
}

impl Wire {
    /// `local`: the other end is this computer.
    pub(super) fn new(stream: Box<dyn Stream>, host: &str, local: bool) -> Self {
        let host = host.to_owned();
        let veil = Veil::default();
        Self { stream, unread: Vec::new(), host, stage: Stage::Tcp, private: local, veil }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn is_private(&self) -> bool {
        self.private
    }

    /// Where it is.
    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    /// What is struck out of all that the server says.
    pub(super) fn veil(&mut self) -> &mut Veil {
        &mut self.veil
    }

    /// From here on, this is where it is.
    pub(super) fn reach(&mut self, stage: Stage, watch: &Watch) {
        self.stage = stage;
        watch.reached(stage);
    }

    /// Puts TLS around the stream.
    pub(super) async fn protect(
        &mut self,
        tls: &Tls,
        limit: Duration,
        watch: &Watch,
    ) -> Result<(), SendError> {
        if !self.unread.is_empty() {
            return Err(SendError::PlaintextInjected { host: self.host.clone() });
        }
        let bare = std::mem::replace(&mut self.stream, Box::new(tokio::io::empty()));
        let shake = tls.handshake(bare, &self.host, limit);
        let (protected, agreed) = cancellable(self.stage, watch, shake).await??;
        for line in agreed.lines() {
            watch.transcript.note(line);
        }
        self.stream = Box::new(protected);
        self.private = true;
        Ok(())
    }

    /// Writes commands, each with its line end.
    pub(super) async fn say(
        &mut self,
        commands: &[String],
        limit: Duration,
        watch: &Watch,
    ) -> Result<(), SendError> {
        Self::said(commands, watch);
        self.write(commands.concat().as_bytes(), limit, watch).await
    }

    /// Writes down commands that have gone out before.
    pub(super) fn said(commands: &[String], watch: &Watch) {
        for command in commands {
            watch.transcript.client(command.trim_end());
        }
    }

    /// Writes a line that nobody may see; `shown` is written down in its place.
    pub(super) async fn whisper(
        &mut self,
        line: &str,
        shown: &str,
        limit: Duration,
        watch: &Watch,
    ) -> Result<(), SendError> {
        watch.transcript.client(shown);
        let line = Zeroizing::new(format!("{line}\r\n"));
        self.write(line.as_bytes(), limit, watch).await
    }

    async fn write(
        &mut self,
        bytes: &[u8],
        limit: Duration,
        watch: &Watch,
    ) -> Result<(), SendError> {
        let writing = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match cancellable(self.stage, watch, timeout(limit, writing)).await? {
            Ok(done) => done.map_err(|error| self.lost(&error)),
            Err(_) => Err(self.timed_out(limit)),
        }
    }

    /// Writes a block of the message, if only to hear: a server that has had enough says so before the
    /// end. The replies that are `due` are taken as they come.
    pub(super) async fn block(
        &mut self,
        block: &[u8],
        due: &mut Due,
        limit: Duration,
        watch: &Watch,
    ) -> Result<(), SendError> {
        let (mut left, end) = (block, Instant::now() + limit);
        while !self.unread.is_empty() || self.write_or_hear(&mut left, end, limit, watch).await? {
            let reply = self.reply(limit, watch).await?;
            if due.left() > 0 && reply.code() != 421 {
                due.take(reply);
            } else if reply.is_positive() {
                return Err(self.not_smtp(&format!("{reply}, inside the message")));
            } else {
                let stage = if due.left() > 0 { Stage::Sender } else { self.stage };
                return Err(SendError::refusal(stage, reply));
            }
        }
        Ok(())
    }

    /// Writes what is `left` until it is written or the server says something; whether it did.
    async fn write_or_hear(
        &mut self,
        left: &mut &[u8],
        end: Instant,
        limit: Duration,
        watch: &Watch,
    ) -> Result<bool, SendError> {
        let (mut read, mut write) = split(&mut self.stream);
        let writing = async {
            while !left.is_empty() {
                match write.write(left).await? {
                    0 => return Err(io::ErrorKind::WriteZero.into()),
                    written => *left = &left[written..],
                }
            }
            write.flush().await
        };
        let heard = tokio::select! {
            biased;
            () = watch.cancel.cancelled() => return Err(SendError::Cancelled { stage: self.stage }),
            heard = read.read_buf(&mut self.unread) => heard,
            done = timeout_at(end, writing) => return match done {
                Ok(done) => done.map(|()| false).map_err(|error| self.lost(&error)),
                Err(_) => Err(self.timed_out(limit)),
            },
        };
        match heard {
            Ok(0) => Err(self.closed()),
            Ok(_) => Ok(true),
            Err(error) => Err(self.lost(&error)),
        }
    }

    /// Writes `end`, which has the final dot in it: from its first byte on, nobody can say that nothing
    /// was sent.
    pub(super) async fn last_words(
        &mut self,
        end: &[u8],
        limit: Duration,
    ) -> Result<(), SendError> {
        let writing = async {
            self.stream.write_all(end).await?;
            self.stream.flush().await
        };
        let failed = match timeout(limit, writing).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => self.lost(&error),
            Err(_) => self.timed_out(limit),
        };
        Err(SendError::doubt(&self.host, failed.to_string()))
    }

    /// Reads a whole reply within `limit`.
    pub(super) async fn reply(
        &mut self,
        limit: Duration,
        watch: &Watch,
    ) -> Result<Reply, SendError> {
        let end = Instant::now() + limit;
        let mut text = String::new();
        for _ in 0..reply::MOST_LINES {
            let line = cancellable(self.stage, watch, timeout_at(end, self.line())).await?;
            let line = line.map_err(|_| self.timed_out(limit))??;
            let parsed = reply::parse_line(&line);
            watch.transcript.server(&line, parsed.is_none_or(|(code, ..)| code >= 400));
            let Some((_, last, _)) = parsed else { return Err(self.not_smtp(&line)) };
            text += &line;
            text.push('\n');
            if last {
                return Reply::parse(&text).ok_or_else(|| self.not_smtp(&text));
            }
        }
        Err(self.not_smtp(&format!("a reply of more than {} lines", reply::MOST_LINES)))
    }

    /// The next line without its end; what is secret in it is struck out.
    async fn line(&mut self) -> Result<String, SendError> {
        loop {
            if let Some(end) = self.unread.iter().position(|octet| *octet == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                let line = line.trim_end_matches(['\r', '\n']);
                // The code stays what it is, whatever the password.
                let (code, words) = line.split_at_checked(4).unwrap_or((line, ""));
                return Ok(format!("{code}{}", self.veil.strike(words)));
            }
            if self.unread.len() > LONGEST_LINE {
                let start = String::from_utf8_lossy(&self.unread[..80]).into_owned();
                return Err(self.not_smtp(&format!("a line without end: {start}")));
            }
            match self.stream.read_buf(&mut self.unread).await {
                Ok(0) => return Err(self.closed()),
                Ok(_) => {}
                Err(error) => return Err(self.lost(&error)),
            }
        }
    }

    pub(super) fn not_smtp(&self, said: &str) -> SendError {
        SendError::NotSmtp { host: self.host.clone(), said: bounded(&self.veil.strike(said)) }
    }

    fn closed(&self) -> SendError {
        self.lost(&io::Error::other("the server closed the connection"))
    }

    fn lost(&self, error: &io::Error) -> SendError {
        if let Some(wanted) = TlsError::client_certificate(&self.host, error) {
            return wanted.into();
        }
        SendError::Lost { stage: self.stage, host: self.host.clone(), said: error.to_string() }
    }

    fn timed_out(&self, limit: Duration) -> SendError {
        SendError::TimedOut { stage: self.stage, host: self.host.clone(), limit }
    }
}

/// Does `work` unless the person cancels first.
pub(super) async fn cancellable<T>(
    stage: Stage,
    watch: &Watch,
    work: impl Future<Output = T>,
) -> Result<T, SendError> {
    tokio::select! {
        biased;
        () = watch.cancel.cancelled() => Err(SendError::Cancelled { stage }),
        done = work => Ok(done),
    }
}
