//! The check of a profile.

use super::{
    Fault, Faults, ImapDraft, ProfileDraft, SmtpDraft, Wrong, mail, network, registration_of,
    together::together, words,
};
use crate::profile::{
    ImapSettings, MinTls, Profile, ProfileId, Registration, Route, Security, SendAs, SignIn,
    SmtpAuth, SmtpSettings, Transport, presets,
};

/// How early a token may be renewed at most, in seconds: shorter than the shortest usual lifetime.
const GRACE_AT_MOST: u32 = 3_000;
/// How many other From addresses a profile may name.
const MOST_SEND_AS: usize = 500;

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
            route: faults.maybe("route", &self.route, network::route).unwrap_or(Route::System),
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
        let port = faults.take("smtp.port", network::port(self.port.unwrap_or(usual_port)));
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
        let host = faults.take("smtp.host", network::host(self.host.trim()));
        let allow_plaintext = self.plaintext_allowed(&host, security, faults);
        SmtpSettings {
            host,
            port,
            security,
            min_tls: faults.word("smtp.min_tls", &self.min_tls, MinTls::ALL, MinTls::V12),
            ca_file: faults.maybe("smtp.ca_file", &self.ca_file, words::file),
            auth: faults.word("smtp.auth", &self.auth, SmtpAuth::ALL, SmtpAuth::Auto),
            allow_plaintext,
            chunking: self.chunking,
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
        } else if !faults.about("smtp.host") && !network::host(allowed).is_ok_and(|one| one == host)
        {
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
            host: faults.take("imap.host", network::host(self.host.trim())),
            port: faults.take("imap.port", network::port(self.port.unwrap_or(usual_port))),
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
    if values.len() > MOST_SEND_AS {
        let fault = format!("there are {} addresses", values.len());
        faults.refuse(
            "send_as",
            &fault,
            &format!("Keep at most {MOST_SEND_AS}, or [\"*\"] for any"),
        );
        return SendAs::These(Vec::new());
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
