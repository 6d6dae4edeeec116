//! From rows to TOML, without secrets. Applying it gives back the same.

use crate::{
    profile::{
        Profile, ProfileId, SignIn, SmtpAuth,
        check::{ImapDraft, ProfileDraft, RegistrationDraft, SmtpDraft},
        store::{Rows, StoreError},
    },
    secret::SecretName,
};
use std::fmt::Write as _;
use uuid::Uuid;

/// The profiles in `wanted` with their registrations, or everything when it is empty, as a
/// declarative file.
pub fn export(rows: Rows<'_>, wanted: &[ProfileId]) -> Result<String, StoreError> {
    let all = rows.profiles()?;
    let profiles: Vec<_> = match wanted {
        [] => all.iter().collect(),
        some => some
            .iter()
            .map(|id| {
                all.iter()
                    .find(|p| p.id == *id)
                    .ok_or_else(|| StoreError::NoProfile { asked: id.to_string(), nearest: None })
            })
            .collect::<Result<_, _>>()?,
    };
    let registrations = rows.registrations()?;
    let mut out = Toml::default();
    for one in &registrations {
        if wanted.is_empty() || profiles.iter().any(|p| p.registration == Some(one.id)) {
            out.registration(&one.into(), &secrets(rows, one.id.into())?);
        }
    }
    for &profile in &profiles {
        let mut draft = ProfileDraft::from(profile);
        let through = registrations.iter().find(|one| Some(one.id) == profile.registration);
        draft.registration = through.map(|one| one.name.clone()).unwrap_or_default();
        let backup = all.iter().find(|other| Some(other.id) == profile.backup);
        draft.backup = backup.map(|other| other.name.clone()).unwrap_or_default();
        out.profile(&draft, &used(profile, secrets(rows, profile.id.into())?));
    }
    Ok(out.0)
}

fn secrets(rows: Rows<'_>, owner: Uuid) -> Result<Vec<SecretName>, StoreError> {
    Ok(rows.secrets_of(owner)?.into_iter().map(|(name, _)| name).collect())
}

/// Those that `profile` signs in with, wherever. One of another time may be kept, and the file may not name it.
fn used(profile: &Profile, mut kept: Vec<SecretName>) -> Vec<SecretName> {
    kept.retain(|name| match name {
        SecretName::Password => profile.sign_in == SignIn::Password,
        SecretName::ProxyPassword => profile.route.proxy_user().is_some(),
        SecretName::ImapPassword => profile.imap.is_some(),
        _ => true,
    });
    kept
}

/// The file as far as it is written.
#[derive(Default)]
struct Toml(String);

impl Toml {
    fn registration(&mut self, draft: &RegistrationDraft, secrets: &[SecretName]) {
        self.head("registration");
        self.text("name", &draft.name);
        self.text("provider", &draft.provider);
        if draft.provider == "microsoft" {
            self.text("cloud", &draft.cloud);
        }
        self.text("tenant", &draft.tenant);
        self.text("client_id", &draft.client_id);
        self.secret("client_secret", secrets.contains(&SecretName::ClientSecret));
        if !draft.client_secret_expires.is_empty() {
            self.line("client_secret_expires", &draft.client_secret_expires);
        }
        self.secret("certificate", secrets.contains(&SecretName::Certificate));
        if draft.certificate_algorithm != "ps256" {
            self.text("certificate_algorithm", &draft.certificate_algorithm);
        }
        self.text("authority", &draft.authority);
        self.text("issuer", &draft.issuer);
        self.text("authorize_endpoint", &draft.authorize_endpoint);
        self.text("token_endpoint", &draft.token_endpoint);
        self.text("device_endpoint", &draft.device_endpoint);
        self.text("revocation_endpoint", &draft.revocation_endpoint);
        self.text("graph_url", &draft.graph_url);
        self.text("redirect", &draft.redirect);
        if draft.client_authentication != "post" {
            self.text("client_authentication", &draft.client_authentication);
        }
        self.text("ca_file", &draft.ca_file);
        self.set("sandbox", draft.sandbox);
    }

