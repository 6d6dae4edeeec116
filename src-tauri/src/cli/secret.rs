//! `secret set` and `secret remove`

use super::{Cli, Done, ask, certificate, read};
use crate::{
    api::{SecretInput, SetSecret},
    explain::{Code, Problem},
    profile::RegistrationId,
    secret::{Secret as Value, SecretName},
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use std::io::{self, IsTerminal as _};
use uuid::Uuid;

/// Puts secrets into the vault, and takes them out of it.
#[derive(Debug, Args)]
pub(super) struct Secret {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Reads one secret from a prompt, or from stdin, into the vault; a certificate also from files.
    Set {
        /// The sender or app registration whose secret it is.
        #[arg(value_name = "PROFILE|REGISTRATION")]
        owner: String,
        /// Which of its secrets.
        #[arg(value_enum)]
        name: Name,
        #[command(flatten)]
        files: certificate::Source,
    },
    /// Removes one secret from the vault for good.
    Remove {
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
    /// An app registration's private key with its certificate: PEM or PFX.
    Certificate,
    /// The password of the file that the certificate comes in, for `apply`.
    CertificatePassword,
    /// A sender's SMTP password.
    Password,
    /// A sender's IMAP password.
    ImapPassword,
    /// The password of a sender's proxy; its user name stands in the route.
    ProxyPassword,
}

impl From<Name> for SecretName {
    fn from(name: Name) -> Self {
        match name {
            Name::ClientSecret => Self::ClientSecret,
            Name::Certificate => Self::Certificate,
            Name::CertificatePassword => Self::CertificatePassword,
            Name::Password => Self::Password,
            Name::ImapPassword => Self::ImapPassword,
            Name::ProxyPassword => Self::ProxyPassword,
        }
    }
}

impl Secret {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        match self.what {
            What::Set { owner: asked, name: Name::Certificate, files } => {
                let owner = owner(cli, &asked, SecretName::Certificate).await?;
                certificate::set(cli, RegistrationId(owner), &asked, &files).await
            }
            What::Set { owner: asked, name, files } => {
                files.none()?;
                let name = SecretName::from(name);
                let owner = owner(cli, &asked, name).await?;
                let value = asked_for(name)?;
                cli.app.set_secret(SecretInput { key: SetSecret { owner, name }, value }).await?;
                let words = || format!("The {} of {asked} is in the vault.", shown(name));
                cli.out.result(&json!({ "owner": owner, "name": name }), words);
                Ok(0)
            }
            What::Remove { owner: asked, name } => {
                let name = SecretName::from(name);
                let owner = owner(cli, &asked, name).await?;
                cli.app.remove_secret(SetSecret { owner, name }).await?;
                let words =
                    || format!("The {} of {asked} is not in the vault any more.", shown(name));
                cli.out.result(&json!({ "owner": owner, "name": name }), words);
                Ok(0)
            }
        }
    }
}

/// The id of what the person calls `asked`, if it is what has a secret of that name.
async fn owner(cli: &Cli, asked: &str, name: SecretName) -> Result<Uuid, Problem> {
    let owner = cli.app.find_owner(asked).await?;
    let registrations = cli.app.list_registrations(()).await?;
    let id = Some(RegistrationId(owner));
    let of_registration = registrations.iter().any(|one| one.settings.id == id);
    let belongs_to_one = matches!(
        name,
        SecretName::ClientSecret | SecretName::Certificate | SecretName::CertificatePassword
    );
    if of_registration == belongs_to_one {
        Ok(owner)
    } else {
        Err(elsewhere(asked, of_registration))
    }
}

fn shown(name: SecretName) -> String {
    name.as_str().replace('-', " ")
}

/// The secret, from the person or from stdin.
fn asked_for(name: SecretName) -> Result<Value, Problem> {
    if io::stdin().is_terminal() {
        return ask::ask(&format!("The {}: ", shown(name)));
    }
    read::secret(None)
}

fn elsewhere(asked: &str, of_registration: bool) -> Problem {
    let (whose, means) = if of_registration {
        (
            "an app registration",
            "It has a client-secret or a certificate; passwords belong to senders.",
        )
    } else {
        (
            "a sender",
            "It has a password, an imap-password and a proxy-password; a client-secret and a certificate \
             belong to its app registration.",
        )
    };
    Problem::new(Code::InvalidSettings, format!("{asked} is {whose}"), means)
}
