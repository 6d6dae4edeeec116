//! What was sent.

use super::{Outcome, RecipientReport};
use crate::{
    clock::Timestamp,
    explain::Problem,
    profile::{ProfileId, Provider, Transport},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

kinds! {
    /// Who wrote a line of a transcript.
    Side {
        /// We did.
        Client,
        /// The server did.
        Server,
        /// Nobody: something that happened, for example the TLS handshake.
        Note,
    }
}

data! {
    /// What is looked for in the history.
    HistoryQuery {
        /// Only these senders'; empty: all.
        profile_ids: Vec<ProfileId>,
        /// Every word must be in recipient, subject, reply or sender; empty: all.
        search: String,
        /// Only these outcomes; empty: all.
        outcomes: Vec<Outcome>,
        /// Only by this way.
        transport: Option<Transport>,
        /// Only from then on.
        since: Option<Timestamp>,
        /// At most so many, newest first.
        limit: u32,
        /// Skip so many.
        offset: u32,
    }
    /// A page of the history.
    HistoryPage {
        /// Newest first.
        rows: Vec<HistoryRow>,
        /// How many fit the query.
        found: u64,
        /// How many there are in all, or of the senders that were asked for.
        total: u64,
    }
    /// One send in a list.
    HistoryRow {
        /// The outbox's id of it.
        id: Uuid,
        /// Whose; `None` when the sender is gone.
        profile_id: Option<ProfileId>,
        /// The sender's name when it was sent.
        profile_name: String,
        /// Its provider, for the tile.
        provider: Option<Provider>,
        /// When.
        started_at: Timestamp,
        /// How long, in milliseconds.
        elapsed_ms: Option<u64>,
        /// Which way.
        transport: Transport,
        /// The first recipient, and how many more.
        to: String,
        /// One line.
        subject: String,
        /// How it ended.
        outcome: Outcome,
        /// The result in a few words: "Accepted", "Sign-in refused".
        result: String,
        /// Whether it was not sent because somebody stopped it.
        cancelled: bool,
        /// Belongs to the sandbox.
        sandbox: bool,
    }
    /// One send with all its evidence.
    HistoryDetail {
        /// As it is listed.
        row: HistoryRow,
        /// The From address.
        from: String,
        /// The message's own id.
        message_id: String,
        /// Octets on the wire.
        size: u64,
        /// How far it came.
        stage: String,
        /// How each recipient fared.
        recipients: Vec<RecipientReport>,
        /// The last reply.
        reply: Option<String>,
        /// Why it did not go well.
        problem: Option<Problem>,
        /// What was said, secrets struck out.
        transcript: Vec<TranscriptLine>,
        /// Whether the draft that it was to be sent from may still be in the mailbox's Drafts; the next
        /// send by Graph looks for it and removes it.
        draft_left: bool,
    }
    /// One line of a conversation.
    TranscriptLine {
        /// Milliseconds since it began.
        at_ms: u64,
        /// Who wrote it.
        side: Side,
        /// What, without its line end; bounded, secrets struck out.
        text: String,
        /// A reply of 400 or more, or a note of something that failed.
        bad: bool,
    }
}

impl HistoryQuery {
    /// Everything, as far as a page goes.
    pub fn all() -> Self {
        Self {
            profile_ids: Vec::new(),
            search: String::new(),
            outcomes: Vec::new(),
            transport: None,
            since: None,
            limit: 100,
            offset: 0,
        }
    }
}
