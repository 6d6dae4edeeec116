//! Envelope and message in one go, where the server offers CHUNKING and the sender's settings say that
//! it can be believed (RFC 3030): one round trip less. Why it has to be asked for is in
//! `docs/decisions/data-not-bdat.md`.

use super::{
    Reply, Session,
    due::Due,
    envelope::{GROUP, commands, verdict},
    positive,
    wire::Wire,
};
use crate::{
    letter::Letter,
    transport::{Delivery, SendError, Stage, Then, Watch},
};
use tokio::time::timeout;

impl Session {
    /// Whether `letter` goes in one go: only the first of a connection. Later there is nothing to save,
    /// since the end of a message and the next envelope share a write, and a connection that has died
    /// meanwhile would be found out too late.
    pub(super) fn chunks(&self, letter: &Letter) -> bool {
        let offered = self.offers.chunking && self.offers.pipelining;
        self.chunking && offered && letter.envelope().to.len() + 2 <= GROUP
    }

    /// Sends `letter` without waiting for anything in between. Until its last octet has left, the
    /// server has nothing that it may deliver (RFC 3030 §2).
    pub(super) async fn in_one_go(
        &mut self,
        letter: &Letter,
        then: Then<&Letter>,
        watch: &Watch,
    ) -> Result<Delivery, SendError> {
        let mut group = commands(letter, &self.offers, self.wire.host())?;
        let mut due = Due::replies(group.len() - 1);
        *group.last_mut().expect("DATA is the last") = format!("BDAT {} LAST\r\n", letter.size());
        self.note_missing_notices(letter, watch);
        Wire::said(&group, watch);
        self.wire.reach(Stage::Message, watch);
        self.usable = false; // until the last reply: what may still come is for this message
        let ended = self.all_of(letter, group.concat().into_bytes(), then, &mut due, watch).await;
        // Where nobody was taken, nobody gets it, whatever becomes of the message.
        let recipients = match due.left() {
            0 => verdict(letter, due.taken())?,
            _ => Vec::new(),
        };
        match ended.and_then(|reply| positive(Stage::Message, reply)) {
            Ok(reply) => {
                self.usable = true;
                Ok(Delivery { recipients, reply: reply.to_string() })
            }
            Err(error) => Err(error.after(recipients)),
        }
    }

    /// Writes `group` and all of `letter`; the reply to the message.
    async fn all_of(
        &mut self,
        letter: &Letter,
        group: Vec<u8>,
        then: Then<&Letter>,
        due: &mut Due,
        watch: &Watch,
    ) -> Result<Reply, SendError> {
        let mut end = self.hand_over(letter, group, None, due, watch).await?;
        end.extend_from_slice(self.say_ahead(then, watch).as_bytes());
        self.wire.last_words(&end, self.limits.block).await?;
        let limit = self.limits.final_dot;
        timeout(limit, self.last_replies(due, watch)).await.unwrap_or_else(|_| {
            let said = format!("no reply within {} s", limit.as_secs());
            Err(SendError::doubt(self.wire.host(), said))
        })
    }

    /// The replies to MAIL and RCPT that did not come before the message had left, and the one to it.
    /// It is too late to cancel, and no reply is no refusal.
    async fn last_replies(&mut self, due: &mut Due, watch: &Watch) -> Result<Reply, SendError> {
        loop {
            let reply = self.after_the_dot(watch).await?;
            if due.left() == 0 {
                return Ok(reply);
            }
            if reply.code() == 421 {
                return Err(SendError::refusal(Stage::Sender, reply)); // it ends the transaction
            }
            due.take(reply);
        }
    }
}
