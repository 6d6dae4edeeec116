//! What a failure looks like to a person, a script and the window: the same object everywhere.

use crate::tame;
use serde::{Deserialize, Serialize};

/// A failure, explained. Never contains a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Problem {
    /// For programs; stable.
    pub code: Code,
    /// What failed, in one line, without a full stop.
    pub title: String,
    /// Why, and what to do, in a few sentences.
    pub means: String,
    /// The other side's own words, bounded and without secrets.
    pub said: Option<String>,
    /// Whether trying again can help.
    pub retry: Retry,
    /// How long to wait first, in milliseconds, where the other side said so.
    pub retry_after_ms: Option<u64>,
    /// What may have caused it, most likely first.
    pub causes: Vec<Cause>,
    /// Settings that are wrong, each with its remedy; empty unless `code` is `invalid-settings`.
    pub fields: Vec<FieldFault>,
    /// Where the explanation comes from.
    pub source: Option<String>,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// No.
    Never,
    /// Once something has been changed.
    AfterChange,
    /// After a while.
    AfterWait,
}

/// One possible cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Cause {
    /// For programs; stable.
    pub code: String,
    /// The cause in one line.
    pub title: String,
    /// How likely it is, given what is known.
    pub likelihood: Likelihood,
    /// The evidence.
    pub why: Vec<String>,
    /// What ends it.
    pub fixes: Vec<Fix>,
}

/// How likely a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Likelihood {
    VeryLikely,
    Possible,
    Unlikely,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Fix {
    /// Who can do it, for example `exchange-admin`, `app-owner`, `you`.
    pub who: String,
    /// What kind of step: `powershell`, `portal`, `setting` or `wait`.
    pub kind: String,
    /// The step in one line.
    pub title: String,
    /// The details: a command, a path through a portal, a value.
    pub text: String,
}

/// A setting that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FieldFault {
    /// Its key as in the declarative file, for example `smtp.port` or `tenant`.
    pub field: String,
    /// What is wrong with the value.
    pub fault: String,
    /// What would be right.
    pub remedy: String,
}

/// Every kind of failure that a program may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // each is said in words where it becomes a `Problem`
pub enum Code {
    InvalidSettings,
    UnknownProfile,
    UnknownRegistration,
    UnknownSend,
    AmbiguousName,
    RegistrationInUse,
    ChangedElsewhere,
    NotYet,
    ProfileDisabled,
    SignInNeeded,
    ConsentDeclined,
    ConsentCancelled,
    ConsentTimedOut,
    ConsentBusy,
    ConsentAnswerForeign,
    BrowserDidNotOpen,
    RedirectUnusable,
    ProviderRefused,
    ProviderBusy,
    ClientRejected,
    NameNotFound,
    NoConnection,
    ConnectionLost,
    TimedOut,
    TlsFailed,
    CertificateNotTrusted,
    StarttlsMissing,
    PlaintextAuthOnly,
    PlaintextInjected,
    NotTheProtocol,
    ProxyNotReached,
    ProxyAuthRefused,
    ProxyRefused,
    ProxyTargetNotReached,
    ProxySettingsUnusable,
    AuthRefused,
    AuthMethodMissing,
    PermissionMissing,
    SenderRefused,
    RecipientsRefused,
    MessageRefused,
    MessageTooLarge,
    SmtpUtf8Missing,
    Busy,
    Cancelled,
    Uncertain,
    VaultLocked,
    VaultAbsent,
    VaultRefused,
    VaultPassphrase,
    VaultDamaged,
    DatabaseNewer,
    DatabaseDamaged,
    DiskFull,
    NotWritable,
    FileUnreadable,
    SandboxNotRunning,
    Unexplained,
}

impl Code {
    /// The exit code of the command line (CONTRACT: 0 to 11).
    pub fn exit_code(self) -> u8 {
        use Code as C;
        match self {
            C::InvalidSettings | C::UnknownProfile | C::UnknownRegistration | C::AmbiguousName => 2,
            C::UnknownSend
            | C::RegistrationInUse
            | C::ChangedElsewhere
            | C::NotYet
            | C::ProfileDisabled
            | C::FileUnreadable => 2,
            C::MessageTooLarge | C::SmtpUtf8Missing | C::MessageRefused => 8,
            C::SignInNeeded | C::ConsentDeclined | C::ConsentCancelled | C::ConsentTimedOut => 3,
            C::ConsentBusy | C::ConsentAnswerForeign | C::BrowserDidNotOpen => 3,
            C::NameNotFound | C::NoConnection | C::ConnectionLost | C::TimedOut | C::TlsFailed => 4,
            C::CertificateNotTrusted | C::StarttlsMissing | C::PlaintextInjected => 4,
            C::PlaintextAuthOnly | C::NotTheProtocol | C::SandboxNotRunning => 4,
            // A proxy is part of the network, its sign-in too: 5 is for the sender's own.
            C::ProxyNotReached | C::ProxyAuthRefused | C::ProxyRefused => 4,
            C::ProxyTargetNotReached | C::ProxySettingsUnusable => 4,
            C::AuthRefused | C::AuthMethodMissing | C::ProviderRefused | C::ClientRejected => 5,
            C::RedirectUnusable | C::PermissionMissing => 5,
            C::SenderRefused => 6,
            C::RecipientsRefused => 7,
            C::Busy | C::ProviderBusy => 9,
            C::Uncertain => 10,
            C::VaultLocked | C::VaultAbsent | C::VaultRefused | C::VaultPassphrase => 11,
            C::VaultDamaged => 11,
            C::Cancelled | C::DatabaseNewer | C::DatabaseDamaged | C::DiskFull => 1,
            C::NotWritable | C::Unexplained => 1,
        }
    }
}

/// Remote words are untrusted and may be long: this much of them is kept, in characters.
const SAID_AT_MOST: usize = 2_000;

impl Problem {
    /// A problem of kind `code`; fill in the rest with the methods below.
    pub fn new(code: Code, title: impl Into<String>, means: impl Into<String>) -> Self {
        Self {
            code,
            title: title.into(),
            means: means.into(),
            said: None,
            retry: Retry::AfterChange,
            retry_after_ms: None,
            causes: Vec::new(),
            fields: Vec::new(),
            source: None,
        }
    }

    /// Adds the other side's own words, tamed and cut to a bounded length.
    #[must_use]
    pub fn said(mut self, words: impl AsRef<str>) -> Self {
        let kept: String = tame::lines(words.as_ref()).chars().take(SAID_AT_MOST).collect();
        self.said = (!kept.trim().is_empty()).then(|| kept.trim().to_owned());
        self
    }

    /// Says whether trying again can help.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Says how long to wait before trying again.
    #[must_use]
    pub fn after(mut self, wait: std::time::Duration) -> Self {
        self.retry = Retry::AfterWait;
        self.retry_after_ms = u64::try_from(wait.as_millis()).ok();
        self
    }

    /// Names the document that the explanation rests on.
    #[must_use]
    pub fn source(mut self, address: impl Into<String>) -> Self {
        self.source = Some(address.into());
        self
    }

    /// Settings that cannot be accepted, each with its remedy.
    pub fn invalid(fields: Vec<FieldFault>) -> Self {
        let title = match fields.as_slice() {
            [one] => format!("{} cannot be accepted", tame::line(&one.field)),
            many => format!("{} settings cannot be accepted", many.len()),
        };
        let means = fields
            .iter()
            .map(|f| format!("{}: {}. {}", tame::line(&f.field), f.fault, f.remedy))
            .collect::<Vec<_>>()
            .join("\n");
        Self { fields, ..Self::new(Code::InvalidSettings, title, means) }
    }
}
