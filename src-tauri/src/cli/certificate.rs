//! `certificate`, and what `secret set … certificate` reads.

use super::{
    Cli, Done, ask,
    columns::{columns, pair},
    read,
};
use crate::{
    api::{CertificateView, SaveRegistration},
    certificate::Files,
    explain::{Code, Problem},
    profile::{CertificateAlgorithm, RegistrationId},
};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::{
    fs,
    io::{self, IsTerminal as _},
    path::PathBuf,
};

/// Shows an app registration's certificate; writes its public part for the portal; chooses how it signs.
#[derive(Debug, Args)]
pub(super) struct Certificate {
    /// The app registration's name or id.
    registration: String,
    /// Writes the public part, PEM: what is uploaded under Certificates & secrets.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// Chooses how it signs: ps256, unless the provider knows rs256 only.
    #[arg(long, value_enum)]
    algorithm: Option<Algorithm>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Algorithm {
    Ps256,
    Rs256,
}

/// Where a certificate comes from, when not from stdin.
#[derive(Debug, Args)]
pub(super) struct Source {
    /// Certificate and key: PEM or PFX; left out: stdin. Only for a certificate.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The key, PEM, where it has a file of its own. Only for a certificate.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// A file with the password of the key or PFX; left out: a prompt. Only for a certificate.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Certificate {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let id = cli.app.find_owner(&self.registration).await?;
        let known = cli.app.list_registrations(()).await?;
        let known = known.into_iter().find(|one| one.settings.id == Some(RegistrationId(id)));
        let mut known = known.ok_or_else(|| no_registration(&self.registration))?;
        if let Some(algorithm) = self.algorithm {
            let seen = Some(known.settings.clone());
            known.settings.certificate_algorithm = match algorithm {
                Algorithm::Ps256 => CertificateAlgorithm::Ps256,
                Algorithm::Rs256 => CertificateAlgorithm::Rs256,
            };
            let settings = known.settings.clone();
            cli.app.save_registration(SaveRegistration { settings, seen }).await?;
        }
        if let Some(path) = &self.export {
            let pem = cli.app.certificate_pem(RegistrationId(id)).await?;
            fs::write(path, pem).map_err(|error| Problem::writing(path, &error))?;
        }
        let algorithm = known.settings.certificate_algorithm;
        let data = json!({
            "registration": known.settings.name, "certificate": known.certificate,
            "certificate_algorithm": algorithm, "proves_itself_with": known.proves_itself_with,
        });
        let words = || match &known.certificate {
            None => format!("{} has no certificate.", known.settings.name),
            Some(facts) => words(facts, algorithm),
        };
        cli.out.result(&data, words);
        Ok(0)
    }
}

fn words(facts: &CertificateView, algorithm: CertificateAlgorithm) -> String {
    let CertificateView { subject, serial, not_before, not_after, thumbprint, sha256, bits } =
        facts;
    columns(&[
        pair("subject", subject),
        pair("serial number", serial),
        pair("valid", format!("{not_before} to {not_after}")),
        pair("thumbprint", thumbprint),
        pair("SHA-256", sha256),
        pair("key", format!("RSA, {bits} bits")),
        pair("signs with", algorithm.to_string()),
    ])
}

impl Source {
    /// Refuses files where the secret is no certificate.
    pub(super) fn none(&self) -> Result<(), Problem> {
        match self {
            Self { file: None, key_file: None, password_file: None } => Ok(()),
            _ => Err(Problem::new(
                Code::InvalidSettings,
                "Only a certificate is read from files",
                "Type this secret at the prompt, or send it to stdin.",
            )),
        }
    }

    fn read(&self) -> Result<Files, Problem> {
        if self.file.is_none() && io::stdin().is_terminal() {
            return Err(no_file());
        }
        let file = read::octets(self.file.as_deref())?;
        let key_file = self.key_file.as_deref().map(|file| read::octets(Some(file))).transpose()?;
        let password = self.password_file.as_deref().map(|file| read::secret(Some(file)));
        let password = password.transpose()?;
        Ok(Files { file, key_file, password })
    }
}

/// Takes a certificate in for a registration that the person calls `asked`; asks for the password where one is missing.
pub(super) async fn set(cli: &Cli, id: RegistrationId, asked: &str, source: &Source) -> Done {
    let files = source.read()?;
    let kept = match cli.app.keep_certificate(id, files.clone()).await {
        Err(problem) if source.lacks_password(&problem) => {
            let password = Some(ask::ask("The password of the certificate's file: ")?);
            cli.app.keep_certificate(id, Files { password, ..files }).await?
        }
        kept => kept?,
    };
    let words = || {
        format!(
            "The certificate of {asked} is in the vault: {}, thumbprint {}, until {}.",
            kept.subject, kept.thumbprint, kept.not_after
        )
    };
    cli.out.result(&json!({ "owner": id, "name": "certificate", "certificate": kept }), words);
    Ok(0)
}

impl Source {
    /// Whether somebody is there to give the password that is wanted.
    fn lacks_password(&self, problem: &Problem) -> bool {
        let wanted = problem.fields.iter().any(|fault| fault.field == "certificate.password");
        wanted && self.password_file.is_none() && self.file.is_some() && io::stdin().is_terminal()
    }
}

fn no_file() -> Problem {
    Problem::new(
        Code::InvalidSettings,
        "Nothing says where the certificate is",
        "Name its file with --file, or send it to stdin: PEM with certificate and key, or PFX.",
    )
}

fn no_registration(asked: &str) -> Problem {
    Problem::new(
        Code::UnknownRegistration,
        format!("{asked} is a sender"),
        "Certificates belong to app registrations; `sendright show` names the sender's.",
    )
}
