//! `show`

use super::{Cli, Done, out::columns, profiles::health};
use crate::api::{AdminConsent, Credential, ProfileView, ServerSettings};
use clap::Args;

/// Shows one sender: its settings, its credentials and how it is doing.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Its name or id.
    profile: String,
}

impl Show {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let id = cli.app.find_profile(&self.profile).await?;
        let view = cli.app.get_profile(id).await?;
        cli.out.result(&view, columns(&words(&view)));
        Ok(0)
    }
}

fn words(view: &ProfileView) -> Vec<Vec<String>> {
    let ProfileView { row, settings, effective, identity, .. } = view;
    let health = format!("{}: {}", health(row.health), row.health_note);
    let mut lines = vec![
        pair("name", &row.name),
        pair("id", &row.id.to_string()),
        pair("health", &health),
        pair("mailbox", &row.mailbox),
        pair("from", &identity.from),
        pair("account", identity.account.as_deref().unwrap_or("nobody yet")),
        pair("transport", row.transport.as_str()),
        pair("sign-in", row.sign_in.as_str()),
        pair("registration", view.registration_name.as_deref().unwrap_or("none")),
        pair("administrator", &view.admin_consent.as_ref().map(allowed).unwrap_or_default()),
        pair("scopes", &effective.scopes.join(" ")),
        pair("smtp", &effective.smtp.as_ref().map(server).unwrap_or_default()),
        pair("graph", effective.graph_url.as_deref().unwrap_or_default()),
        pair("redirect", effective.redirect.as_deref().unwrap_or_default()),
        pair("route", &format!("{}: {}", settings.route, effective.route)),
        pair("tags", &settings.tags.join(", ")),
    ];
    lines.extend(view.credentials.iter().map(|one| pair(&one.name, &credential(one))));
    lines.extend(view.not_yet.iter().map(|words| pair("not used yet", words)));
    lines.retain(|line| !line[1].is_empty());
    lines
}

fn pair(key: &str, value: &str) -> Vec<String> {
    vec![key.to_owned(), value.to_owned()]
}

fn server(ServerSettings { host, port, security, .. }: &ServerSettings) -> String {
    format!("{host}:{port} ({security})")
}

fn allowed(given: &AdminConsent) -> String {
    let tenant = given.tenant.as_deref().map(|tenant| format!(" in the tenant {tenant}"));
    format!("allowed the app at {}{}", given.granted_at, tenant.unwrap_or_default())
}

fn credential(one: &Credential) -> String {
    let there = if one.present { "present" } else { "missing" };
    let since = one.since.map(|at| format!(", since {at}")).unwrap_or_default();
    let until = one.expires_at.map(|at| format!(", until {at}")).unwrap_or_default();
    let note = if one.note.is_empty() { String::new() } else { format!(", {}", one.note) };
    format!("{there}{since}{until}{note}")
}
