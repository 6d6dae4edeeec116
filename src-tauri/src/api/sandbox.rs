//! The sandbox and its inbox.

use super::AttachmentView;
use crate::{clock::Timestamp, profile::Transport};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

data! {
    /// The sandbox while it runs.
    SandboxView {
        /// Whether it runs.
        running: bool,
        /// Its addresses, name and value.
        addresses: Vec<(String, String)>,
        /// The user to sign in as.
        user: String,
        /// Mails in its inbox.
        mails: u32,
    }
    /// A mail in the sandbox's inbox.
    SandboxMail {
        /// Names it.
        id: Uuid,
        /// When it arrived.
        received_at: Timestamp,
        /// By SMTP or Graph.
        transport: Transport,
        /// The envelope's sender.
        from: String,
        /// The envelope's recipients.
        to: Vec<String>,
        /// One line.
        subject: String,
        /// Octets.
        size: u64,
    }
    /// A mail of the sandbox, opened.
    SandboxMailDetail {
        /// As it is listed.
        mail: SandboxMail,
        /// Header lines, unfolded, as they arrived.
        headers: Vec<(String, String)>,
        /// The text part.
        text: Option<String>,
        /// The HTML part.
        html: Option<String>,
        /// Files: name, media type, octets.
        attachments: Vec<AttachmentView>,
        /// The first 64 KiB as they arrived.
        source: String,
    }
}
