//! The check of a profile.

use super::{
    Fault, Faults, ImapDraft, ProfileDraft, SmtpDraft, Wrong, mail, registration_of, words,
};
use crate::profile::{
    ImapSettings, MinTls, Profile, ProfileId, Provider, Registration, Route, Security, SendAs,
    SignIn, SmtpAuth, SmtpSettings, Transport, presets,
};
use std::collections::HashSet;

/// How early a token may be renewed at most, in seconds: shorter than the shortest usual lifetime.
const GRACE_AT_MOST: u32 = 3_000;

impl ProfileDraft {
    /// The profile that this describes; `known` are the registrations there are.
    ///
    /// # Errors
    /// Every fault there is.
    pub fn check(&self, id: ProfileId, known: &[Registration]) -> Result<Profile, Vec<Fault>> {
        let mut faults = Faults::default();
        let found = registration_of(self, known);
        let is_known = found.is_ok();
        let registration = faults.take("registration", found);
        let usual = if registration.is_some() { SignIn::Delegated } else { SignIn::Password };
        let sign_in = faults.word("sign_in", &self.sign_in, SignIn::ALL, usual);
        let from = faults.maybe("from", &self.from, mail::named_mailbox);
        let checked = Profile {
            id,
            name: faults.take("name", words::name(&self.name)),
            enabled: self.enabled,
            tags: tags(&self.tags, &mut faults),
            registration: registration.as_ref().map(|one| one.id),
            sign_in,
            scopes: scopes(&self.scopes, &mut faults),
            token_grace_seconds: faults
                .take("token_grace_seconds", grace(self.token_grace_seconds)),
            transport: faults.word("transport", &self.transport, Transport::ALL, Transport::Smtp),
            mailbox: self.mailbox(sign_in, &mut faults),
            from,
            reply_to: faults.maybe("reply_to", &self.reply_to, mail::named_mailbox),
            send_as: send_as(&self.send_as, &mut faults),
            save_to_sent_items: self.save_to_sent_items,
            smtp: self.smtp.as_ref().map(|smtp| smtp.check(&mut faults)),
            imap: self.imap.as_ref().map(|imap| imap.check(&mut faults)),
            route: faults.maybe("route", &self.route, words::route).unwrap_or(Route::System),
            technical_mail: faults.maybe(
                "technical_mail",
                &self.technical_mail,
                mail::plain_address,
            ),
            backup: faults.maybe("backup", &self.backup, |value| other(value, id)),
            sandbox: self.sandbox,
        };
        if is_known {
            together(&checked, registration.as_ref(), &mut faults);
        }
        faults.none_or(checked)
    }

    /// The mailbox. A password server may know its users by other names than addresses; the From
    /// must be given then.
    fn mailbox(&self, sign_in: SignIn, faults: &mut Faults) -> String {
        let value = self.mailbox.trim();
        let free = sign_in == SignIn::Password && !self.from.trim().is_empty();
        let read = if free && !value.contains('@') {
            words::line(value, 254)
        } else {
            mail::plain_address(value)
        };
        faults.take("mailbox", read)
    }
}

impl SmtpDraft {
    fn check(&self, faults: &mut Faults) -> SmtpSettings {
        let usual = if self.port == Some(465) { Security::Tls } else { Security::Starttls };
        let security = faults.word("smtp.security", &self.security, Security::ALL, usual);
        let usual_port = i64::from(presets::usual_smtp_port(security));
        let port = faults.take("smtp.port", words::port(self.port.unwrap_or(usual_port)));
        match (port, security) {
            (465, Security::Starttls) => faults.refuse(
                "smtp.port",
                "465 speaks TLS from the first byte",
                "Use 587, or security = \"tls\"",
            ),
            (587, Security::Tls) => faults.refuse(
                "smtp.port",
                "587 begins in plain text and then turns to TLS",
                "Use 465, or security = \"starttls\"",
            ),
            _ => {}
        }
        let host = faults.take("smtp.host", words::host(self.host.trim()));
        let allow_plaintext = self.plaintext_allowed(&host, security, faults);
        SmtpSettings {
            host,
            port,
            security,
            min_tls: faults.word("smtp.min_tls", &self.min_tls, MinTls::ALL, MinTls::V12),
            ca_file: faults.maybe("smtp.ca_file", &self.ca_file, words::file),
            auth: faults.word("smtp.auth", &self.auth, SmtpAuth::ALL, SmtpAuth::Auto),
            allow_plaintext,
        }
    }

