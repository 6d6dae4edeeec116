//! The contract with the faces: what they ask and what they are told. Plain data, no behaviour.
//!
//! Invariant: a secret goes in (`SecretInput`, `VaultPassphrase`) and nothing here brings one out.

use crate::{
    clock::Timestamp,
    explain::Problem,
    profile::{
        CertificateAlgorithm, ClientAuthentication, Cloud, MinTls, Notice, ProfileId, Provider,
        RegistrationId, Returned, Security, SignIn, SmtpAuth, Transport,
    },
    secret::{Secret, SecretName, VaultKind},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Declares a struct that crosses to the faces.
macro_rules! data {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* }
    )+};
}

/// Declares an enum of words that crosses to the faces.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
    )+};
}

kinds! {
    /// How a sender is doing; each has its own glyph.
    Health {
        /// The last send was accepted and nothing runs out soon.
        Ready,
        /// Only the person can renew the sign-in, or there was none yet.
        NeedsSignIn,
        /// Something it needs ends within 14 days.
        Expiring,
        /// The last send failed.
        Failing,
        /// Switched off.
        Disabled,
        /// It could work; nothing has been sent yet.
        NeverVerified,
    }
    /// How one send ended.
    Outcome {
        /// Still under way.
        Sending,
        /// The server took it for every recipient.
        Accepted,
        /// The server took it for some recipients.
        Partly,
        /// The server said no.
        Refused,
        /// It did not come so far.
        NotSent,
        /// It may have been sent: nobody knows.
        Uncertain,
    }
    /// How one recipient fared.
    RecipientOutcome {
        /// The server took it.
        Accepted,
        /// The server said no.
        Refused,
        /// It did not come so far.
        NotSent,
        /// Nobody knows.
        Uncertain,
    }
    /// How the answer of the browser comes back.
    ConsentRoute {
        /// A port of this computer.
        Loopback,
        /// The scheme `org.sendright.app`.
        DeepLink,
        /// The person pastes the final address.
        Paste,
        /// Nobody brings it: a code is typed on any device, and we ask.
        Device,
    }
    /// Where a consent is.
    ConsentStep {
        /// The browser was told to open the address.
        Opened,
        /// The person has the word.
        Waiting,
        /// The answer is here and is ours.
        CodeReceived,
        /// The provider handed out tokens and they are in the vault.
        TokensStored,
        /// The account that signed in is known.
        IdentityChecked,
        /// It is over, well.
        Done,
        /// It is over, badly.
        Failed,
        /// The person stopped it.
        Cancelled,
    }
    /// Who wrote a line of a transcript.
    Side {
        /// We did.
        Client,
        /// The server did.
        Server,
        /// Nobody: something that happened, for example the TLS handshake.
        Note,
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
        /// A password or token may cross the network unprotected; only where `security` is none.
        allow_plaintext: bool,
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
    /// Everything about one sender.
    ProfileView {
        /// As the sidebar lists it.
        row: ProfileRow,
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
        /// The SMTP server.
        smtp: Option<ServerSettings>,
        /// What is asked of the provider.
        scopes: Vec<String>,
        /// The Graph address.
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
    /// An app registration with its settings; without secrets.
    RegistrationSettings {
        /// Left out when it is new.
        id: Option<RegistrationId>,
        /// Unique.
        name: String,
        /// Whose platform.
        provider: Provider,
        /// Which Microsoft cloud.
        cloud: Cloud,
        /// Empty for other providers.
        tenant: String,
        /// The application's id.
        client_id: String,
        /// `YYYY-MM-DD`; empty: not known.
        client_secret_expires: String,
        /// Empty: the preset.
        authority: String,
        /// Empty: the preset.
        authorize_endpoint: String,
        /// Empty: the preset.
        token_endpoint: String,
        /// Empty: the preset.
        device_endpoint: String,
        /// Empty: the preset.
        graph_url: String,
        /// loopback, deep-link or an https:// address
        redirect: String,
        /// How the secret travels.
        client_authentication: ClientAuthentication,
        /// How the certificate is used.
        certificate_algorithm: CertificateAlgorithm,
        /// Empty: the system's certificate authorities only.
        ca_file: String,
        /// Belongs to the sandbox.
        sandbox: bool,
    }
    /// An app registration as it is listed.
    RegistrationView {
        /// Its settings; `id` is always there.
        settings: RegistrationSettings,
        /// Whether it has a client secret in the vault.
        has_client_secret: bool,
        /// What everybody may see of its certificate.
        certificate: Option<CertificateView>,
        /// Which of the two it proves itself with, where it has to: the certificate, where there is one.
        proves_itself_with: Option<SecretName>,
        /// The names of the profiles that use it.
        used_by: Vec<String>,
        /// The redirect address to register with the provider.
        redirect_to_register: String,
        /// What an administrator allowed it, where one was asked from here.
        admin_consent: Option<AdminConsent>,
    }
    /// What an administrator allowed an app for a whole organisation, as the answer said; no proof.
    AdminConsent {
        /// When the answer came.
        granted_at: Timestamp,
        /// The tenant, as a GUID.
        tenant: Option<String>,
        /// The permissions; empty where the answer named none.
        scopes: Vec<String>,
    }
    /// What everybody may see of a certificate.
    CertificateView {
        /// Whom it is about.
        subject: String,
        /// Its number at its issuer, in hexadecimal.
        serial: String,
        /// From when on it is valid.
        not_before: Timestamp,
        /// Until when it is valid.
        not_after: Timestamp,
        /// The thumbprint as the portal shows it: SHA-1, in hexadecimal.
        thumbprint: String,
        /// SHA-256, in hexadecimal.
        sha256: String,
        /// The size of its key.
        bits: u32,
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
    /// What a consent looks like while it is open.
    ConsentView {
        /// Names this question.
        id: Uuid,
        /// Which sender's; `None`: an administrator is asked for an app registration.
        profile_id: Option<ProfileId>,
        /// Which app registration's, where an administrator is asked.
        registration_id: Option<RegistrationId>,
        /// How the answer comes back.
        route: ConsentRoute,
        /// The address to open in the browser.
        url: String,
        /// Where the browser will end; empty with a device code.
        redirect_uri: String,
        /// The account to sign in with.
        login_hint: String,
        /// What will be asked, as the provider names it.
        scopes: Vec<String>,
        /// What the person should know before, in words.
        note: Option<String>,
        /// When it began.
        started_at: Timestamp,
        /// When patience ends, or the code.
        ends_at: Timestamp,
        /// What is typed where, with a device code.
        device: Option<DeviceCode>,
    }
    /// A code to be typed on any device (RFC 8628 §3.2).
    DeviceCode {
        /// What is typed.
        user_code: String,
        /// Where it is typed.
        verification_uri: String,
        /// The same place with the code in it, where the provider offers one.
        verification_uri_complete: Option<String>,
    }
    /// Something happened to a consent.
    ConsentNews {
        /// Which question.
        consent_id: Uuid,
        /// Which sender's.
        profile_id: Option<ProfileId>,
        /// Which app registration's, where an administrator is asked.
        registration_id: Option<RegistrationId>,
        /// What happened.
        step: ConsentStep,
        /// When.
        at: Timestamp,
        /// In words, where there is more to say: who signed in, which scopes are missing.
        note: Option<String>,
        /// Why it failed.
        problem: Option<Problem>,
    }
    /// What is held of a sign-in; never the tokens.
    TokenView {
        /// Whose.
        profile_id: ProfileId,
        /// Whether there is a refresh token (or a way to get tokens without one).
        signed_in: bool,
        /// Who signed in.
        account: Option<String>,
        /// When the access token in memory ends.
        access_expires_at: Option<Timestamp>,
        /// The Microsoft tenant of the account or the app, as the provider says.
        tenant: Option<String>,
        /// The app that the token was given to, as it says itself.
        app_id: Option<String>,
        /// Granted.
        scopes: Vec<String>,
        /// Asked at the sign-in and not granted.
        missing_scopes: Vec<String>,
        /// What the access token allows by its own word: `scp`, or `roles` of an app.
        permissions: Vec<String>,
        /// Whom the access token is for.
        audience: Option<String>,
        /// Whether an access token is held that says nothing about itself, as those of personal
        /// Microsoft accounts and Google.
        opaque: bool,
        /// When the person signed in.
        signed_in_at: Option<Timestamp>,
        /// When tokens were last renewed.
        refreshed_at: Option<Timestamp>,
        /// The claims worth showing, name and value; not proof of anything.
        claims: Vec<(String, String)>,
    }
    /// How a sign-out ended; the tokens are forgotten here in any case.
    SignOutReport {
        /// Whose.
        id: ProfileId,
        /// Always false: so says every answer about a sign-in.
        signed_in: bool,
        /// Whether the provider was told, and accepted that they are of no use any more.
        revoked: bool,
        /// Where the person can end the app's access, if the provider lets no program do it.
        end_access_at: Option<String>,
        /// Why the provider, which can revoke, did not.
        problem: Option<Problem>,
    }
    /// A message to send.
    MessageDraft {
        /// Empty: the profile's own.
        from: String,
        /// Recipients.
        to: Vec<String>,
        /// Copies.
        cc: Vec<String>,
        /// Hidden copies.
        bcc: Vec<String>,
        /// One line.
        subject: String,
        /// The text part; empty: none.
        text: String,
        /// The HTML part; empty: none.
        html: String,
        /// Extra headers, name and value.
        headers: Vec<(String, String)>,
        /// Files.
        attachments: Vec<AttachmentDraft>,
        /// When mail servers on the way are to report (SMTP only).
        dsn: Vec<Notice>,
        /// How much of the message comes back with a report.
        dsn_return: Option<Returned>,
        /// Whether Graph keeps a copy in Sent Items; left out: as the profile says.
        save_to_sent_items: Option<bool>,
    }
    /// A file to attach.
    AttachmentDraft {
        /// Its path (command line) or the token that stands for it (window).
        file: String,
        /// Inline: its Content-ID, for `<img src="cid:…">`.
        content_id: Option<String>,
    }
    /// A file that may be attached.
    AttachmentView {
        /// Stands for it in [`AttachmentDraft`].
        file: String,
        /// As recipients will see it.
        name: String,
        /// Octets.
        size: u64,
        /// Its media type.
        content_type: String,
    }
    /// Files that are held over the window.
    DraggedFiles {
        /// How many can be attached; folders cannot.
        count: u32,
        /// The name of the first.
        name: String,
        /// Octets of all.
        size: u64,
    }
    /// A send that is asked for.
    SendRequest {
        /// Chosen by the asker; names it for progress and cancel.
        send_id: Uuid,
        /// Who sends.
        profile_id: ProfileId,
        /// What.
        message: MessageDraft,
        /// Another way than the profile's own.
        via: Option<Transport>,
    }
    /// How far a send is.
    SendNews {
        /// Which.
        send_id: Uuid,
        /// Stage id: token, dns, tcp, tls, ehlo, auth, sender, message.
        stage: String,
        /// Octets handed over.
        sent: u64,
        /// Octets in all.
        total: u64,
        /// Whether it can still be cancelled.
        cancellable: bool,
        /// How long the server wants to be left alone before it goes on, in milliseconds.
        wait_ms: Option<u64>,
    }
    /// How a send ended.
    SendReport {
        /// The outbox's id of it.
        id: Uuid,
        /// How it ended.
        outcome: Outcome,
        /// The message's own id, with its angle brackets.
        message_id: String,
        /// Which way it went.
        transport: Transport,
        /// How each recipient fared.
        recipients: Vec<RecipientReport>,
        /// The last reply, word for word.
        reply: Option<String>,
        /// How far it came.
        stage: String,
        /// How long it took, in milliseconds.
        elapsed_ms: u64,
        /// Why it did not go well.
        problem: Option<Problem>,
    }
    /// How one recipient fared.
    RecipientReport {
        /// Who.
        address: String,
        /// How.
        outcome: RecipientOutcome,
        /// The server's reply.
        reply: Option<String>,
    }
    /// What is looked for in the history.
    HistoryQuery {
        /// Only this sender's.
        profile_id: Option<ProfileId>,
        /// Every word must be in recipient, subject, reply or sender; empty: all.
        search: String,
        /// Only these outcomes; empty: all.
        outcomes: Vec<Outcome>,
        /// Only by this way.
        transport: Option<Transport>,
        /// Only from then on.
        since: Option<Timestamp>,
        /// At most so many, newest first.
        limit: u32,
        /// Skip so many.
        offset: u32,
    }
    /// A page of the history.
    HistoryPage {
        /// Newest first.
        rows: Vec<HistoryRow>,
        /// How many fit the query.
        found: u64,
        /// How many there are in all, or of the profile that was asked for.
        total: u64,
    }
    /// One send in a list.
    HistoryRow {
        /// The outbox's id of it.
        id: Uuid,
        /// Whose; `None` when the sender is gone.
        profile_id: Option<ProfileId>,
        /// The sender's name when it was sent.
        profile_name: String,
        /// Its provider, for the tile.
        provider: Option<Provider>,
        /// When.
        started_at: Timestamp,
        /// How long, in milliseconds.
        elapsed_ms: Option<u64>,
        /// Which way.
        transport: Transport,
        /// The first recipient, and how many more.
        to: String,
        /// One line.
        subject: String,
        /// How it ended.
        outcome: Outcome,
        /// The result in a few words: "Accepted", "Sign-in refused".
        result: String,
        /// Belongs to the sandbox.
        sandbox: bool,
    }
    /// One send with all its evidence.
    HistoryDetail {
        /// As it is listed.
        row: HistoryRow,
        /// The From address.
        from: String,
        /// The message's own id.
        message_id: String,
        /// Octets on the wire.
        size: u64,
        /// How far it came.
        stage: String,
        /// How each recipient fared.
        recipients: Vec<RecipientReport>,
        /// The last reply.
        reply: Option<String>,
        /// Why it did not go well.
        problem: Option<Problem>,
        /// What was said, secrets struck out.
        transcript: Vec<TranscriptLine>,
        /// Whether the draft that it was to be sent from may still be in the mailbox's Drafts; the next
        /// send by Graph looks for it and removes it.
        draft_left: bool,
    }
    /// One line of a conversation.
    TranscriptLine {
        /// Milliseconds since it began.
        at_ms: u64,
        /// Who wrote it.
        side: Side,
        /// What, without its line end; bounded, secrets struck out.
        text: String,
        /// A reply of 400 or more, or a note of something that failed.
        bad: bool,
    }
    /// The sandbox while it runs.
    SandboxView {
        /// Whether it runs.
        running: bool,
        /// Its addresses, name and value.
        addresses: Vec<(String, String)>,
        /// The user to sign in as.
        user: String,
        /// Mails in its inbox.
        mails: u32,
    }
    /// A mail in the sandbox's inbox.
    SandboxMail {
        /// Names it.
        id: Uuid,
        /// When it arrived.
        received_at: Timestamp,
        /// By SMTP or Graph.
        transport: Transport,
        /// The envelope's sender.
        from: String,
        /// The envelope's recipients.
        to: Vec<String>,
        /// One line.
        subject: String,
        /// Octets.
        size: u64,
    }
    /// A mail of the sandbox, opened.
    SandboxMailDetail {
        /// As it is listed.
        mail: SandboxMail,
        /// Header lines, unfolded, as they arrived.
        headers: Vec<(String, String)>,
        /// The text part.
        text: Option<String>,
        /// The HTML part.
        html: Option<String>,
        /// Files: name, media type, octets.
        attachments: Vec<AttachmentView>,
        /// The first 64 KiB as they arrived.
        source: String,
    }
    /// A secret that goes in.
    SetSecret {
        /// A profile's or a registration's id.
        owner: Uuid,
        /// Which.
        name: SecretName,
    }
    /// The app as a whole.
    AppView {
        /// This program's version.
        version: String,
        /// Where everything is kept.
        data_dir: String,
        /// Which vault.
        vault: VaultKind,
        /// Why the vault cannot be used, when it cannot.
        vault_problem: Option<Problem>,
        /// What opens the vault file, where that would help.
        vault_asks: Option<VaultAsks>,
        /// Where the vault file is, or would be.
        vault_file: String,
        /// Whether the person chose the vault file in the place of the keychain.
        vault_chosen: bool,
        /// What the person chose.
        settings: AppSettings,
        /// Sends of an earlier run whose end nobody knows.
        uncertain: u32,
    }
    /// What the person chose for the app as a whole.
    AppSettings {
        /// system, light or dark
        theme: String,
        /// How long history is kept, in days.
        history_days: u32,
    }
    /// One sender of the demo, from its consent to its mail.
    DemoRun {
        /// Its name.
        sender: String,
        /// What happened to its consent.
        steps: Vec<ConsentStep>,
        /// Who signed in.
        signed_in_as: Option<String>,
        /// How its message was sent.
        sent: HistoryDetail,
        /// How it arrived.
        arrived: SandboxMailDetail,
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
        /// Whose person has to sign in again, since what the sign-in rests on was changed.
        sign_in_again: Vec<SignInAgain>,
    }
    /// A sender whose person has to sign in again once an app registration is changed.
    SignInAgain {
        /// The sender's name.
        profile: String,
        /// The settings that change, as the declarative file calls them.
        changed: Vec<String>,
    }
}

kinds! {
    /// What opens the vault file.
    VaultAsks {
        /// Its passphrase.
        Passphrase,
        /// A first passphrase: there is no vault file yet.
        NewPassphrase,
    }
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

impl HistoryQuery {
    /// Everything, as far as a page goes.
    pub fn all() -> Self {
        Self {
            profile_id: None,
            search: String::new(),
            outcomes: Vec::new(),
            transport: None,
            since: None,
            limit: 100,
            offset: 0,
        }
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

/// The passphrase of the vault file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct VaultPassphrase {
    /// It.
    #[cfg_attr(test, ts(type = "string"))]
    pub passphrase: Secret,
}

/// A certificate's files: their paths (command line) or the tokens that stand for them (window).
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CertificateFiles {
    /// PEM with certificate and key, or PFX.
    pub file: String,
    /// PEM with the key, where it has a file of its own.
    pub key_file: Option<String>,
    /// What decrypts the key.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub password: Option<Secret>,
}

/// A certificate that goes in.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SetCertificate {
    /// Whose.
    pub registration: RegistrationId,
    /// Where it is.
    pub files: CertificateFiles,
}

/// What the app tells the faces while it works.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum News {
    /// Profiles or registrations changed: read them again.
    ProfilesChanged,
    /// The history changed: read it again.
    HistoryChanged,
    /// The sandbox or its inbox changed: read it again.
    SandboxChanged,
    /// A consent moved on.
    Consent(ConsentNews),
    /// A send moved on.
    Send(SendNews),
    /// Files are held over the window; `None`: not any more.
    Dragged {
        /// What would be attached.
        files: Option<DraggedFiles>,
    },
    /// Files were dropped on the window.
    Dropped {
        /// They may be attached.
        files: Vec<AttachmentView>,
    },
}

/// Every command: its name, what it takes, what it gives. The window's types are made from this.
#[cfg(test)]
#[derive(ts_rs::TS)]
#[ts(export)]
#[allow(dead_code, missing_docs)]
pub struct Contract {
    pub app_view: ((), AppView),
    pub set_app_settings: (AppSettings, ()),
    pub list_profiles: ((), Vec<ProfileRow>),
    pub get_profile: (ProfileId, ProfileView),
    pub save_profile: (ProfileSettings, ProfileId),
    pub remove_profile: (ProfileId, ()),
    pub restore_profile: (ProfileId, ()),
    pub set_enabled: (SetEnabled, ()),
    pub duplicate_profile: (ProfileId, ProfileId),
    pub list_registrations: ((), Vec<RegistrationView>),
    pub sign_in_again: (RegistrationSettings, Vec<SignInAgain>),
    pub save_registration: (RegistrationSettings, RegistrationId),
    pub remove_registration: (RegistrationId, ()),
    pub set_secret: (SecretInput, ()),
    pub remove_secret: (SetSecret, ()),
    pub choose_file: ((), Option<AttachmentView>),
    pub read_certificate: (CertificateFiles, CertificateView),
    pub set_certificate: (SetCertificate, CertificateView),
    pub save_certificate: (RegistrationId, bool),
    pub list_presets: ((), Vec<PresetView>),
    pub begin_consent: (BeginConsent, ConsentView),
    pub begin_admin_consent: (BeginAdminConsent, ConsentView),
    pub open_consent_again: (Uuid, ()),
    pub answer_consent: (ConsentAnswer, ()),
    pub explain_browser: (ConsentAnswer, Problem),
    pub cancel_consent: (Uuid, ()),
    pub sign_out: (ProfileId, SignOutReport),
    pub token_view: (ProfileId, TokenView),
    pub choose_attachments: ((), Vec<AttachmentView>),
    pub send: (SendRequest, SendReport),
    pub cancel_send: (Uuid, ()),
    pub history: (HistoryQuery, HistoryPage),
    pub history_detail: (Uuid, HistoryDetail),
    pub start_sandbox: ((), SandboxView),
    pub sandbox_view: ((), SandboxView),
    pub sandbox_inbox: ((), Vec<SandboxMail>),
    pub sandbox_mail: (Uuid, SandboxMailDetail),
    pub import_file: ((), Option<ApplyReport>),
    pub export_file: (Vec<ProfileId>, Option<String>),
    pub open_link: (String, ()),
    pub open_vault_file: (VaultPassphrase, ()),
    pub use_keychain: ((), ()),
    pub set_zoom: (f64, ()),
}

data! {
    /// Switches a sender on or off.
    SetEnabled {
        /// Which.
        id: ProfileId,
        /// On.
        enabled: bool,
    }
    /// Asks for a consent.
    BeginConsent {
        /// Whose.
        profile_id: ProfileId,
        /// How the answer comes back; `None`: as the registration says.
        route: Option<ConsentRoute>,
        /// Whether to open the system browser.
        open_browser: bool,
    }
    /// Asks an administrator to allow an app registration what its senders need.
    BeginAdminConsent {
        /// Which.
        registration_id: RegistrationId,
        /// How the answer comes back; `None`: as the registration says.
        route: Option<ConsentRoute>,
        /// Whether to open the system browser.
        open_browser: bool,
    }
    /// Text that the person pasted.
    ConsentAnswer {
        /// Which question.
        consent_id: Uuid,
        /// The final address, or the browser page's text.
        text: String,
    }
}
