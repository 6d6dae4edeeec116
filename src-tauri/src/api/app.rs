//! The app itself: its settings, its vault, its news.

use super::{
    AttachmentView, ConsentNews, ConsentStep, DraggedFiles, HistoryDetail, SandboxMailDetail,
    SendNews,
};
use crate::{
    explain::Problem,
    secret::{Secret, VaultKind},
};
use serde::{Deserialize, Serialize};

data! {
    /// The app as a whole.
    AppView {
        /// This program's version.
        version: String,
        /// Where everything is kept.
        data_dir: String,
        /// Which vault.
        vault: VaultKind,
        /// Why the vault cannot be used, when it cannot.
        vault_problem: Option<Problem>,
        /// What opens the vault file, where that would help.
        vault_asks: Option<VaultAsks>,
        /// Where the vault file is, or would be.
        vault_file: String,
        /// Whether the person chose the vault file in the place of the keychain.
        vault_chosen: bool,
        /// What the person chose.
        settings: AppSettings,
    }
    /// What the person chose for the app as a whole.
    AppSettings {
        /// system, light or dark
        theme: String,
        /// How long history is kept, in days.
        history_days: u32,
    }
    /// One sender of the demo, from its consent to its mail.
    DemoRun {
        /// Its name.
        sender: String,
        /// What happened to its consent.
        steps: Vec<ConsentStep>,
        /// Who signed in.
        signed_in_as: Option<String>,
        /// How its message was sent.
        sent: HistoryDetail,
        /// How it arrived.
        arrived: SandboxMailDetail,
    }
}

kinds! {
    /// What opens the vault file.
    VaultAsks {
        /// Its passphrase.
        Passphrase,
        /// A first passphrase: there is no vault file yet.
        NewPassphrase,
    }
}

/// The passphrase of the vault file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct VaultPassphrase {
    /// It.
    #[cfg_attr(test, ts(type = "string"))]
    pub passphrase: Secret,
}

/// What the app tells the faces while it works.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum News {
    /// Profiles or registrations changed: read them again.
    ProfilesChanged,
    /// The history changed: read it again.
    HistoryChanged,
    /// The sandbox or its inbox changed: read it again.
    SandboxChanged,
    /// A consent moved on.
    Consent(ConsentNews),
    /// A send moved on.
    Send(SendNews),
    /// Files are held over the window; `None`: not any more.
    Dragged {
        /// What would be attached.
        files: Option<DraggedFiles>,
    },
    /// The window is to be closed while something is being sent.
    CloseAsked,
    /// Files were dropped on the window.
    Dropped {
        /// They may be attached.
        files: Vec<AttachmentView>,
    },
}