    /// Whether a secret may go to `host` in clear text: what was allowed was allowed for one server,
    /// whichever way the settings come.
    fn plaintext_allowed(&self, host: &str, security: Security, faults: &mut Faults) -> bool {
        let allowed = self.allow_plaintext.trim();
        if allowed.is_empty() {
            return false;
        }
        if security != Security::None {
            faults.refuse(
                "smtp.allow_plaintext",
                "the connection is protected",
                "Leave it out; it is for security = \"none\" alone",
            );
        } else if !faults.about("smtp.host") && !words::host(allowed).is_ok_and(|one| one == host) {
            faults.refuse(
                "smtp.allow_plaintext",
                &format!("{} was allowed, and the server is {}", words::shown(allowed), words::shown(host)),
                "Leave it out, or allow this server: anybody on the way to it can read the password",
            );
        }
        true
    }
}

impl ImapDraft {
    fn check(&self, faults: &mut Faults) -> ImapSettings {
        let security = faults.word("imap.security", &self.security, Security::ALL, Security::Tls);
        let usual_port = if security == Security::Tls { 993 } else { 143 };
        ImapSettings {
            host: faults.take("imap.host", words::host(self.host.trim())),
            port: faults.take("imap.port", words::port(self.port.unwrap_or(usual_port))),
            user: faults.maybe("imap.user", &self.user, |value| words::line(value, 254)),
            security,
        }
    }
}

fn tags(values: &[String], faults: &mut Faults) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for value in values {
        let tag = faults.take("tags", words::line(value, 50));
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > 20 {
        faults.refuse("tags", "there are more than 20", "Keep at most 20");
    }
    tags
}

fn scopes(values: &[String], faults: &mut Faults) -> Vec<String> {
    if values.len() > 50 {
        faults.refuse("scopes", "there are more than 50", "Keep at most 50");
    }
    values.iter().map(|value| faults.take("scopes", words::scope(value.trim()))).collect()
}

fn send_as(values: &[String], faults: &mut Faults) -> SendAs {
    if values.iter().any(|value| value.trim() == "*") {
        if values.len() > 1 {
            faults.refuse(
                "send_as",
                "* stands beside addresses",
                "Either [\"*\"] or a list of addresses",
            );
        }
        return SendAs::Any;
    }
    let read = |value: &String| faults.take("send_as", mail::plain_address(value.trim()));
    SendAs::These(values.iter().map(read).collect())
}

fn grace(seconds: i64) -> Result<u32, Wrong> {
    u32::try_from(seconds).ok().filter(|grace| *grace <= GRACE_AT_MOST).ok_or_else(|| {
        Wrong::new(
            format!("{seconds} is out of range"),
            format!("A number of seconds from 0 to {GRACE_AT_MOST}"),
        )
    })
}

fn other(value: &str, own: ProfileId) -> Result<ProfileId, Wrong> {
    let id: Option<ProfileId> = value.parse().ok();
    match id {
        Some(id) if id == own => {
            Err(Wrong::new("it names the profile itself", "Name another profile"))
        }
        Some(id) => Ok(id),
        None => Err(Wrong::new("there is no such profile", "Name another profile")),
    }
}

/// What only shows when settings are looked at together.
fn together(profile: &Profile, registration: Option<&Registration>, faults: &mut Faults) {
    let by_oauth = matches!(profile.sign_in, SignIn::Delegated | SignIn::AppOnly);
    match registration {
        None if by_oauth => faults.refuse(
            "registration",
            "this way of signing in needs one",
            "Name a registration, or sign in with a password",
        ),
        Some(_) if !by_oauth => faults.refuse(
            "registration",
            "this way of signing in uses none",
            "Leave it out, or set sign_in to delegated or app-only",
        ),
        Some(registration) => with_registration(profile, registration, faults),
        None => {}
    }
    let microsoft = registration.is_some_and(|one| one.provider == Provider::Microsoft);
    if profile.transport == Transport::Graph && !(microsoft && by_oauth) {
        faults.refuse(
            "transport",
            "Graph is Microsoft's, and takes no passwords",
            "Name a registration of provider microsoft, or use transport smtp",
        );
    }
    if profile.transport == Transport::Smtp && presets::smtp(profile, registration).is_none() {
        faults.refuse(
            "smtp",
            "no server is given, and nothing says which",
            "Set host, port and security",
        );
    }
    if let Some(wrong) = profile.smtp.as_ref().and_then(|smtp| unsuitable(smtp.auth, by_oauth)) {
        faults.add("smtp.auth", wrong);
    }
    if !by_oauth && !profile.scopes.is_empty() {
        faults.refuse("scopes", "only OAuth has scopes", "Leave them out");
    }
    let elsewhere = |host: &str| !matches!(host, "localhost" | "127.0.0.1" | "::1");
    if profile.sandbox && profile.smtp.as_ref().is_some_and(|smtp| elsewhere(&smtp.host)) {
        faults.refuse(
            "smtp.host",
            "a sandbox profile may not leave this computer",
            "Use the sandbox's own address, or leave out sandbox",
        );
    }
}