    fn profile(&mut self, draft: &ProfileDraft, secrets: &[SecretName]) {
        self.head("profile");
        self.text("name", &draft.name);
        if !draft.enabled {
            self.line("enabled", "false");
        }
        self.texts("tags", &draft.tags);
        self.text("registration", &draft.registration);
        self.text("sign_in", &draft.sign_in);
        self.texts("scopes", &draft.scopes);
        if draft.token_grace_seconds != ProfileDraft::default().token_grace_seconds {
            self.line("token_grace_seconds", &draft.token_grace_seconds.to_string());
        }
        self.text("transport", &draft.transport);
        self.text("mailbox", &draft.mailbox);
        self.text("from", &draft.from);
        self.text("reply_to", &draft.reply_to);
        self.texts("send_as", &draft.send_as);
        if !draft.save_to_sent_items {
            self.line("save_to_sent_items", "false");
        }
        self.secret("password", secrets.contains(&SecretName::Password));
        if let Some(smtp) = &draft.smtp {
            self.smtp(smtp);
        }
        if let Some(ImapDraft { host, port, user, security }) = &draft.imap {
            self.server("imap", host, *port, &[("user", user), ("security", security)], None);
        }
        self.secret("imap_password", secrets.contains(&SecretName::ImapPassword));
        self.text("route", &draft.route);
        self.secret("proxy_password", secrets.contains(&SecretName::ProxyPassword));
        self.text("technical_mail", &draft.technical_mail);
        self.text("backup", &draft.backup);
        self.set("sandbox", draft.sandbox);
    }

    fn smtp(&mut self, smtp: &SmtpDraft) {
        let auth = if smtp.auth == SmtpAuth::Auto.as_str() { "" } else { &smtp.auth };
        let keys = [
            ("security", smtp.security.as_str()),
            ("min_tls", &smtp.min_tls),
            ("ca_file", &smtp.ca_file),
            ("auth", auth),
            ("allow_plaintext", &smtp.allow_plaintext),
        ];
        self.server("smtp", &smtp.host, smtp.port, &keys, smtp.chunking.then_some("chunking"));
    }

    fn head(&mut self, table: &str) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        writeln!(self.0, "{gap}[[{table}]]").expect("writing to memory");
    }

    fn line(&mut self, key: &str, value: &str) {
        writeln!(self.0, "{key} = {value}").expect("writing to memory");
    }

    fn text(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.line(key, &quoted(value));
        }
    }

    fn texts(&mut self, key: &str, values: &[String]) {
        if !values.is_empty() {
            let values: Vec<_> = values.iter().map(|value| quoted(value)).collect();
            self.line(key, &format!("[{}]", values.join(", ")));
        }
    }

    fn set(&mut self, key: &str, value: bool) {
        if value {
            self.line(key, "true");
        }
    }

    fn secret(&mut self, key: &str, held: bool) {
        if held {
            self.line(key, "{ vault = true }");
        }
    }

    /// A server: `more` are its texts, written where there are any, and `on` what is switched on.
    fn server(
        &mut self,
        key: &str,
        host: &str,
        port: Option<i64>,
        more: &[(&str, &str)],
        on: Option<&str>,
    ) {
        let mut pairs = vec![format!("host = {}", quoted(host))];
        pairs.extend(port.map(|port| format!("port = {port}")));
        let more = more.iter().filter(|(_, value)| !value.is_empty());
        pairs.extend(more.map(|(key, value)| format!("{key} = {}", quoted(value))));
        pairs.extend(on.map(|key| format!("{key} = true")));
        self.line(key, &format!("{{ {} }}", pairs.join(", ")));
    }
}

fn quoted(value: &str) -> String {
    toml::Value::from(value).to_string()
}
