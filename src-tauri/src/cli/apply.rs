//! `apply`

use super::{Cli, Done, read};
use crate::{api::ApplyReport, secret::Secret};
use clap::Args;
use std::path::{Path, PathBuf};

/// Makes senders and app registrations be what a file says.
#[derive(Debug, Args)]
pub(super) struct Apply {
    /// The file, TOML; - reads stdin.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
}

impl Apply {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let text = read::text(&self.file).await?;
        let base_dir = self.file.parent().unwrap_or(Path::new("")).to_owned();
        let report = cli.app.apply(text, base_dir, variable).await?;
        cli.out.result(&report, || words(&report));
        Ok(0)
    }
}

#[allow(clippy::disallowed_methods)] // the command line is where the environment is read
fn variable(name: &str) -> Option<Secret> {
    std::env::var(name).ok().map(Secret::new)
}

fn words(report: &ApplyReport) -> String {
    let ApplyReport { created, changed, unchanged, not_yet, missing_secrets, found, sign_in_again } =
        report;
    let sign_in_again: Vec<_> = sign_in_again
        .iter()
        .map(|one| format!("{} ({} changed)", one.profile, one.changed.join(", ")))
        .collect();
    let lists = [
        ("created", created),
        ("changed", changed),
        ("unchanged", unchanged),
        ("not in the vault", missing_secrets),
        ("not used yet", not_yet),
        ("found", found),
        ("has to sign in again", &sign_in_again),
    ];
    let mut lines: Vec<_> = lines(&lists).collect();
    if lines.is_empty() {
        lines.push("The file names nothing.".to_owned());
    }
    lines.join("\n")
}

fn lines<'a>(lists: &'a [(&str, &Vec<String>)]) -> impl Iterator<Item = String> + 'a {
    lists.iter().flat_map(|(what, names)| names.iter().map(move |name| format!("{what}: {name}")))
}
