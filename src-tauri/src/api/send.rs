//! A letter, its way out and what became of it.

use crate::{
    explain::Problem,
    profile::{Notice, ProfileId, Returned, Transport},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

kinds! {
    /// How one send ended.
    Outcome {
        /// Still under way.
        Sending,
        /// The server took it for every recipient.
        Accepted,
        /// The server took it for some recipients.
        Partly,
        /// The server said no.
        Refused,
        /// It did not come so far.
        NotSent,
        /// It may have been sent: nobody knows.
        Uncertain,
    }
    /// How one recipient fared.
    RecipientOutcome {
        /// The server took it.
        Accepted,
        /// The server said no.
        Refused,
        /// It did not come so far.
        NotSent,
        /// Nobody knows.
        Uncertain,
    }
}

data! {
    /// A message to send.
    #[derive(Default)]
    MessageDraft {
        /// Empty: the profile's own.
        from: String,
        /// Recipients.
        to: Vec<String>,
        /// Copies.
        cc: Vec<String>,
        /// Hidden copies.
        bcc: Vec<String>,
        /// One line.
        subject: String,
        /// The text part; empty: none.
        text: String,
        /// The HTML part; empty: none.
        html: String,
        /// Extra headers, name and value.
        headers: Vec<(String, String)>,
        /// Files.
        attachments: Vec<AttachmentDraft>,
        /// When mail servers on the way are to report (SMTP only).
        dsn: Vec<Notice>,
        /// How much of the message comes back with a report.
        dsn_return: Option<Returned>,
        /// Whether Graph keeps a copy in Sent Items; left out: as the profile says.
        save_to_sent_items: Option<bool>,
    }
    /// A file to attach.
    AttachmentDraft {
        /// Its path (command line) or the token that stands for it (window).
        file: String,
        /// Inline: its Content-ID, for `<img src="cid:…">`.
        content_id: Option<String>,
    }
    /// A file that may be attached.
    AttachmentView {
        /// Stands for it in [`AttachmentDraft`].
        file: String,
        /// As recipients will see it.
        name: String,
        /// Octets.
        size: u64,
        /// Its media type.
        content_type: String,
    }
    /// Files that are held over the window.
    DraggedFiles {
        /// How many can be attached; folders cannot.
        count: u32,
        /// The name of the first.
        name: String,
        /// Octets of all.
        size: u64,
    }
    /// A send that is asked for.
    SendRequest {
        /// Chosen by the asker; names it for progress and cancel.
        send_id: Uuid,
        /// Who sends.
        profile_id: ProfileId,
        /// What.
        message: MessageDraft,
        /// Another way than the profile's own.
        via: Option<Transport>,
    }
    /// How far a send is.
    SendNews {
        /// Which.
        send_id: Uuid,
        /// Stage id: pace (it is not its turn yet), connection (none is free yet), token, dns, tcp, tls, ehlo,
        /// auth, sender, message.
        stage: String,
        /// Octets handed over.
        sent: u64,
        /// Octets in all.
        total: u64,
        /// Whether it can still be cancelled.
        cancellable: bool,
        /// How long it is until it goes on, in milliseconds: the server wants to be left alone, or takes
        /// only so many messages a minute.
        wait_ms: Option<u64>,
        /// How long the server may keep silent here before it is given up, in milliseconds.
        limit_ms: Option<u64>,
        /// What to check first where it does.
        check: Option<String>,
    }
    /// How a send ended.
    SendReport {
        /// The outbox's id of it.
        id: Uuid,
        /// How it ended.
        outcome: Outcome,
        /// The message's own id, with its angle brackets.
        message_id: String,
        /// Which way it went.
        transport: Transport,
        /// How each recipient fared.
        recipients: Vec<RecipientReport>,
        /// The last reply, word for word.
        reply: Option<String>,
        /// How far it came.
        stage: String,
        /// How long it took, in milliseconds.
        elapsed_ms: u64,
        /// Why it did not go well.
        problem: Option<Problem>,
        /// That it could not be written down, however it went.
        note: Option<String>,
    }
    /// How one recipient fared.
    RecipientReport {
        /// Who.
        address: String,
        /// How.
        outcome: RecipientOutcome,
        /// The server's reply.
        reply: Option<String>,
    }
}
