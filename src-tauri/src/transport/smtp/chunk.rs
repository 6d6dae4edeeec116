//! Envelope and message in one go, where the server offers CHUNKING and the sender's settings say that
//! it can be believed (RFC 3030): one round trip less. Why it has to be asked for is in
//! `docs/decisions/data-not-bdat.md`.

use super::{
    Session,
    due::Due,
    envelope::{GROUP, commands, verdict},
    positive,
    wire::Wire,
};
use crate::{
    letter::Letter,
    transport::{Delivery, SendError, Stage, Then, Watch},
};

impl Session {
    /// Whether `letter` goes in one go. After the end of another message there is nothing to save: it
    /// and the next envelope share a write.
    pub(super) fn chunks(&self, letter: &Letter) -> bool {
        let offered = self.offers.chunking && self.offers.pipelining;
        self.chunking && offered && self.ahead.is_none() && letter.envelope().to.len() + 2 <= GROUP
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
        let group = group.concat().into_bytes();
        let mut end = self.hand_over(letter, group, None, &mut due, watch).await?;
        end.extend_from_slice(self.say_ahead(then, watch).as_bytes());
        self.wire.last_words(&end, self.limits.block).await?;
        self.rest_of(&mut due, watch).await?;
        let reply = self.after_the_dot(watch).await?;
        let recipients = verdict(letter, due.taken())?;
        match positive(Stage::Message, reply) {
            Ok(reply) => {
                self.usable = true;
                Ok(Delivery { recipients, reply: reply.to_string() })
            }
            Err(error) => Err(error.after(recipients)),
        }
    }

    /// The replies to MAIL and RCPT that did not come before the message had left. It is too late to
    /// cancel, and no reply is no refusal.
    async fn rest_of(&mut self, due: &mut Due, watch: &Watch) -> Result<(), SendError> {
        while due.left() > 0 {
            due.take(self.after_the_dot(watch).await?);
        }
        Ok(())
    }
}
