//! What the identity provider refuses, in Entra's words.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>, 2026-11; the
//! texts as they are reported from its answers.

use crate::clock::Timestamp;
use serde_json::{Value, json};
use time::macros::format_description;
use uuid::Uuid;

/// Why there is no sign-in or no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    UnknownTenant { tenant: String },
    PersonalAccountsOnly,
    UnknownClient { client: String },
    UnknownUser { user: String },
    RedirectNotRegistered { redirect: String, client: String },
    NoRedirect,
    Missing(&'static str),
    Malformed,
    ResponseType { asked: String },
    ResponseMode { asked: String },
    PkceMissing,
    PkceSize,
    LoginRequired,
    Declined,
    DeclinedForAll,
    NoAdministrator,
    BadScope { scope: String },
    SeveralResources { first: String, other: String },
    NotDefault { scope: String },
    NamedTenantNeeded,
    SecretMissing,
    SecretWrong { client: String },
    SecretNotAllowed { client: String },
    AssertionUnknown { thumbprint: String, client: String },
    AssertionKeyExpired { thumbprint: String },
    AssertionSignature { thumbprint: String },
    AssertionMalformed,
    AssertionOfOther,
    AssertionAudience,
    AssertionTime { now: Timestamp, from: Timestamp, until: Timestamp },
    UnknownGrantType { asked: String },
    CodeUnknown,
    CodeUsed,
    CodeExpired,
    OtherTenant,
    OtherRedirect,
    OtherClient,
    VerifierMissing,
    VerifierWrong,
    RefreshExpired { issued: Timestamp },
    Revoked,
    NotConsented { client: String },
    DevicePending,
    DeviceDeclined,
    DeviceExpired,
    DeviceUnknown,
}

