//! Replies that come while something else is written.

use super::{Reply, envelope::verdict};
use crate::{letter::Letter, transport::SendError};

/// The replies to MAIL and to each RCPT, of a group that the message follows at once.
#[derive(Debug)]
pub(super) struct Due {
    left: usize,
    replies: Vec<Reply>,
}

impl Due {
    /// So many are still to come.
    pub(super) fn replies(left: usize) -> Self {
        Self { left, replies: Vec::with_capacity(left) }
    }

    pub(super) fn left(&self) -> usize {
        self.left
    }

    pub(super) fn take(&mut self, reply: Reply) {
        self.left -= 1;
        self.replies.push(reply);
    }

    /// Those that came.
    pub(super) fn taken(&self) -> &[Reply] {
        &self.replies
    }

    /// Fails once it is known that nobody gets the message, so that the rest of it need not be sent.
    pub(super) fn check(&self, letter: &Letter) -> Result<(), SendError> {
        if self.left == 0 && !self.replies.is_empty() {
            verdict(letter, &self.replies)?;
        }
        Ok(())
    }
}