/// A way of signing in to the server that cannot carry what the profile shows.
fn unsuitable(auth: SmtpAuth, by_oauth: bool) -> Option<Wrong> {
    let (carries, remedy) = match auth {
        SmtpAuth::Auto => return None,
        SmtpAuth::Xoauth2 | SmtpAuth::Oauthbearer if by_oauth => return None,
        SmtpAuth::Plain | SmtpAuth::Login if !by_oauth => return None,
        SmtpAuth::Xoauth2 | SmtpAuth::Oauthbearer => ("tokens", "auto, plain or login"),
        SmtpAuth::Plain | SmtpAuth::Login => ("passwords", "auto, xoauth2 or oauthbearer"),
    };
    Some(Wrong::new(format!("{auth} is for {carries}, and this profile has none"), remedy))
}

fn with_registration(profile: &Profile, registration: &Registration, faults: &mut Faults) {
    if profile.sandbox != registration.sandbox {
        faults.refuse(
            "sandbox",
            "the registration says otherwise",
            "Both or neither belong to the sandbox",
        );
    }
    if profile.sign_in == SignIn::AppOnly {
        let group = registration.tenant.as_deref().filter(|t| presets::TENANT_WORDS.contains(t));
        if let Some(word) = group {
            let fault = format!("an app signs in to one tenant, and the registration says {word}");
            faults.add(
                "sign_in",
                Wrong::new(fault, "Give the registration a GUID or a domain as tenant"),
            );
        }
        if registration.provider == Provider::Google {
            faults.refuse("sign_in", "Google has no app-only sign-in for mail", "Use delegated");
        }
    }
    if registration.provider == Provider::Microsoft && !faults.about("scopes") {
        microsoft_scopes(profile, registration, faults);
    }
}

/// One token is for one resource: the transport's.
///
/// Source: <https://learn.microsoft.com/entra/identity-platform/scopes-oidc>, 2026-11.
fn microsoft_scopes(profile: &Profile, registration: &Registration, faults: &mut Faults) {
    let all = profile.scopes.iter().any(|scope| scope.ends_with("/.default"));
    match (profile.sign_in, profile.scopes.as_slice()) {
        (_, []) => return,
        (SignIn::AppOnly, [_]) if all => {}
        (SignIn::AppOnly, _) => {
            return faults.refuse(
                "scopes",
                "an app asks for all it was granted",
                "One scope that ends in /.default, or leave them out",
            );
        }
        _ if all => {
            return faults.refuse(
                "scopes",
                "/.default is for app-only sign-in",
                "Name each scope, or leave them out",
            );
        }
        _ => {}
    }
    let cloud = registration.cloud;
    let (graph, others): (HashSet<_>, HashSet<_>) = profile
        .scopes
        .iter()
        .filter_map(|scope| presets::resource(scope, cloud))
        .partition(|resource| presets::is_graph(resource, cloud));
    match profile.transport {
        _ if others.len() > 1 => faults.refuse(
            "scopes",
            "they are for more than one resource besides Graph",
            "Keep those of one: a token is for one resource",
        ),
        Transport::Smtp if others.is_empty() => faults.refuse(
            "scopes",
            "none is for SMTP, which refuses tokens for Graph",
            "Add https://outlook.office.com/SMTP.Send, or leave them out",
        ),
        Transport::Graph if graph.is_empty() => faults.refuse(
            "scopes",
            "none is for Graph",
            "Add https://graph.microsoft.com/Mail.Send, or leave them out",
        ),
        _ => {}
    }
}
