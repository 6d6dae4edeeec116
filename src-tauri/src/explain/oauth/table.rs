//! The table of refusals: how each shows itself, and the words for it.

use crate::explain::Code;

/// How a refusal shows itself, and what it is called. An empty field fits anything.
pub(super) struct Row {
    /// AADSTS numbers, any of them.
    pub(super) numbers: &'static [u32],
    /// The OAuth error.
    pub(super) error: &'static str,
    /// Words of the description.
    pub(super) words: &'static str,
    /// For programs.
    pub(super) code: Code,
    /// What failed; `{who}` is the provider.
    pub(super) title: &'static str,
    /// Why, and what to do.
    pub(super) means: &'static str,
    /// Where it was read; empty: the provider's own page for the number.
    pub(super) source: &'static str,
}

macro_rules! rows {
    ($([$($number:literal),*] $error:literal $words:literal => $code:ident, $title:literal, $means:literal, $source:literal;)+) => {
        &[$(Row { numbers: &[$($number),*], error: $error, words: $words, code: Code::$code, title: $title, means: $means, source: $source }),+]
    };
}

/// Most specific first: the first row that fits wins. Numbers come before OAuth errors, inner causes
/// before the envelopes (70002, 90023) that they arrive in. Sources, where not named:
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes> and the page that
/// each problem names, 2026-11.
#[rustfmt::skip]
#[allow(clippy::unreadable_literal)] // they are looked up as they are written here
pub(super) const REFUSALS: &[Row] = rows![
    // The redirect address.
    [50011] "" "" => RedirectUnusable, "Microsoft does not know the address that the browser should return to", "The app registration lacks it. Its owner adds exactly the redirect address of these settings under Authentication: loopback and deep link under Mobile and desktop applications, an https:// page under Web.", "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts50011-redirect-uri-mismatch";
    [500113] "" "" => RedirectUnusable, "The app registration has no redirect address at all", "Its owner adds one under Authentication, Add a platform, Mobile and desktop applications: the redirect address of these settings.", "";
    [] "redirect_uri_mismatch" "" => RedirectUnusable, "{who} does not know the address that the browser should return to", "At Google the client has to be of the type Desktop app, which takes every loopback address; a Web client takes only those that are listed.", "https://developers.google.com/identity/protocols/oauth2/native-app";
    // The client and its secret.
    [7000218] "" "" => ClientRejected, "Microsoft wants a client secret: the app is registered as a web app", "The redirect address stands under Web. Its owner moves it to Mobile and desktop applications, or registers an https:// page there whose address is pasted, with the client secret.", "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/confidential-client-application-authentication-error-aadsts7000218";
    [700025] "" "" => ClientRejected, "Microsoft refuses the client secret: the app is registered as a public client", "The redirect address stands under Mobile and desktop applications, where no secret may be sent. Its owner moves it to Web, or the registration here gets the redirect loopback.", "";
    [90023] "" "public client" => ClientRejected, "Microsoft refuses the client secret: the app is registered as a public client", "The redirect address stands under Mobile and desktop applications, where no secret may be sent. Its owner moves it to Web, or the registration here gets the redirect loopback.", "";
    [7000215] "" "" => ClientRejected, "Microsoft does not accept the client secret", "Often the secret's ID was copied instead of its Value. Make a new secret under Certificates & secrets, copy its Value at once, and replace the stored one.", "";
    [7000222] "" "" => ClientRejected, "The client secret has expired", "Make a new one under Certificates & secrets, copy its Value, and replace the stored one.", "";
    // What a certificate signs.
    [700027] "" "key used is expired" => ClientRejected, "The certificate has expired", "Make a new one, upload its public part under Certificates & secrets, Certificates, and replace the stored one.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [700027] "" "" => ClientRejected, "Microsoft does not know the certificate, or not for this app", "Upload its public part under Certificates & secrets, Certificates, and compare the thumbprint there with the one shown here. Where they agree, set certificate_algorithm to rs256: some clouds know a certificate by its older thumbprint only.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [700024] "" "" => ClientRejected, "Microsoft's clock and this computer's do not agree", "What the certificate signs is good for ten minutes by the clock. Set this computer's clock, best by letting it follow a time server.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [700023] "" "audience" => ClientRejected, "Microsoft does not accept what the certificate signed", "It is meant for the token address of another tenant or cloud. Compare both with the app registration that the certificate was uploaded to.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [700021, 50012, 50027, 700030] "" "" => ClientRejected, "Microsoft does not accept what the certificate signed", "The application id has to be that of the app registration that the certificate was uploaded to. Compare it, and the thumbprint that both sides show.", "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
    [9002326, 9002327] "" "" => ClientRejected, "Microsoft takes the app for a page in a browser", "The redirect address stands under Single-page application. Its owner moves it to Mobile and desktop applications.", "";
    [700016, 70001, 700011] "" "" => ClientRejected, "Microsoft does not know this app in this tenant", "The application id or the tenant is wrong, or nobody of this tenant has consented to the app yet. Compare both with the overview page of the app registration.", "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts700016-app-not-found-in-directory";
    [7000112] "" "" => ClientRejected, "The app is switched off in this tenant", "An administrator allows it under Enterprise apps, Properties, Enabled for users to sign in.", "";
    [90002, 900023, 50059] "" "" => ClientRejected, "Microsoft does not know this tenant", "Check its spelling, and whether it lives in another national cloud. The tenant's id stands on the overview page of the app registration.", "";
    [50194] "" "" => ClientRejected, "The app belongs to one tenant and was asked for through all", "Put the tenant's own id or domain into the registration instead of common or organizations.", "";
    [] "invalid_request" "client_secret is missing" => ClientRejected, "{who} wants the client secret", "Google gives one to every client of the type Desktop app. Store it with the registration.", "https://developers.google.com/identity/protocols/oauth2/native-app";
    [] "deleted_client" "" => ClientRejected, "{who} says that the client was deleted", "Make a new OAuth client of the type Desktop app and put its id and secret into the registration.", "";
    // Who may sign in.
    [90094, 90095] "" "" => ProviderRefused, "Microsoft wants an administrator to allow the app first", "People of this tenant may not allow it themselves. An administrator grants it by the link that the app registration here makes for them, or under Enterprise apps, Permissions, Grant admin consent; then sign in again.", "https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent";
    [65001] "" "" => ProviderRefused, "Nobody has allowed the app to do this yet", "Sign in again and accept, or let an administrator grant it by the link that the app registration here makes for them.", "https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent";
    [65004] "" "" => ConsentDeclined, "The person at the browser declined", "Nothing was changed. Sign in again and accept to use this sender.", "";
    [65005, 650056, 650057] "" "" => ProviderRefused, "The app registration does not list what is asked for", "Its owner adds the permission under API permissions; an administrator may have to grant it as well.", "";
    [50105] "" "" => ProviderRefused, "This account is not assigned to the app", "An administrator adds it under Enterprise apps, Users and groups, or turns Assignment required off.", "";
    [53003, 53000, 53001, 53002, 53004, 530032, 530033, 530035, 530036] "" "" => ProviderRefused, "A policy of the organisation forbids this sign-in", "Conditional Access or security defaults block it. The sign-in logs, filtered by the correlation id, name the policy to the administrator.", "https://learn.microsoft.com/entra/identity/conditional-access/troubleshoot-conditional-access";
    [16000, 50020, 50034, 51004, 90072, 500208] "" "" => ProviderRefused, "This account does not belong to the tenant", "Sign in with an account of the tenant, correct the tenant in the registration, or let an administrator invite the account as a guest.", "";
    [50053] "" "" => ProviderRefused, "The account is locked for the moment", "Too many wrong passwords, or an address that Microsoft distrusts. Wait, or let an administrator look into the sign-in logs.", "";
    [50057] "" "" => ProviderRefused, "The account is disabled", "An administrator has to enable it.", "";
    [] "org_internal" "" => ProviderRefused, "{who} keeps this app to its own organisation", "The consent screen is Internal. Use an account of that organisation, or make it External.", "";
    [] "admin_policy_enforced" "" => ProviderRefused, "A policy of the organisation forbids this sign-in", "A Workspace administrator has to trust the app under Security, API controls.", "";
    [] "access_denied" "verification" => ProviderRefused, "{who} does not let this account use the app while it is being tested", "Add the account as a test user on the consent screen, or publish the app.", "";
    [] "access_denied" "" => ConsentDeclined, "The person at the browser declined", "Nothing was changed. Sign in again and accept to use this sender.", "";
    // A code that was typed on another device (RFC 8628 §3.5; Microsoft's own names beside it).
    [] "authorization_declined" "" => ConsentDeclined, "The person who typed the code declined", "Nothing was changed. Get a new code and accept to use this sender.", "";
    [] "bad_verification_code" "" => ProviderRefused, "{who} does not know the code any more", "It was used already, or has run out. Get a new code.", "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code";
    // What was asked for.
    [500011, 50001] "" "" => ProviderRefused, "The tenant does not have what is asked for", "It may have no Exchange Online, or live in another national cloud. Check the tenant, the cloud and the scopes.", "";
    [28000, 70011, 700022, 28003] "" "" => ProviderRefused, "Microsoft does not accept the scopes", "Each has to be spelt as Microsoft names it, with its address, and belong to the cloud of the registration.", "https://learn.microsoft.com/entra/identity-platform/scopes-oidc";
    [1002012] "" "" => ProviderRefused, "Microsoft wants a scope that ends in /.default", "Signing in as the app itself knows no other scopes.", "";
    // What renews a sign-in.
    [700082, 70043, 700084] "" "" => ProviderRefused, "The sign-in has run out", "It was not used for too long, or the organisation demands a new one from time to time. Sign in again.", "https://learn.microsoft.com/entra/identity-platform/refresh-tokens";
    [50173, 50132, 50133] "" "" => ProviderRefused, "The sign-in was revoked", "The password was changed, or an administrator ended all sessions. Sign in again.", "https://learn.microsoft.com/entra/identity-platform/refresh-tokens";
    [50072, 50074, 50076, 50078, 50079, 50158] "" "" => ProviderRefused, "Microsoft wants a second factor", "A policy asks for it now. Sign in again and complete it in the browser.", "";
    [54005, 70008] "" "" => ProviderRefused, "The code or the sign-in is no longer valid", "A code is good once and for some minutes. Sign in again.", "";
    [501481, 700005, 70004] "" "" => ProviderRefused, "The answer belongs to another question", "Two sign-ins were mixed up. Sign in again.", "";
    [] "invalid_grant" "invalid_rapt" => ProviderRefused, "{who} wants a new sign-in", "The organisation's session control demands one from time to time. Sign in again; an administrator can exempt the app under Security, Google Cloud session control.", "https://developers.google.com/identity/protocols/oauth2#expiration";
    // What the standard's errors mean (RFC 6749 §4.1.2.1, §5.2).
    [] "invalid_grant" "" => ProviderRefused, "{who} no longer accepts the sign-in", "It was revoked, ran out, or the password was changed; at Google also seven days after a sign-in while the app is in testing. Sign in again.", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    [] "interaction_required" "" => ProviderRefused, "{who} wants to see a person", "Something has to be answered in the browser. Sign in again.", "";
    [] "login_required" "" => ProviderRefused, "{who} wants to see a person", "Something has to be answered in the browser. Sign in again.", "";
    [] "consent_required" "" => ProviderRefused, "{who} wants to be told again what the app may do", "Sign in again and accept.", "";
    [] "invalid_client" "" => ClientRejected, "{who} does not accept the app's credentials", "The application id, the client secret or certificate, or the way it travels is wrong.", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    [] "unauthorized_client" "" => ClientRejected, "{who} does not let this app sign in like this", "Compare the application id and the tenant with the app registration, and what kinds of accounts and sign-in it allows.", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    [] "invalid_scope" "" => ProviderRefused, "{who} does not accept the scopes", "Check their spelling, and whether the app may ask for them.", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    [] "invalid_resource" "" => ProviderRefused, "{who} does not know what the scopes are for", "Check the address that they begin with, and the cloud.", "";
    [] "" "" => ProviderRefused, "{who} refused the sign-in", "Its own words say why. With the ids in them its support can find the sign-in in its logs.", "";
];
