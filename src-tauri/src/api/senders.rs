//! Senders: what is set, what holds, what is missing.

use super::{AdminConsent, SignInAgain};
use crate::{
    clock::Timestamp,
    profile::{
        Cloud, MinTls, ProfileId, Provider, RegistrationId, Security, SignIn, SmtpAuth, Transport,
    },
    secret::{Secret, SecretName},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

kinds! {
    /// How a sender is doing; each has its own glyph.
    Health {
        /// The last send that shows whether it can send was accepted, and nothing runs out soon.
        Ready,
        /// Only the person can renew the sign-in, or there was none yet.
        NeedsSignIn,
        /// Something it needs ends within 14 days.
        Expiring,
        /// Something it needs has ended.
        Expired,
        /// The last send that shows whether it can send failed: not by the message, by whom it was for,
        /// or by whoever stopped it.
        Failing,
        /// Switched off.
        Disabled,
        /// It could work; no send has shown it yet.
        NeverVerified,
    }
}

data! {
    /// A sender as the sidebar lists it.
    ProfileRow {
        /// For good.
        id: ProfileId,
        /// Unique.
        name: String,
        /// The mailbox used.
        mailbox: String,
        /// Whose platform; `None`: a plain SMTP server.
        provider: Option<Provider>,
        /// Groups in the sidebar.
        tags: Vec<String>,
        /// Off: it sends nothing.
        enabled: bool,
        /// Which way mail leaves.
        transport: Transport,
        /// How it signs in.
        sign_in: SignIn,
        /// How it is doing.
        health: Health,
        /// The evidence, in one line: "accepted 2026-11-24T14:20:00Z", "never sent".
        health_note: String,
        /// When the first thing it needs ends, where that is within 14 days.
        expires_at: Option<Timestamp>,
        /// Belongs to the sandbox.
        sandbox: bool,
    }
    /// A profile's settings, as they stand in the declarative file; without secrets.
    ProfileSettings {
        /// Left out when it is new.
        id: Option<ProfileId>,
        /// Empty: generated from provider and mailbox.
        name: String,
        /// Off: it sends nothing.
        enabled: bool,
        /// Groups in the sidebar.
        tags: Vec<String>,
        /// The app registration.
        registration: Option<RegistrationId>,
        /// How it signs in.
        sign_in: SignIn,
        /// Empty: what the transport needs.
        scopes: Vec<String>,
        /// How early access tokens are renewed, in seconds.
        token_grace_seconds: u32,
        /// Which way mail leaves.
        transport: Transport,
        /// The mailbox used.
        mailbox: String,
        /// `Name <address>`; empty: the mailbox.
        from: String,
        /// Empty: none.
        reply_to: String,
        /// Other From addresses; `["*"]`: any.
        send_as: Vec<String>,
        /// Whether Graph keeps a copy of what it sends in Sent Items.
        save_to_sent_items: bool,
        /// Left out: the provider's preset.
        smtp: Option<ServerSettings>,
        /// Left out: none.
        imap: Option<ImapServerSettings>,
        /// direct, system, socks5://host:port or http://host:port
        route: String,
        /// Empty: nobody.
        technical_mail: String,
        /// The profile that takes over.
        backup: Option<ProfileId>,
        /// Belongs to the sandbox.
        sandbox: bool,
    }
    /// An SMTP server.
    ServerSettings {
        /// A DNS name or address.
        host: String,
        /// TCP port.
        port: u16,
        /// How it is protected.
        security: Security,
        /// The oldest TLS accepted.
        min_tls: MinTls,
        /// Empty: the system's certificate authorities only.
        ca_file: String,
        /// How it may be signed in to.
        auth: SmtpAuth,
        /// The host that a password or token may go to unprotected: this `host`, and only where
        /// `security` is none; empty: nowhere.
        allow_plaintext: String,
        /// A message goes out together with its envelope (BDAT) where the server offers CHUNKING.
        chunking: bool,
    }
    /// An IMAP server.
    ImapServerSettings {
        /// A DNS name or address.
        host: String,
        /// TCP port.
        port: u16,
        /// Empty: the mailbox.
        user: String,
        /// How it is protected.
        security: Security,
    }
    /// A profile's settings, to be saved.
    SaveProfile {
        /// As they are to be.
        settings: ProfileSettings,
        /// As they were when they were read for this: what somebody else has changed since is not
        /// overwritten. Left out: whatever is there.
        seen: Option<ProfileSettings>,
    }
    /// Everything about one sender.
    ProfileView {
        /// As the sidebar lists it.
        row: ProfileRow,
        /// The send that shows it failing, where it does.
        failed: Option<Uuid>,
        /// As it is set.
        settings: ProfileSettings,
        /// The settings that are used where the profile leaves them out.
        effective: EffectiveSettings,
        /// Its registration's name.
        registration_name: Option<String>,
        /// What an administrator allowed its registration, where one was asked from here.
        admin_consent: Option<AdminConsent>,
        /// The three addresses that have to fit.
        identity: Identity,
        /// What was asked at the sign-in and not granted.
        missing_scopes: Vec<String>,
        /// What it signs in with, and until when.
        credentials: Vec<Credential>,
        /// Keys that are stored and have no behaviour yet, each with a sentence.
        not_yet: Vec<String>,
    }
    /// What is used where the profile leaves something out.
    EffectiveSettings {
        /// The way to the server now, in words: "straight", "through the HTTP proxy host:port".
        route: String,
        /// The SMTP server.
        smtp: Option<ServerSettings>,
        /// What is asked of the provider.
        scopes: Vec<String>,
        /// The Graph address; `None`: its provider has none.
        graph_url: Option<String>,
        /// The redirect address to register, with the port left open where it is.
        redirect: Option<String>,
    }
    /// Signed-in account, mailbox and From.
    Identity {
        /// Who signed in; `None`: nobody yet, or a provider that does not say.
        account: Option<String>,
        /// The mailbox used.
        mailbox: String,
        /// The From that recipients see.
        from: String,
        /// Its display name.
        from_name: Option<String>,
        /// When a message was accepted that shows that all of them work together; `None`: none has, or not
        /// since somebody has to sign in again.
        proved_at: Option<Timestamp>,
        /// How account and mailbox fit.
        account_mailbox: Fit,
        /// How mailbox and From fit.
        mailbox_from: Fit,
    }
    /// One thing a sender signs in with.
    Credential {
        /// Which: `access_token`, `refresh_token` or a secret's name.
        name: String,
        /// Whether there is one.
        present: bool,
        /// Since when.
        since: Option<Timestamp>,
        /// Until when, where that is known.
        expires_at: Option<Timestamp>,
        /// It renews itself.
        renews_itself: bool,
        /// In words: "renews on each use".
        note: String,
    }
    /// One provider as the wizard offers it.
    PresetView {
        /// For programs: "microsoft", "google", "fastmail"…
        id: String,
        /// For people.
        title: String,
        /// One line about it.
        note: String,
        /// Its identity platform; `None`: passwords only.
        provider: Option<Provider>,
        /// The Microsoft cloud.
        cloud: Option<Cloud>,
        /// Its SMTP server.
        smtp: Option<ServerSettings>,
        /// Its IMAP server.
        imap: Option<ImapServerSettings>,
        /// The ways of signing in that work there, best first.
        sign_ins: Vec<SignIn>,
        /// The transports it has.
        transports: Vec<Transport>,
        /// What the person has to know about passwords there.
        password_note: Option<String>,
        /// Where these facts come from.
        source: String,
    }
    /// A secret that goes in.
    SetSecret {
        /// A profile's or a registration's id.
        owner: Uuid,
        /// Which.
        name: SecretName,
    }
    /// What applying a file did.
    ApplyReport {
        /// Names of registrations and profiles made.
        created: Vec<String>,
        /// Names of those changed.
        changed: Vec<String>,
        /// Names of those left as they were.
        unchanged: Vec<String>,
        /// Things stored that have no behaviour yet.
        not_yet: Vec<String>,
        /// Secrets that the file takes to be in the vault and that are not there.
        missing_secrets: Vec<String>,
        /// What issuers said, each as a line of the file.
        found: Vec<String>,
        /// Whose person has to sign in again, since what the sign-in rests on was changed.
        sign_in_again: Vec<SignInAgain>,
    }
}

kinds! {
    /// How two addresses fit.
    Fit {
        /// The same.
        Same,
        /// Different, and allowed by the settings.
        Allowed,
        /// Different, and nothing allows it.
        Mismatch,
        /// Not known yet.
        Unknown,
    }
}

data! {
    /// Switches a sender on or off.
    SetEnabled {
        /// Which.
        id: ProfileId,
        /// On.
        enabled: bool,
    }
}

/// A secret with where it goes: the only way by which the window brings one of a sender's.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SecretInput {
    /// Where it goes.
    pub key: SetSecret,
    /// The value.
    #[cfg_attr(test, ts(type = "string"))]
    pub value: Secret,
}
