//! What both programs are told before anything else: where data lives, which vault keeps secrets.

use crate::{
    app::Parts,
    clock::Clock,
    db::Db,
    explain::{Code, Problem},
    net::{
        limits::Limits,
        route::{Surroundings, Variable},
    },
    paths::Paths,
    secret::{Secret, SecretStore, file::FileVault, keychain::Keychain},
    settings,
};
use std::{fs::File, io::Read as _, path::PathBuf, sync::Arc, time::Duration};

/// Options of both programs; each can stand in the environment instead.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Start {
    /// Keep everything in this directory
    #[arg(long, value_name = "DIR", env = "SENDRIGHT_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Where passwords and tokens are kept; left out: in the keychain, unless the file was chosen in the window
    #[arg(long, value_name = "VAULT", env = "SENDRIGHT_VAULT", global = true, value_enum)]
    pub vault: Option<Vault>,
    /// The file with the passphrase of the vault file
    #[arg(long, value_name = "FILE", env = "SENDRIGHT_PASSPHRASE_FILE", global = true)]
    pub passphrase_file: Option<PathBuf>,
    /// Wait at most so long for each answer of another computer; left out: 60 seconds for a web service,
    /// and for a mail server what RFC 5321 gives it: 5 minutes for most, 2 before the message, 3 for
    /// each part of it, 10 for the answer that says whether it was taken
    #[arg(long, value_name = "SECONDS", global = true, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub timeout: Option<u64>,
}

/// A passphrase file of so many octets holds something else.
const MOST: usize = 64 * 1024;

/// Which vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Vault {
    /// The operating system's keychain
    Keychain,
    /// A file encrypted with a passphrase
    File,
}

impl Start {
    /// `command` with what is set and empty in the environment as if it were not set.
    #[must_use]
    #[allow(clippy::disallowed_methods)] // with the options, this is where the environment is read
    pub fn without_empty_variables(command: clap::Command) -> clap::Command {
        command.mut_args(|option| {
            let variable = option.get_env().and_then(std::env::var_os);
            if variable.is_some_and(|value| value.is_empty()) {
                option.env(None::<&str>)
            } else {
                option
            }
        })
    }

    /// Where everything lives.
    ///
    /// # Errors
    /// When nothing was said and the person has no home directory.
    pub fn paths(&self) -> Result<Paths, Problem> {
        let said = self.data_dir.clone().map(Paths::at);
        said.or_else(Paths::of_the_platform).ok_or_else(|| {
            Problem::new(
                Code::NotWritable,
                "There is no place for data",
                "This user has no home directory. Name a directory with `--data-dir` or \
                 SENDRIGHT_DATA_DIR.",
            )
        })
    }

    /// What an [`App`](crate::app::App) is made of. `ask` asks the person for the passphrase of the
    /// vault file, where there is a person; it is asked only when that vault was chosen and no file
    /// was named.
    ///
    /// # Errors
    /// When there is no place for data, or the passphrase cannot be read.
    pub fn parts(&self, ask: impl FnOnce() -> Option<Secret>) -> Result<Parts, Problem> {
        let paths = self.paths()?;
        let (vault, db) = self.vault(&paths)?;
        let vault: Arc<dyn SecretStore> = match vault {
            Vault::Keychain => Arc::new(Keychain::new()),
            Vault::File => {
                let passphrase = self.passphrase().transpose()?.or_else(ask);
                Arc::new(FileVault::new(paths.vault_file(), passphrase))
            }
        };
        let (clock, limits) = (Clock::system(), self.limits());
        Ok(Parts { paths, db, vault, clock, limits, surroundings: surroundings() })
    }

    fn limits(&self) -> Limits {
        let usual = Limits::default();
        self.timeout.map_or(usual, |seconds| usual.at_most(Duration::from_secs(seconds)))
    }

