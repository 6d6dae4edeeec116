//! Why there is no token.

use super::refusal::ProviderRefusal;
use crate::{certificate::CertificateError, net::http::HttpError, secret::VaultError};
use std::{io, time::Duration};

/// Why only the person can renew the sign-in.
#[derive(Debug, thiserror::Error)]
pub enum SignInReason {
    /// Nobody has signed in yet, or the tokens were forgotten.
    #[error("nobody has signed in yet")]
    Never,
    /// The registration has other settings than at the sign-in; the token is not sent there.
    #[error("the app registration changed since the sign-in: {}", changed.join(", ").replace("_id", " ID").replace('_', " "))]
    RegistrationChanged {
        /// The settings that changed, as the declarative file calls them.
        changed: Vec<&'static str>,
    },
    /// The sender needs more than the sign-in asked for.
    #[error("the scopes changed since the sign-in")]
    ScopesChanged,
    /// The provider wants to see the person again.
    #[error("{0}")]
    Refused(Box<ProviderRefusal>),
}

impl SignInReason {
    /// What follows from settings that `changed` since the sign-in, as the declarative file calls them.
    pub fn from_changes(changed: Vec<&'static str>) -> Option<Self> {
        match changed.as_slice() {
            [] => None,
            ["scopes"] => Some(Self::ScopesChanged),
            _ => Some(Self::RegistrationChanged { changed }),
        }
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Only the person can renew the sign-in.
    #[error("sign-in needed: {0}")]
    SignInNeeded(SignInReason),
    /// The provider refused, and asking again would not change it.
    #[error("the provider refused: {0}")]
    Refused(Box<ProviderRefusal>),
    /// The provider wants to be asked later.
    #[error("{host} is busy ({status}): {said}")]
    Busy {
        /// Who is busy.
        host: String,
        /// The HTTP status.
        status: u16,
        /// How long it wants to be left alone.
        wait: Option<Duration>,
        /// Its words.
        said: String,
    },
    /// What answered is no token endpoint.
    #[error("{host} does not answer as a token endpoint ({status}): {said}")]
    NotTheProtocol {
        /// Who answered.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said, or what is wrong with it.
        said: String,
    },
    /// The id token belongs to another question (`OpenID` Connect Core §3.1.3.7).
    #[error("{host} sent an id token for another sign-in")]
    ForeignIdentity {
        /// Who sent it.
        host: String,
    },
    /// The client has to prove itself and cannot.
    #[error("the client secret or certificate is missing")]
    SecretMissing,
    /// The certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No answer came.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The vault did not give or take the refresh token; a new one is kept in memory meanwhile.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Another process holds the sign-in and does not let go.
    #[error("another process has been renewing this sign-in for {} seconds", waited.as_secs())]
    Held {
        /// How long we waited.
        waited: Duration,
    },
    /// The lock that processes share cannot be used.
    #[error("{path}: {source}")]
    Lock {
        /// The lock file.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The person stopped it.
    #[error("cancelled")]
    Cancelled,
}
