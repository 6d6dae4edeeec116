//! IDLE (RFC 2177): what arrives is said at once.

use super::{
    PATIENCE,
    session::{Outcome, Session},
};
use crate::sandbox::wire::Line;
use std::{io, pin::pin};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::broadcast::error::RecvError,
    time::sleep,
};

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Answers `IDLE`, until the client says `DONE`.
    pub(super) async fn idle(&mut self) -> io::Result<Outcome> {
        let mut arrivals = self.world.inbox.arrivals();
        self.line("+ IDLE accepted, awaiting DONE command.");
        let mut end = pin!(sleep(PATIENCE));
        loop {
            self.renew();
            self.wire.flush().await?;
            tokio::select! {
                ready = self.wire.readable() => {
                    ready?;
                    let done = self.wire.line().await?;
                    let done = matches!(done, Line::Text(word) if word.eq_ignore_ascii_case("DONE"));
                    return Ok(if done { Ok("OK IDLE completed.") } else { Err("BAD Expected DONE.") });
                }
                arrived = arrivals.recv() => if arrived == Err(RecvError::Closed) {
                    return Err(io::ErrorKind::ConnectionAborted.into());
                },
                () = &mut end => return Err(io::ErrorKind::TimedOut.into()),
            }
        }
    }
}
