//! From TOML to drafts.

use super::{
    PlacedFault, Source,
    table::{Entry, Secrets, Table, not_toml},
};
use crate::{
    profile::check::{ImapDraft, ProfileDraft, RegistrationDraft, SmtpDraft},
    secret::SecretName,
};
use toml::de::DeTable;

/// All tables of the file.
pub(super) struct Entries {
    pub(super) registrations: Vec<Entry<RegistrationDraft>>,
    pub(super) profiles: Vec<Entry<ProfileDraft>>,
    /// What could not be read: of the wrong kind, or unknown.
    pub(super) faults: Vec<PlacedFault>,
}

/// Reads the file's tables.
///
/// # Errors
/// All that could not be read, where what it meant has to be known before the rest can be checked.
pub(super) fn entries(source: &Source<'_>) -> Result<Entries, Vec<PlacedFault>> {
    let (root, broken) = DeTable::parse_recoverable(source.text);
    if !broken.is_empty() {
        return Err(broken.iter().map(|error| not_toml(source.text, error)).collect());
    }
    let mut faults = Vec::new();
    let mut root = Table::new(source, root.get_ref(), String::new(), &mut faults);
    let registrations = root.tables("registration", registration);
    let profiles = root.tables("profile", profile);
    root.nothing_else();
    // The rest of the file may refer to what has no name here.
    let nameless = |one: &PlacedFault| ["", "registration", "profile"].contains(&&*one.table);
    if faults.iter().any(nameless) {
        return Err(faults);
    }
    Ok(Entries { registrations, profiles, faults })
}

fn registration(table: &mut Table<'_>) -> (RegistrationDraft, Secrets) {
    let mut draft = RegistrationDraft {
        name: table.text("name"),
        provider: table.text("provider"),
        cloud: table.text("cloud"),
        tenant: table.text("tenant"),
        client_id: table.text("client_id"),
        client_secret_expires: table.day("client_secret_expires"),
        authority: table.text("authority"),
        authorize_endpoint: table.text("authorize_endpoint"),
        token_endpoint: table.text("token_endpoint"),
        device_endpoint: table.text("device_endpoint"),
        revocation_endpoint: table.text("revocation_endpoint"),
        issuer: table.text("issuer"),
        confirmed_hosts: Vec::new(),
        graph_url: table.text("graph_url"),
        redirect: table.text("redirect"),
        client_authentication: table.text("client_authentication"),
        certificate_algorithm: table.text("certificate_algorithm"),
        ca_file: table.file("ca_file"),
        sandbox: table.flag("sandbox").unwrap_or_default(),
    };
    // Whoever writes an address out has confirmed its host.
    draft.confirmed_hosts = draft.foreign_hosts();
    let secret = table.secret("client_secret", SecretName::ClientSecret);
    let certificate = table.certificate("certificate");
    (draft, secret.into_iter().chain(certificate).collect())
}

fn profile(table: &mut Table<'_>) -> (ProfileDraft, Secrets) {
    let usual = ProfileDraft::default();
    let draft = ProfileDraft {
        name: table.text("name"),
        enabled: table.flag("enabled").unwrap_or(usual.enabled),
        tags: table.texts("tags"),
        registration: table.text("registration"),
        sign_in: table.text("sign_in"),
        scopes: table.texts("scopes"),
        token_grace_seconds: table
            .number("token_grace_seconds")
            .unwrap_or(usual.token_grace_seconds),
        transport: table.text("transport"),
        mailbox: table.text("mailbox"),
        from: table.text("from"),
        reply_to: table.text("reply_to"),
        send_as: table.texts("send_as"),
        save_to_sent_items: table.flag("save_to_sent_items").unwrap_or(usual.save_to_sent_items),
        smtp: table.table("smtp", |smtp| SmtpDraft {
            host: smtp.text("host"),
            port: smtp.number("port"),
            security: smtp.text("security"),
            min_tls: smtp.text("min_tls"),
            ca_file: smtp.file("ca_file"),
            auth: smtp.text("auth"),
            allow_plaintext: smtp.text("allow_plaintext"),
            chunking: smtp.flag("chunking").unwrap_or_default(),
        }),
        imap: table.table("imap", |imap| ImapDraft {
            host: imap.text("host"),
            port: imap.number("port"),
            user: imap.text("user"),
            security: imap.text("security"),
        }),
        route: table.text("route"),
        technical_mail: table.text("technical_mail"),
        backup: table.text("backup"),
        sandbox: table.flag("sandbox").unwrap_or_default(),
    };
    let password = table.secret("password", SecretName::Password);
    let proxy = table.secret("proxy_password", SecretName::ProxyPassword);
    let imap = table.secret("imap_password", SecretName::ImapPassword);
    (draft, [password, proxy, imap].into_iter().flatten().collect())
}
