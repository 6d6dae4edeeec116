//! `profiles`

use super::{Cli, Done, columns::columns};
use crate::api::{Health, ProfileRow};
use clap::Args;
use serde_json::json;

/// Lists the senders, how they are doing and what ends soon.
#[derive(Debug, Args)]
pub(super) struct Profiles {}

impl Profiles {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let rows = cli.app.list_profiles(()).await?;
        let registrations = cli.app.list_registrations(()).await?;
        let data = json!({ "profiles": rows, "registrations": registrations });
        cli.out.result(&data, || words(&rows));
        Ok(0)
    }
}

fn words(rows: &[ProfileRow]) -> String {
    if rows.is_empty() {
        return "There are no senders yet. `sendright apply -f FILE` adds some; `sendright demo` shows \
                how it works."
            .to_owned();
    }
    columns(&rows.iter().map(row).collect::<Vec<_>>())
}

fn row(row: &ProfileRow) -> Vec<String> {
    let sandbox = if row.sandbox { " (sandbox)" } else { "" };
    vec![
        health(row.health).to_owned(),
        format!("{}{sandbox}", row.name),
        row.mailbox.clone(),
        row.transport.to_string(),
        row.sign_in.to_string(),
        row.health_note.clone(),
    ]
}

/// How a sender is doing, in a word or two.
pub(super) fn health(health: Health) -> &'static str {
    match health {
        Health::Ready => "ready",
        Health::NeedsSignIn => "needs sign-in",
        Health::Expiring => "expiring",
        Health::Failing => "failing",
        Health::Disabled => "disabled",
        Health::NeverVerified => "never sent",
    }
}
