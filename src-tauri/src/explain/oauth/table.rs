//! The table of refusals: how each shows itself, and the words for it.

/// How a refusal shows itself, and what it is called. No numbers and no words fit anything.
pub(super) struct Row {
    /// AADSTS numbers, any of them.
    pub(super) numbers: &'static [u32],
    /// Words of the description.
    pub(super) words: &'static str,
    /// The OAuth errors that it is an explanation of.
    pub(super) errors: &'static [&'static str],
    /// What failed; `{who}` is the provider.
    pub(super) title: &'static str,
    /// Why, and what to do.
    pub(super) means: &'static str,
    /// Where it was read; empty: the provider's own page for the number.
    pub(super) source: &'static str,
}

macro_rules! rows {
    ($([$($number:literal),*] $words:literal in $errors:expr => $title:literal, $means:literal, $source:literal;)+) => {
        &[$(Row { numbers: &[$($number),*], words: $words, errors: &$errors, title: $title, means: $means, source: $source }),+]
    };
}

// The OAuth errors beside which a number can be what it says: any other makes it a stranger's.
const REDIRECT: [&str; 2] = ["invalid_request", "invalid_client"];
const CLIENT: [&str; 3] = ["invalid_client", "unauthorized_client", "invalid_request"];
const SCOPES: [&str; 4] =
    ["invalid_scope", "invalid_resource", "invalid_request", "unauthorized_client"];
const GRANT: [&str; 3] = ["invalid_grant", "interaction_required", "login_required"];
const PERSON: [&str; 5] = [
    "access_denied",
    "invalid_grant",
    "interaction_required",
    "login_required",
    "consent_required",
];
const ANSWER: [&str; 2] = ["invalid_grant", "invalid_request"];

