//! `profiles`

use super::{Cli, Done, columns::columns};
use crate::api::{Health, ProfileRow, RegistrationView};
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
        cli.out.result(&data, || words(&rows, &registrations));
        Ok(0)
    }
}

fn words(rows: &[ProfileRow], registrations: &[RegistrationView]) -> String {
    let senders = if rows.is_empty() {
        "There are no senders yet. `sendright apply -f FILE` adds some; `sendright demo` shows how it works."
            .to_owned()
    } else {
        columns(&rows.iter().map(row).collect::<Vec<_>>())
    };
    if registrations.is_empty() {
        return senders;
    }
    let registrations = columns(&registrations.iter().map(registration).collect::<Vec<_>>());
    format!("{senders}\n\nApp registrations:\n{registrations}")
}

fn registration(RegistrationView { settings, used_by, .. }: &RegistrationView) -> Vec<String> {
    let used_by = if used_by.is_empty() { "nobody".to_owned() } else { used_by.join(", ") };
    vec![
        settings.name.clone(),
        settings.provider.to_string(),
        settings.tenant.clone(),
        settings.client_id.clone(),
        format!("used by {used_by}"),
    ]
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
        Health::Expired => "expired",
        Health::Failing => "failing",
        Health::Disabled => "disabled",
        Health::NeverVerified => "not proved yet",
    }
}
