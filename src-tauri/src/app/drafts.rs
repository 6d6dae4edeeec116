//! Between the contract's settings and what is checked: words in, words out, no judgement.

use crate::{
    api::{
        self, ImapServerSettings, PresetView, ProfileSettings, RegistrationSettings, ServerSettings,
    },
    profile::{
        ImapSettings, Profile, Registration, SmtpSettings,
        check::{ImapDraft, ProfileDraft, RegistrationDraft, SmtpDraft},
        presets::Preset,
        store::{self, SignInAgain},
    },
};

/// The draft behind a window's form.
pub(super) fn profile(from: &ProfileSettings) -> ProfileDraft {
    ProfileDraft {
        name: from.name.clone(),
        enabled: from.enabled,
        tags: from.tags.clone(),
        registration: id(from.registration),
        sign_in: from.sign_in.to_string(),
        scopes: from.scopes.clone(),
        token_grace_seconds: from.token_grace_seconds.into(),
        transport: from.transport.to_string(),
        mailbox: from.mailbox.clone(),
        from: from.from.clone(),
        reply_to: from.reply_to.clone(),
        send_as: from.send_as.clone(),
        save_to_sent_items: from.save_to_sent_items,
        smtp: from.smtp.as_ref().map(smtp_draft),
        imap: from.imap.as_ref().map(imap_draft),
        route: from.route.clone(),
        technical_mail: from.technical_mail.clone(),
        backup: id(from.backup),
        sandbox: from.sandbox,
    }
}

/// A profile as a window's form.
pub(super) fn profile_settings(from: &Profile) -> ProfileSettings {
    let draft = ProfileDraft::from(from);
    ProfileSettings {
        id: Some(from.id),
        name: draft.name,
        enabled: draft.enabled,
        tags: draft.tags,
        registration: from.registration,
        sign_in: from.sign_in,
        scopes: draft.scopes,
        token_grace_seconds: from.token_grace_seconds,
        transport: from.transport,
        mailbox: draft.mailbox,
        from: draft.from,
        reply_to: draft.reply_to,
        send_as: draft.send_as,
        save_to_sent_items: draft.save_to_sent_items,
        smtp: from.smtp.as_ref().map(server),
        imap: from.imap.as_ref().map(imap_server),
        route: draft.route,
        technical_mail: draft.technical_mail,
        backup: from.backup,
        sandbox: draft.sandbox,
    }
}

/// The draft behind a window's form.
pub(super) fn registration(from: &RegistrationSettings) -> RegistrationDraft {
    RegistrationDraft {
        name: from.name.clone(),
        provider: from.provider.to_string(),
        cloud: from.cloud.to_string(),
        tenant: from.tenant.clone(),
        client_id: from.client_id.clone(),
        client_secret_expires: from.client_secret_expires.clone(),
        authority: from.authority.clone(),
        authorize_endpoint: from.authorize_endpoint.clone(),
        token_endpoint: from.token_endpoint.clone(),
        device_endpoint: from.device_endpoint.clone(),
        revocation_endpoint: from.revocation_endpoint.clone(),
        issuer: from.issuer.clone(),
        confirmed_hosts: from.confirmed_hosts.clone(),
        graph_url: from.graph_url.clone(),
        redirect: from.redirect.clone(),
        client_authentication: from.client_authentication.to_string(),
        certificate_algorithm: from.certificate_algorithm.to_string(),
        ca_file: from.ca_file.clone(),
        sandbox: from.sandbox,
    }
}

/// A registration as a window's form.
pub(super) fn registration_settings(from: &Registration) -> RegistrationSettings {
    let draft = RegistrationDraft::from(from);
    RegistrationSettings {
        id: Some(from.id),
        name: draft.name,
        provider: from.provider,
        cloud: from.cloud,
        tenant: draft.tenant,
        client_id: draft.client_id,
        client_secret_expires: draft.client_secret_expires,
        authority: draft.authority,
        authorize_endpoint: draft.authorize_endpoint,
        token_endpoint: draft.token_endpoint,
        device_endpoint: draft.device_endpoint,
        revocation_endpoint: draft.revocation_endpoint,
        issuer: draft.issuer,
        confirmed_hosts: draft.confirmed_hosts,
        graph_url: draft.graph_url,
        redirect: draft.redirect,
        client_authentication: from.client_authentication,
        certificate_algorithm: from.certificate_algorithm,
        ca_file: draft.ca_file,
        sandbox: draft.sandbox,
    }
}

/// Who has to sign in again, as the faces are told.
pub(super) fn sign_in_again(from: SignInAgain) -> api::SignInAgain {
    let changed = from.changed.into_iter().map(ToOwned::to_owned).collect();
    api::SignInAgain { profile: from.profile, changed }
}

/// A provider as the wizard offers it.
pub(super) fn preset(from: &Preset) -> PresetView {
    let imap = from.imap.map(|(host, port, security)| ImapServerSettings {
        host: host.to_owned(),
        port,
        user: String::new(),
        security,
    });
    PresetView {
        id: from.id.to_owned(),
        title: from.title.to_owned(),
        note: from.note.to_owned(),
        provider: from.provider,
        cloud: from.cloud,
        smtp: from.smtp_settings().as_ref().map(server),
        imap,
        sign_ins: from.sign_ins.to_vec(),
        transports: from.transports.to_vec(),
        password_note: from.password_note.map(ToOwned::to_owned),
        source: from.source.to_owned(),
    }
}

/// An SMTP server as a window's form.
pub(super) fn server(from: &SmtpSettings) -> ServerSettings {
    let draft = SmtpDraft::from(from);
    ServerSettings {
        host: draft.host,
        port: from.port,
        security: from.security,
        min_tls: from.min_tls,
        ca_file: draft.ca_file,
        auth: from.auth,
        allow_plaintext: draft.allow_plaintext,
        chunking: from.chunking,
    }
}

fn imap_server(from: &ImapSettings) -> ImapServerSettings {
    ImapServerSettings {
        host: from.host.clone(),
        port: from.port,
        user: ImapDraft::from(from).user,
        security: from.security,
    }
}

fn smtp_draft(from: &ServerSettings) -> SmtpDraft {
    SmtpDraft {
        host: from.host.clone(),
        port: Some(from.port.into()),
        security: from.security.to_string(),
        min_tls: from.min_tls.to_string(),
        ca_file: from.ca_file.clone(),
        auth: from.auth.to_string(),
        allow_plaintext: from.allow_plaintext.clone(),
        chunking: from.chunking,
    }
}

fn imap_draft(from: &ImapServerSettings) -> ImapDraft {
    ImapDraft {
        host: from.host.clone(),
        port: Some(from.port.into()),
        user: from.user.clone(),
        security: from.security.to_string(),
    }
}

/// Either kind of id, as a draft writes it.
fn id(from: Option<impl ToString>) -> String {
    from.map(|id| id.to_string()).unwrap_or_default()
}

/// What an administrator allowed, as it is shown.
pub(super) fn admin_consent(known: store::AdminConsent) -> api::AdminConsent {
    let store::AdminConsent { tenant, scopes, granted_at } = known;
    api::AdminConsent { granted_at, tenant, scopes }
}
