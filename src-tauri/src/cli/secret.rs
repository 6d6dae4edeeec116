//! `secret set`

use super::{Cli, Done, ask};
use crate::{
    api::{SecretInput, SetSecret},
    explain::{Code, Problem},
    profile::RegistrationId,
    secret::{Secret as Value, SecretName},
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use std::io::{self, IsTerminal as _, Read as _};

/// A secret longer than this is none, in octets.
const AT_MOST: u64 = 256 * 1024;

/// Puts secrets into the vault.
#[derive(Debug, Args)]
pub(super) struct Secret {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Reads one secret from a prompt, or from stdin, into the vault.
    Set {
        /// The sender or app registration whose secret it is.
        #[arg(value_name = "PROFILE|REGISTRATION")]
        owner: String,
        /// Which of its secrets.
        #[arg(value_enum)]
        name: Name,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// An app registration's client secret.
    ClientSecret,
    /// A sender's SMTP password.
    Password,
    /// A sender's IMAP password.
    ImapPassword,
}

impl Secret {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let What::Set { owner: asked, name } = self.what;
        let owner = cli.app.find_owner(&asked).await?;
        let registrations = cli.app.list_registrations(()).await?;
        let id = Some(RegistrationId(owner));
        let of_registration = registrations.iter().any(|one| one.settings.id == id);
        if of_registration != (name == Name::ClientSecret) {
            return Err(elsewhere(&asked, of_registration));
        }
        let name = match name {
            Name::ClientSecret => SecretName::ClientSecret,
            Name::Password => SecretName::Password,
            Name::ImapPassword => SecretName::ImapPassword,
        };
        let value = read(name)?;
        cli.app.set_secret(SecretInput { key: SetSecret { owner, name }, value }).await?;
        let words = format!("The {} of {asked} is in the vault.", name.as_str().replace('-', " "));
        cli.out.result(&json!({ "owner": owner, "name": name }), words);
        Ok(0)
    }
}

/// The secret, from the person or from stdin, without the line end.
fn read(name: SecretName) -> Result<Value, Problem> {
    if io::stdin().is_terminal() {
        return ask::ask(&format!("The {}: ", name.as_str().replace('-', " ")));
    }
    let mut text = zeroize::Zeroizing::new(String::new());
    io::stdin()
        .take(AT_MOST)
        .read_to_string(&mut text)
        .map_err(|error| Problem::reading("stdin".as_ref(), &error))?;
    Ok(Value::new(text.trim_end_matches(['\r', '\n'])))
}

fn elsewhere(asked: &str, of_registration: bool) -> Problem {
    let (whose, means) = if of_registration {
        ("an app registration", "It has a client-secret; passwords belong to senders.")
    } else {
        (
            "a sender",
            "It has a password and an imap-password; a client-secret belongs to its app registration.",
        )
    };
    Problem::new(Code::InvalidSettings, format!("{asked} is {whose}"), means)
}