impl Refusal {
    /// The number, the OAuth error (RFC 6749 §4.1.2.1 and §5.2) and the words.
    #[rustfmt::skip]
    fn says(&self) -> (u32, &'static str, String) {
        match self {
            Self::UnknownTenant { tenant } => (90002, "invalid_request", format!("Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.")),
            Self::PersonalAccountsOnly => (9_002_332, "invalid_request", "Application is configured for use by Microsoft Entra users only. Please do not use the /consumers endpoint to serve this request.".into()),
            Self::UnknownClient { client } => (700_016, "unauthorized_client", format!("Application with identifier '{client}' was not found in the directory 'Sendright sandbox'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.")),
            Self::UnknownUser { user } => (50034, "invalid_grant", format!("The user account {user} does not exist in the Sendright sandbox directory. To sign into this application, the account must be added to the directory.")),
            Self::RedirectNotRegistered { redirect, client } => (50011, "invalid_request", format!("The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this error.")),
            Self::NoRedirect => (900_971, "invalid_request", "No reply address provided.".into()),
            Self::Missing(field) => (900_144, "invalid_request", format!("The request body must contain the following parameter: '{field}'.")),
            Self::Malformed => (9_002_313, "invalid_request", "Invalid request. Request is malformed or invalid.".into()),
            Self::ResponseType { asked } => (700_054, "unsupported_response_type", format!("response_type '{asked}' is not enabled for the application.")),
            Self::ResponseMode { asked } => (70007, "invalid_request", format!("'{asked}' is not a supported value of 'response_mode' when requesting a code.")),
            Self::PkceMissing => (9_002_325, "invalid_request", "Proof Key for Code Exchange with code_challenge_method S256 is required.".into()),
            Self::PkceSize => (501_491, "invalid_request", "Invalid size of Code_Challenge parameter.".into()),
            Self::LoginRequired => (50058, "login_required", "Session information is not sufficient for single-sign-on.".into()),
            Self::Declined => (65004, "access_denied", "User declined to consent to access the app.".into()),
            Self::DeclinedForAll => (65004, "consent_required", "The resource owner or authorization server denied the request.".into()),
            Self::NoAdministrator => (90094, "access_denied", "The grant requires admin permission: only an administrator of the tenant can grant it.".into()),
            Self::BadScope { scope } => (70011, "invalid_scope", format!("The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.")),
            Self::SeveralResources { first, other } => (28000, "invalid_scope", format!("Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {first} {other} is not valid.")),
            Self::NotDefault { scope } => (1_002_012, "invalid_scope", format!("The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).")),
            Self::NamedTenantNeeded => (9_001_023, "invalid_request", "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.".into()),
            Self::SecretMissing => (7_000_218, "invalid_client", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.".into()),
            Self::SecretWrong { client } => (7_000_215, "invalid_client", format!("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'.")),
            Self::SecretNotAllowed { client } => (700_025, "invalid_client", format!("Client '{client}' is public so neither 'client_assertion' nor 'client_secret' should be presented.")),
            Self::AssertionUnknown { thumbprint, client } => (700_027, "invalid_client", format!("The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client}'.]")),
            Self::AssertionKeyExpired { thumbprint } => (700_027, "invalid_client", format!("The certificate with identifier used to sign the client assertion is expired on application. [Reason - The key used is expired., Thumbprint of key used by client: '{thumbprint}'.]")),
            Self::AssertionSignature { thumbprint } => (700_027, "invalid_client", format!("Client assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value., Thumbprint of key used by client: '{thumbprint}'.]")),
            Self::AssertionMalformed => (50027, "invalid_request", "JWT token is invalid or malformed.".into()),
            Self::AssertionOfOther => (700_021, "invalid_client", "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .".into()),
            Self::AssertionAudience => (700_023, "invalid_client", "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .".into()),
            Self::AssertionTime { now, from, until } => (700_024, "invalid_client", format!("Client assertion is not within its valid time range. Current time: {now}, assertion valid from {from}, expiry time of assertion {until}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .")),
            Self::UnknownGrantType { asked } => (70003, "unsupported_grant_type", format!("The app requested an unsupported grant type '{asked}'.")),
            Self::CodeUnknown => (9_002_313, "invalid_grant", "Invalid request. Request is malformed or invalid.".into()),
            Self::CodeUsed => (54005, "invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.".into()),
            Self::CodeExpired => (70008, "invalid_grant", "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.".into()),
            Self::OtherTenant => (700_005, "invalid_grant", "The provided Authorization Code is intended to use against other tenant, thus rejected.".into()),
            Self::OtherRedirect => (70004, "invalid_request", "The provided value for the input parameter 'redirect_uri' is not valid. It is not the one of the authorization request.".into()),
            Self::OtherClient => (70000, "invalid_grant", "Provided grant is invalid or malformed: it was issued to another client.".into()),
            Self::VerifierMissing => (50148, "invalid_grant", "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE: 'code_verifier' is missing.".into()),
            Self::VerifierWrong => (501_481, "invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the authorization request.".into()),
            Self::RefreshExpired { issued } => (700_082, "invalid_grant", format!("The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for 90.00:00:00.")),
            Self::Revoked => (50173, "invalid_grant", "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.".into()),
            Self::NotConsented { client } => (65001, "invalid_grant", format!("The user or administrator has not consented to use the application with ID '{client}' named 'Sendright sandbox'. Send an interactive authorization request for this user and resource.")),
            Self::DevicePending => (70016, "authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling.".into()),
            Self::DeviceDeclined => (65004, "authorization_declined", "User declined to consent to access the app.".into()),
            Self::DeviceExpired => (70019, "expired_token", "Verification code expired. Have the user retry the sign-in.".into()),
            Self::DeviceUnknown => (70018, "bad_verification_code", "Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.".into()),
        }
    }

    /// The OAuth error.
    pub(super) fn error(&self) -> &'static str {
        self.says().1
    }

    /// The HTTP status of its answer (RFC 6749 §5.2).
    pub(super) fn status(&self) -> axum::http::StatusCode {
        match self.error() {
            "invalid_client" => axum::http::StatusCode::UNAUTHORIZED,
            _ => axum::http::StatusCode::BAD_REQUEST,
        }
    }

    /// The words with the number before and the ids behind, as Entra writes them.
    pub(super) fn description(&self, now: Timestamp) -> String {
        self.answer(now)["error_description"].as_str().unwrap_or_default().to_owned()
    }

    /// The answer of the token endpoint.
    pub(super) fn answer(&self, now: Timestamp) -> Value {
        let (number, error, words) = self.says();
        let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
        let timestamp = now
            .date_time()
            .format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z"))
            .expect("every part of it is in a date");
        json!({
            "error": error,
            "error_description": format!("AADSTS{number}: {words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"),
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_shaped_like_entras() {
        let now = Timestamp::from_unix(1_795_000_000).unwrap();
        let answer = Refusal::SecretMissing.answer(now);
        assert_eq!(answer["error"], "invalid_client");
        assert_eq!(answer["error_codes"][0], 7_000_218);
        assert_eq!(answer["timestamp"], "2026-11-18 11:06:40Z");
        let words = answer["error_description"].as_str().unwrap();
        assert!(words.starts_with("AADSTS7000218: The request body must contain"), "{words}");
        assert!(words.ends_with("Timestamp: 2026-11-18 11:06:40Z"), "{words}");
        for id in ["trace_id", "correlation_id"] {
            assert!(words.contains(answer[id].as_str().unwrap()), "{id} is in {words}");
        }
    }
}