/// Most specific first: the first row that fits wins. Numbers come before OAuth errors, inner causes
/// before the envelopes (70002, 90023) that they arrive in. Sources, where not named:
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes> and the page that
/// each problem names, 2026-11.
#[rustfmt::skip]
pub(super) const REFUSALS: &[Row] = rows![
    // The redirect address.
    [50011] "" in REDIRECT => "Microsoft does not know the address that the browser should return to", "The app registration lacks it. Its owner adds exactly the redirect address of these settings under Authentication: loopback and deep link under Mobile and desktop applications, an https:// page under Web.", "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts50011-redirect-uri-mismatch";
    [500113] "" in REDIRECT => "The app registration has no redirect address at all", "Its owner adds one under Authentication, Add a platform, Mobile and desktop applications: the redirect address of these settings.", "";
    [] "" in ["redirect_uri_mismatch"] => "{who} does not know the address that the browser should return to", "At Google the client has to be of the type Desktop app, which takes every loopback address; a Web client takes only those that are listed.", "https://developers.google.com/identity/protocols/oauth2/native-app";
    // The client and its secret.
    [7000218] "" in CLIENT => "Microsoft wants a client secret: the app is registered as a web app", "The redirect address stands under Web. Its owner moves it to Mobile and desktop applications, or registers an https:// page there whose address is pasted, with the client secret.", "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/confidential-client-application-authentication-error-aadsts7000218";
    [700025] "" in CLIENT => "Microsoft refuses the client secret: the app is registered as a public client", "The redirect address stands under Mobile and desktop applications, where no secret may be sent. Its owner moves it to Web, or the registration here gets the redirect loopback.", "";
    [90023] "public client" in CLIENT => "Microsoft refuses the client secret: the app is registered as a public client", "The redirect address stands under Mobile and desktop applications, where no secret may be sent. Its owner moves it to Web, or the registration here gets the redirect loopback.", "";
    [7000215] "" in CLIENT => "Microsoft does not accept the client secret", "Often the secret's ID was copied instead of its Value. Make a new secret under Certificates & secrets, copy its Value at once, and replace the stored one.", "";
    [7000222] "" in CLIENT => "The client secret has expired", "Make a new one under Certificates & secrets, copy its Value, and replace the stored one.", "";
    // What a certificate signs.
    [700027] "key used is expired" in CLIENT => "The certificate has expired", "Make a new one, upload its public part under Certificates & secrets, Certificates, and replace the stored one.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [700027] "" in CLIENT => "Microsoft does not know the certificate, or not for this app", "Upload its public part under Certificates & secrets, Certificates, and compare the thumbprint there with the one shown here. Where they agree, set certificate_algorithm to rs256: some clouds know a certificate by its older thumbprint only.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [700024] "" in CLIENT => "Microsoft's clock and this computer's do not agree", "What the certificate signs is good for ten minutes by the clock. Set this computer's clock, best by letting it follow a time server.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [700023] "audience" in CLIENT => "Microsoft does not accept what the certificate signed", "It is meant for the token address of another tenant or cloud. Compare both with the app registration that the certificate was uploaded to.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [700021, 50012, 50027, 700030] "" in CLIENT => "Microsoft does not accept what the certificate signed", "The application id has to be that of the app registration that the certificate was uploaded to. Compare it, and the thumbprint that both sides show.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [9002326, 9002327] "" in CLIENT => "Microsoft takes the app for a page in a browser", "The redirect address stands under Single-page application. Its owner moves it to Mobile and desktop applications.", "";
    [700016, 70001, 700011] "" in CLIENT => "Microsoft does not know this app in this tenant", "The application id or the tenant is wrong, or nobody of this tenant has consented to the app yet. Compare both with the overview page of the app registration.", "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts700016-app-not-found-in-directory";
    [7000112] "" in CLIENT => "The app is switched off in this tenant", "An administrator allows it under Enterprise apps, Properties, Enabled for users to sign in.", "";
    [90002, 900023, 50059] "" in CLIENT => "Microsoft does not know this tenant", "Check its spelling, and whether it lives in another national cloud. The tenant's id stands on the overview page of the app registration.", "";
    [50194] "" in CLIENT => "The app belongs to one tenant and was asked for through all", "Put the tenant's own id or domain into the registration instead of common or organizations.", "";
    [] "client_secret is missing" in ["invalid_request"] => "{who} wants the client secret", "Google gives one to every client of the type Desktop app. Store it with `sendright secret set REGISTRATION client-secret`, or in the window at the app registration.", "https://developers.google.com/identity/protocols/oauth2/native-app";
    [] "" in ["deleted_client"] => "{who} says that the client was deleted", "Make a new OAuth client of the type Desktop app and put its id and secret into the registration.", "";
    // Who may sign in.
    [90094, 90095] "" in PERSON => "Microsoft wants an administrator to allow the app first", "People of this tenant may not allow it themselves. An administrator grants it by the link that the app registration here makes for them, or under Enterprise apps, Permissions, Grant admin consent; then sign in again.", "https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent";
    [65001] "" in PERSON => "Nobody has allowed the app to do this yet", "Sign in again and accept, or let an administrator grant it by the link that the app registration here makes for them.", "https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent";
    [65005, 650056, 650057] "" in SCOPES => "The app registration does not list what is asked for", "Its owner adds the permission under API permissions; an administrator may have to grant it as well.", "";
    [50105] "" in PERSON => "This account is not assigned to the app", "An administrator adds it under Enterprise apps, Users and groups, or turns Assignment required off.", "";
    [53003, 53000, 53001, 53002, 53004, 530032, 530033, 530035, 530036] "" in PERSON => "A policy of the organisation forbids this sign-in", "Conditional Access or security defaults block it. The sign-in logs, filtered by the correlation id, name the policy to the administrator.", "https://learn.microsoft.com/entra/identity/conditional-access/troubleshoot-conditional-access";
    [16000, 50020, 50034, 51004, 90072, 500208] "" in PERSON => "This account does not belong to the tenant", "Sign in with an account of the tenant, correct the tenant in the registration, or let an administrator invite the account as a guest.", "";
    [50053] "" in PERSON => "The account is locked for the moment", "Too many wrong passwords, or an address that Microsoft distrusts. Wait, or let an administrator look into the sign-in logs.", "";
    [50057] "" in PERSON => "The account is disabled", "An administrator has to enable it.", "";
    [] "" in ["org_internal"] => "{who} keeps this app to its own organisation", "The consent screen is Internal. Use an account of that organisation, or make it External.", "";
    [] "" in ["admin_policy_enforced"] => "A policy of the organisation forbids this sign-in", "A Workspace administrator has to trust the app under Security, API controls.", "";
    // A code that was typed on another device (RFC 8628 §3.5; a name of Microsoft's own).
    [] "" in ["bad_verification_code"] => "{who} does not know the code any more", "It was used already, or has run out. Get a new code.", "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code";
    // What was asked for.
    [500011, 50001] "" in SCOPES => "The tenant does not have what is asked for", "It may have no Exchange Online, or live in another national cloud. Check the tenant, the cloud and the scopes.", "";
    [28000, 70011, 700022, 28003] "" in SCOPES => "Microsoft does not accept the scopes", "Each has to be spelt as Microsoft names it, with its address, and belong to the cloud of the registration.", "https://learn.microsoft.com/entra/identity-platform/scopes-oidc";
    [1002012] "" in SCOPES => "Microsoft wants a scope that ends in /.default", "Signing in as the app itself knows no other scopes.", "";
    // What renews a sign-in.
    [700082, 70043, 700084] "" in GRANT => "The sign-in has run out", "It was not used for too long, or the organisation demands a new one from time to time. Sign in again.", "https://learn.microsoft.com/entra/identity-platform/refresh-tokens";
    [50173, 50132, 50133] "" in GRANT => "The sign-in was revoked", "The password was changed, or an administrator ended all sessions. Sign in again.", "https://learn.microsoft.com/entra/identity-platform/refresh-tokens";
    [50072, 50074, 50076, 50078, 50079, 50158] "" in GRANT => "Microsoft wants a second factor", "A policy asks for it now. Sign in again and complete it in the browser.", "";
    [54005, 70008] "" in GRANT => "The code or the sign-in is no longer valid", "A code is good once and for some minutes. Sign in again.", "";
    [501481, 700005, 70004] "" in ANSWER => "The answer belongs to another question", "Two sign-ins were mixed up. Sign in again.", "";
    [] "invalid_rapt" in ["invalid_grant"] => "{who} wants a new sign-in", "The organisation's session control demands one from time to time. Sign in again; an administrator can exempt the app under Security, Google Cloud session control.", "https://developers.google.com/identity/protocols/oauth2#expiration";
    // What the standard's errors mean (RFC 6749 §4.1.2.1, §5.2).
    [] "" in ["invalid_grant"] => "{who} no longer accepts the sign-in", "It was revoked, ran out, or the password was changed; at Google also seven days after a sign-in while the app is in testing. Sign in again.", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    [] "" in ["interaction_required"] => "{who} wants to see a person", "Something has to be answered in the browser. Sign in again.", "";
    [] "" in ["login_required"] => "{who} wants to see a person", "Something has to be answered in the browser. Sign in again.", "";
    [] "" in ["consent_required"] => "{who} wants to be told again what the app may do", "Sign in again and accept.", "";
    [] "" in ["invalid_client"] => "{who} does not accept the app's credentials", "The application id, the client secret or certificate, or the way it travels is wrong.", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    [] "" in ["unauthorized_client"] => "{who} does not let this app sign in like this", "Compare the application id and the tenant with the app registration, and what kinds of accounts and sign-in it allows.", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    [] "" in ["invalid_scope"] => "{who} does not accept the scopes", "Check their spelling, and whether the app may ask for them.", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    [] "" in ["invalid_resource"] => "{who} does not know what the scopes are for", "Check the address that they begin with, and the cloud.", "";
    [] "" in ["temporarily_unavailable", "server_error"] => "{who} wants to be asked later", "It is busy, or has a fault of its own. Nothing was changed; try again in a while.", "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1";
];

/// A person's no, where one was asked and nothing else explains it.
#[rustfmt::skip]
pub(super) const DECLINES: &[Row] = rows![
    [] "verification" in ["access_denied"] => "{who} does not let this account use the app while it is being tested", "Add the account as a test user on the consent screen, or publish the app.", "";
    [] "" in ["access_denied"] => "The person at the browser declined", "Nothing was changed. Sign in again and accept to use this sender.", "";
    [] "" in ["authorization_declined"] => "The person who typed the code declined", "Nothing was changed. Get a new code and accept to use this sender.", "";
];

/// An error that nobody has described yet.
pub(super) const UNKNOWN: Row = Row {
    numbers: &[],
    words: "",
    errors: &[],
    title: "{who} refused the sign-in",
    means: "Its own words say why. With the ids in them its support can find the sign-in in its logs.",
    source: "",
};
