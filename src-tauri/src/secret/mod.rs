//! Secrets: values that are used and never shown, and the stores that keep them.
//!
//! Invariant: a value leaves [`Secret`] only through [`Secret::expose`], on the line that puts it on
//! the wire or hands it to a store.

pub mod current;
pub mod file;
pub mod keychain;
pub mod memory;
mod platform;
mod spans;
pub mod veil;

use std::{fmt, sync::Arc};
use uuid::Uuid;
use zeroize::Zeroizing;

/// A password, token, code or key.
///
/// There is no `Display`, no `Serialize` and no `Deref`, so showing one to a log, a file or the
/// window is a compile error:
///
/// ```compile_fail,E0277
/// println!("{}", sendright::secret::Secret::new("hunter2"));
/// ```
/// ```compile_fail,E0277
/// serde_json::to_string(&sendright::secret::Secret::new("hunter2")).unwrap();
/// ```
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Wraps `value`; the memory is wiped when the last copy is dropped.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(value.into())))
    }

    /// The value itself, for the one line that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    /// Secrets go in; they never come out, so there is no `Serialize`.
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::new)
    }
}

/// Which secret of its owner.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "kebab-case")]
pub enum SecretName {
    /// An app registration's client secret.
    ClientSecret,
    /// An app registration's private key with its certificate, PEM.
    Certificate,
    /// The password of the file that an app registration's certificate comes in.
    CertificatePassword,
    /// A profile's SMTP password.
    Password,
    /// A profile's IMAP password.
    ImapPassword,
    /// What renews a profile's sign-in.
    RefreshToken,
    /// The password of a profile's proxy.
    ProxyPassword,
}

impl SecretName {
    /// Every name, in the order they are listed to people.
    pub const ALL: [Self; 7] = [
        Self::ClientSecret,
        Self::Certificate,
        Self::CertificatePassword,
        Self::Password,
        Self::ImapPassword,
        Self::RefreshToken,
        Self::ProxyPassword,
    ];

    /// As it stands on the command line and in the keychain.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client-secret",
            Self::Certificate => "certificate",
            Self::CertificatePassword => "certificate-password",
            Self::Password => "password",
            Self::ImapPassword => "imap-password",
            Self::RefreshToken => "refresh-token",
            Self::ProxyPassword => "proxy-password",
        }
    }

    /// `value` as it is kept. A provider makes client secrets and people copy them: blanks and line ends around one
    /// are none of it. A password may begin or end with a blank.
    pub fn kept(self, value: Secret) -> Secret {
        let trimmed = value.expose().trim();
        if self != Self::ClientSecret || trimmed.len() == value.expose().len() {
            return value;
        }
        Secret::new(trimmed)
    }
}

/// Where one secret is kept: its owner's id (profile or registration) and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretKey {
    /// Profile or registration.
    pub owner: Uuid,
    /// Which of its secrets.
    pub name: SecretName,
}

impl SecretKey {
    /// The secret `name` of `owner`.
    pub fn new(owner: impl Into<Uuid>, name: SecretName) -> Self {
        Self { owner: owner.into(), name }
    }
}

/// Keeps secrets. Calls block (the operating system may be asking the person): from async code they
/// go through `spawn_blocking`.
pub trait SecretStore: Send + Sync + fmt::Debug {
    /// What the person calls it: "keychain" or "file".
    fn kind(&self) -> VaultKind;
    /// Where it is, for sentences: "the keychain", or which file.
    fn place(&self) -> String {
        match self.kind() {
            VaultKind::Keychain => "the keychain".to_owned(),
            VaultKind::File => "the vault file".to_owned(),
            VaultKind::Memory => "this program's memory".to_owned(),
        }
    }
    /// Whether there can be secrets in it, as far as is seen without opening it.
    fn is_there(&self) -> bool {
        true
    }
    /// Whether it is there and open. Asks for a secret that nobody has.
    fn ready(&self) -> Result<(), VaultError> {
        self.get(&SecretKey { owner: Uuid::nil(), name: SecretName::RefreshToken }).map(|_| ())
    }
    /// Opens it, and makes it where it has to be made: what is asked next does not take long. For those
    /// who hold something meanwhile that others wait for.
    fn make(&self) -> Result<(), VaultError> {
        self.ready()
    }
    /// Begins to connect, so that the first question is answered sooner. Nobody waits for it, and a
    /// fault comes to light with that question.
    fn prepare(&self) {}
    /// Stores `secret` under `key`, replacing what was there. Either the old or the new value is
    /// there afterwards, never a part of one. `label` is what the keychain's own tools show, for
    /// example "Invoices: refresh token".
    fn put(&self, key: &SecretKey, secret: &Secret, label: &str) -> Result<(), VaultError>;
    /// The secret, or `None` when there is none.
    fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError>;
    /// Removes it; nothing happens when there is none.
    fn forget(&self, key: &SecretKey) -> Result<(), VaultError>;
}

/// Which kind of vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "kebab-case")]
pub enum VaultKind {
    /// The operating system's keychain.
    Keychain,
    /// A file encrypted with a passphrase.
    File,
    /// In memory: tests and the demo.
    Memory,
}

/// Why a vault did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The keychain is there but locked, and nobody unlocked it.
    #[error("the keychain is locked")]
    Locked {
        /// What the operating system said.
        said: String,
    },
    /// There is no keychain to talk to.
    #[error("there is no keychain")]
    Absent {
        /// What the operating system said.
        said: String,
    },
    /// The keychain answered, and said no.
    #[error("the keychain refused: {said}")]
    Refused {
        /// What the operating system said.
        said: String,
    },
    /// The passphrase does not open the vault file.
    #[error("the passphrase does not open {path}")]
    WrongPassphrase {
        /// The vault file.
        path: String,
    },
    /// No passphrase was given, and there is nobody to ask.
    #[error("the vault file needs a passphrase")]
    NoPassphrase,
    /// The vault file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The vault file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The vault file is not one of ours, or is damaged.
    #[error("{path} is not a readable vault: {said}")]
    Damaged {
        /// The vault file.
        path: String,
        /// What is wrong with it.
        said: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing_of_itself() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn blanks_around_a_client_secret_are_none_of_it_and_around_a_password_are() {
        let kept = |name: SecretName, value| name.kept(Secret::new(value)).expose().to_owned();
        assert_eq!(kept(SecretName::ClientSecret, " ab c\u{a0}\r\n"), "ab c");
        assert_eq!(kept(SecretName::Password, " ab c "), " ab c ");
    }
}
