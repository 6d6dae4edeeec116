//! Why the vault did not give or take a secret, in words.

use super::problem::{Code, Problem, Retry};
use crate::secret::{SecretName, SecretStore, VaultError};
use std::io::ErrorKind;

/// What opens a locked keychain on this platform.
const UNLOCK: &str = if cfg!(target_os = "macos") {
    "Unlock it with `security unlock-keychain` or in Keychain Access, then try again."
} else if cfg!(windows) {
    "Sign in to Windows with your password, then try again."
} else {
    "Unlock it by signing in to the desktop or with Passwords and Keys (seahorse), then try again. \
     On a machine without a desktop use the vault in a file: `--vault file` or `SENDRIGHT_VAULT=file`."
};

/// How to do without a keychain.
const FILE_VAULT: &str = "Use the vault in a file, encrypted with a passphrase: `--vault file` or \
     `SENDRIGHT_VAULT=file`, with the passphrase in a file that `SENDRIGHT_PASSPHRASE_FILE` names, \
     or typed when asked.";

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Locked { said } => Self::new(
                Code::VaultLocked,
                "The keychain is locked",
                format!("It keeps the passwords and tokens of your senders. {UNLOCK}"),
            )
            .said(said),
            VaultError::Absent { said } => Self::new(
                Code::VaultAbsent,
                "There is no keychain to keep secrets in",
                format!(
                    "The operating system offers none to this session, as on servers, in containers \
                     and over ssh. {FILE_VAULT}"
                ),
            )
            .said(said),
            VaultError::Refused { said } => Self::new(
                Code::VaultRefused,
                "The keychain refused",
                "It answered, and did not do what it was asked. Its own words say why.",
            )
            .said(said),
            VaultError::WrongPassphrase { path } => Self::new(
                Code::VaultPassphrase,
                "The passphrase does not open the vault",
                format!(
                    "{path} was made with another passphrase. Type it again, or look at the file that \
                     SENDRIGHT_PASSPHRASE_FILE names; a forgotten passphrase cannot be recovered."
                ),
            ),
            VaultError::NoPassphrase => Self::new(
                Code::VaultPassphrase,
                "The vault file needs its passphrase",
                "It was not given. Type it when asked, or write it into a file that only you can read, \
                 and name that file in SENDRIGHT_PASSPHRASE_FILE.",
            ),
            VaultError::File { path, source } => unreachable_file(&path, &source),
            VaultError::Damaged { path, said } => Self::new(
                Code::VaultDamaged,
                "The vault file is damaged",
                format!(
                    "{path} is not what Sendright wrote. Nothing was changed in it. Bring it back \
                     from a backup, or move it away and sign your senders in again."
                ),
            )
            .said(said),
        }
    }
}

impl Problem {
    /// `vault` does not have the secret `name` of `whose`, which was stored in it or in another one.
    pub fn gone_from_vault(whose: &str, name: SecretName, vault: &dyn SecretStore) -> Self {
        let (place, words) = (vault.place(), name.as_str().replace('-', " "));
        let fault = if vault.is_there() {
            format!("It was stored once, and {place} does not have it.")
        } else {
            format!("It was stored once, and {place} is not there.")
        };
        let anew = match name {
            SecretName::RefreshToken => format!("sign in again: `sendright consent \"{whose}\"`"),
            _ => format!(
                "store it again: `sendright secret set \"{whose}\" {}`, or in the settings",
                name.as_str()
            ),
        };
        Self::new(
            Code::SignInNeeded,
            format!("The {words} of {whose} is not in this vault"),
            format!(
                "{fault} Name the vault that it was stored in with `--vault`, bring that back, or {anew}."
            ),
        )
    }
}

fn unreachable_file(path: &str, source: &std::io::Error) -> Problem {
    let remedy = match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "The disk is full. Make room on it.",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "Sendright may not read or write there. Change who may, or move its data with `--data-dir`."
        }
        ErrorKind::TimedOut => "Another Sendright is using it and does not come to an end.",
        _ => "Its directory must exist and be writable.",
    };
    let retry =
        if source.kind() == ErrorKind::TimedOut { Retry::AfterWait } else { Retry::AfterChange };
    Problem::new(
        Code::VaultRefused,
        "The vault file cannot be used",
        format!("{path} could not be read or written. {remedy}"),
    )
    .said(source.to_string())
    .retry(retry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn every_failure_of_a_vault_has_its_remedy_and_ends_with_11() {
        let (path, said) = (|| "/d/vault.age".to_owned(), || "words".to_owned());
        let table = [
            (VaultError::Locked { said: said() },                                   UNLOCK),
            (VaultError::Absent { said: said() },                                   "--vault file"),
            (VaultError::Refused { said: said() },                                  "own words"),
            (VaultError::WrongPassphrase { path: path() },                          "SENDRIGHT_PASSPHRASE_FILE"),
            (VaultError::NoPassphrase,                                              "SENDRIGHT_PASSPHRASE_FILE"),
            (VaultError::File { path: path(), source: ErrorKind::StorageFull.into() }, "Make room"),
            (VaultError::File { path: path(), source: ErrorKind::TimedOut.into() },    "Another Sendright"),
            (VaultError::Damaged { path: path(), said: said() },                    "backup"),
        ];
        for (error, remedy) in table {
            let told = error.to_string();
            let problem = Problem::from(error);
            assert!(problem.means.contains(remedy), "{told}: {}", problem.means);
            assert_eq!(problem.code.exit_code(), 11, "{told}");
        }
    }
}
