//! `show`

mod registration;

use super::{
    Cli, Done,
    columns::{columns, pair},
    profiles::health,
};
use crate::{
    api::{
        AdminConsent, Credential, Fit, ImapServerSettings, ProfileSettings, ProfileView,
        ServerSettings,
    },
    explain::{Bearer, Code, Keeper},
    profile::{SignIn, Transport},
};
use clap::Args;

/// Shows one sender, or one app registration: its settings, its credentials and how it is doing.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Its name or id.
    profile: String,
}

impl Show {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let id = match cli.app.find_profile(&self.profile).await {
            Err(unknown) if unknown.code == Code::UnknownProfile => {
                return registration::show(cli, &self.profile, unknown).await;
            }
            found => found?,
        };
        let view = cli.app.get_profile(id).await?;
        let backup = match view.settings.backup {
            Some(id) => match cli.app.get_profile(id).await {
                // It was removed a moment ago, and can still be put back.
                Err(gone) if gone.code == Code::UnknownProfile => {
                    "a sender that is removed".to_owned()
                }
                found => found?.row.name,
            },
            None => String::new(),
        };
        cli.out.result(&view, || columns(&words(&view, &backup)));
        Ok(0)
    }
}

fn words(view: &ProfileView, backup: &str) -> Vec<Vec<String>> {
    let ProfileView { row, settings, effective, identity, .. } = view;
    let by_graph = row.transport == Transport::Graph;
    let unproved = identity.account_mailbox == Fit::Mismatch;
    let health = format!("{}: {}", health(row.health), row.health_note);
    let mut lines = vec![
        pair("name", &row.name),
        pair("id", row.id.to_string()),
        pair("health", health),
        pair("mailbox", &row.mailbox),
        pair("from", &identity.from),
        pair("reply-to", &settings.reply_to),
        pair("may send as", settings.send_as.join(", ")),
        pair("account", identity.account.as_deref().unwrap_or("nobody yet")),
        pair("rights", other_account(view).filter(|_| unproved).unwrap_or_default()),
        pair("transport", row.transport.as_str()),
        pair("sign-in", row.sign_in.as_str()),
        pair("registration", view.registration_name.as_deref().unwrap_or("none")),
        pair("administrator", view.admin_consent.as_ref().map(allowed).unwrap_or_default()),
        pair("scopes", effective.scopes.join(" ")),
        pair("renewal", renewal(settings)),
        pair("smtp", effective.smtp.as_ref().map(server).unwrap_or_default()),
        pair("graph", effective.graph_url.as_deref().filter(|_| by_graph).unwrap_or_default()),
        pair("sent items", if settings.save_to_sent_items { "" } else { "no copy is kept" }),
        pair("imap", settings.imap.as_ref().map(imap).unwrap_or_default()),
        pair("redirect", effective.redirect.as_deref().unwrap_or_default()),
        pair("route", format!("{}: {}", settings.route, effective.route)),
        pair("technical mail", &settings.technical_mail),
        pair("backup", backup),
        pair("tags", settings.tags.join(", ")),
    ];
    lines.extend(view.credentials.iter().map(|one| pair(&one.name, credential(one))));
    lines.extend(view.not_yet.iter().map(|words| pair("not used yet", words)));
    lines.retain(|line| !line[1].is_empty());
    lines
}

/// What is to be known where another account than the mailbox's own is signed in.
pub(super) fn other_account(ProfileView { row, identity, .. }: &ProfileView) -> Option<String> {
    let bearer = Bearer {
        sign_in: row.sign_in,
        account: identity.account.as_deref().filter(|_| row.sign_in == SignIn::Delegated),
        mailbox: &row.mailbox,
        keeper: Keeper::behind(row.provider),
    };
    bearer.other_account()
}

fn server(server: &ServerSettings) -> String {
    let ServerSettings { host, port, security, min_tls, ca_file, auth, allow_plaintext, chunking } =
        server;
    let ca = if ca_file.is_empty() { String::new() } else { format!(", trusting {ca_file} too") };
    let clear = if allow_plaintext.is_empty() { "" } else { ", in clear text" };
    let chunks = if *chunking { ", with CHUNKING" } else { "" };
    format!("{host}:{port} ({security}, TLS {min_tls} or newer, auth {auth}){ca}{clear}{chunks}")
}

fn imap(ImapServerSettings { host, port, user, security }: &ImapServerSettings) -> String {
    format!("{user} at {host}:{port} ({security})")
}

/// How early tokens are renewed, where there are any.
fn renewal(settings: &ProfileSettings) -> String {
    match settings.sign_in {
        SignIn::Delegated | SignIn::AppOnly => {
            format!("{} s before a token ends", settings.token_grace_seconds)
        }
        SignIn::Password | SignIn::None => String::new(),
    }
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
