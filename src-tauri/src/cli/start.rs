//! What a command needs before it can begin: the data directory, the vault, the log.

use crate::{
    app::{App, Parts},
    clock::Clock,
    explain::{Code, Problem},
    net::limits::Limits,
    paths::Paths,
    secret::{Secret, SecretStore, VaultError, file::FileVault, keychain::Keychain},
};
use clap::{Args, ValueEnum};
use std::{
    fs,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where everything is kept.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// Keeps everything in DIR: database, logs, vault file.
    #[arg(long, global = true, value_name = "DIR", env = "SENDRIGHT_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Keeps secrets in the system's keychain, or in a file encrypted with a passphrase.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "KIND",
        env = "SENDRIGHT_VAULT",
        default_value = "keychain"
    )]
    vault: Vault,
    /// Reads the vault file's passphrase from FILE instead of asking for it.
    #[arg(long, global = true, value_name = "FILE", env = "SENDRIGHT_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Vault {
    /// The operating system's keychain.
    Keychain,
    /// A file encrypted with a passphrase.
    File,
}

/// Opens the app. `secrets`: the command will need the vault, so the passphrase is worth asking for.
pub(super) fn open(place: &Place, secrets: bool) -> Result<App, Problem> {
    let paths = place.data_dir.clone().map(Paths::at).or_else(Paths::of_the_platform);
    let paths = paths.ok_or_else(homeless)?;
    let vault: Arc<dyn SecretStore> = match place.vault {
        Vault::Keychain => Arc::new(Keychain::new()),
        Vault::File => {
            let file = paths.vault_file();
            let passphrase = if secrets { passphrase(place, &file)? } else { None };
            Arc::new(FileVault::new(file, passphrase))
        }
    };
    let clock = Clock::system();
    let app = App::open(Parts { paths: paths.clone(), vault, clock, limits: Limits::default() })?;
    Ok(app)
}

/// The vault file's passphrase: from the file that is named, else from the person, if there is one.
fn passphrase(place: &Place, vault: &Path) -> Result<Option<Secret>, Problem> {
    if let Some(file) = &place.passphrase_file {
        let text = fs::read_to_string(file).map_err(|error| Problem::reading(file, &error))?;
        return Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n']))));
    }
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let first = ask("Passphrase of the vault file: ")?;
    if !vault.exists()
        && ask("The vault file is new. The same passphrase again: ")?.expose() != first.expose()
    {
        return Err(Problem::new(
            Code::VaultPassphrase,
            "The two passphrases differ",
            "Nothing was stored. Try again; without the passphrase nobody can open the vault.",
        ));
    }
    Ok(Some(first))
}

/// Asks the person for a secret; what is typed is not shown.
pub(super) fn ask(question: &str) -> Result<Secret, Problem> {
    rpassword::prompt_password(question)
        .map(Secret::new)
        .map_err(|error| Problem::from(VaultError::NoPassphrase).said(error.to_string()))
}

fn homeless() -> Problem {
    Problem::new(
        Code::NotWritable,
        "There is no home directory",
        "Sendright does not know where to keep its data. Name a directory with --data-dir or \
         SENDRIGHT_DATA_DIR.",
    )
}

/// The operating system gives no threads.
pub(super) fn no_threads(error: &io::Error) -> Problem {
    let means = "The operating system gave it no threads. Close other programs and try again.";
    Problem::new(Code::Unexplained, "Sendright could not start", means).said(error.to_string())
}
