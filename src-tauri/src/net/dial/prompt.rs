//! A connection that acknowledges at once what it waits behind.
//!
//! Linux acknowledges up to 40 ms late what nobody answers, and a server that waits for that before it
//! sends another small piece (Nagle's algorithm, RFC 1122 §4.2.3.4) is as late with it: Postfix with its
//! reply to EHLO, behind the session tickets that end a TLS 1.3 handshake. The switch is Linux's alone
//! (tcp(7), `TCP_QUICKACK`); elsewhere nothing is lost but time.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// How often it is prompt: as long as connections are opened, protected and greeted. Later each side
/// waits for the other's words, which acknowledge by themselves.
const WAITS: u8 = 24;

/// A connection on which, at its beginning, what has come is acknowledged before more is waited for.
#[derive(Debug)]
pub struct Prompt {
    stream: TcpStream,
    left: u8,
}

impl Prompt {
    /// Makes `stream` prompt.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, left: WAITS }
    }

    /// Has to be said again and again: the system forgets it (tcp(7), `TCP_QUICKACK`).
    #[cfg(target_os = "linux")]
    fn acknowledge(&self) {
        let _ = self.stream.set_quickack(true); // slower, and nothing else, where it cannot be
    }

    #[cfg(not(target_os = "linux"))]
    #[allow(clippy::unused_self)] // on Linux it is used
    fn acknowledge(&self) {}
}

impl AsyncRead for Prompt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if polled.is_pending() && self.left > 0 {
            self.left -= 1;
            self.acknowledge();
        }
        polled
    }
}

impl AsyncWrite for Prompt {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn what_has_come_is_acknowledged_before_more_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        stream.set_quickack(false).unwrap();
        let mut prompt = Prompt::new(stream);
        assert!(!prompt.stream.quickack().unwrap());
        let (mut octets, mut polled) = ([0; 1], false);
        poll_fn(|context| {
            let mut buffer = ReadBuf::new(&mut octets);
            polled = Pin::new(&mut prompt).poll_read(context, &mut buffer).is_pending();
            Poll::Ready(())
        })
        .await;
        assert!(polled && prompt.stream.quickack().unwrap());
    }
}