    /// The vault that was named, else the one that was chosen once; and the database, where it was
    /// asked.
    fn vault(&self, paths: &Paths) -> Result<(Vault, Option<Db>), Problem> {
        let database = paths.database();
        if let Some(named) = self.vault {
            return Ok((named, None));
        }
        if !database.exists() {
            return Ok((Vault::Keychain, None));
        }
        let db = Db::open(&database)?;
        let vault = if settings::vault_file(&db)? { Vault::File } else { Vault::Keychain };
        Ok((vault, Some(db)))
    }

    fn passphrase(&self) -> Option<Result<Secret, Problem>> {
        let file = self.passphrase_file.as_ref()?;
        let refused = |what: &str| {
            let named = "is named by SENDRIGHT_PASSPHRASE_FILE or --passphrase-file.";
            let means = format!("{} {named}", file.display());
            Problem::new(Code::VaultPassphrase, format!("The passphrase file {what}"), means)
        };
        let mut text = String::new();
        let read =
            File::open(file).and_then(|file| file.take(MOST as u64).read_to_string(&mut text));
        let passphrase = text.trim_end_matches(['\r', '\n']);
        Some(match read {
            Err(error) => Err(refused("cannot be read").said(error.to_string())),
            Ok(MOST) => Err(refused("is too large")),
            Ok(_) if passphrase.is_empty() => Err(refused("is empty")),
            Ok(_) => Ok(Secret::new(passphrase)),
        })
    }
}

/// Where the operating system's proxy settings are read from. The lower-case names win, as in curl.
#[allow(clippy::disallowed_methods)] // with the options, this is where the environment is read
fn surroundings() -> Surroundings {
    const NAMES: [&str; 6] =
        ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];
    let variable = |name| {
        // What is not UTF-8 is kept as well: it is said to be unusable, not passed over.
        let value = Secret::new(std::env::var_os(name)?.to_string_lossy());
        Some(Variable { name, value })
    };
    Surroundings::new(
        NAMES.into_iter().filter_map(variable).collect(),
        std::env::var("XDG_CURRENT_DESKTOP").ok().filter(|name| !name.is_empty()),
        directories::BaseDirs::new().map(|dirs| dirs.config_dir().to_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::VaultKind;
    use std::fs;

    fn start(vault: Option<Vault>, passphrase_file: Option<PathBuf>) -> Start {
        Start { data_dir: Some("/nowhere".into()), vault, passphrase_file, timeout: None }
    }

    #[test]
    fn the_passphrase_comes_from_its_file_or_from_the_person_who_is_asked_only_then() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("passphrase");
        fs::write(&file, "correct horse\n").unwrap();

        let keychain = start(None, None).parts(|| unreachable!("nobody is asked"));
        assert_eq!(keychain.unwrap().vault.kind(), VaultKind::Keychain);
        let from_file =
            start(Some(Vault::File), Some(file)).parts(|| unreachable!("nobody is asked"));
        assert_eq!(from_file.unwrap().vault.kind(), VaultKind::File);
        let mut asked = false;
        let typed = start(Some(Vault::File), None).parts(|| {
            asked = true;
            Some(Secret::new("typed"))
        });
        assert!(asked && typed.is_ok());

        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::at(dir.path());
        settings::keep_vault_file(&Db::open(&paths.database()).unwrap(), true).unwrap();
        let chosen = |vault| Start {
            data_dir: Some(dir.path().into()),
            vault,
            passphrase_file: None,
            timeout: None,
        };
        let kind = |vault| chosen(vault).parts(|| None).unwrap().vault.kind();
        assert_eq!(kind(None), VaultKind::File, "it was chosen once");
        assert_eq!(kind(Some(Vault::Keychain)), VaultKind::Keychain, "it was named");

        let missing = start(Some(Vault::File), Some("/nowhere/passphrase".into())).parts(|| None);
        let problem = missing.unwrap_err();
        assert_eq!(problem.code, Code::VaultPassphrase);
        assert!(problem.means.contains("/nowhere/passphrase"));
        let empty = dir.path().join("empty");
        fs::write(&empty, "\n").unwrap();
        let problem = start(Some(Vault::File), Some(empty)).parts(|| None).unwrap_err();
        assert_eq!(problem.title, "The passphrase file is empty");
    }
}
