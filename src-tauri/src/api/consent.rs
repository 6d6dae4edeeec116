//! Consent, and what it gave.

use crate::{
    clock::Timestamp,
    explain::Problem,
    profile::{ProfileId, RegistrationId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

kinds! {
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
}

data! {
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
