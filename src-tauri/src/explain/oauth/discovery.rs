//! Why a provider's endpoints are not known, in words.

use super::busy;
use crate::{
    explain::problem::{Code, Problem},
    oauth::DiscoveryError,
};

const SOURCE: &str = "https://openid.net/specs/openid-connect-discovery-1_0.html";

impl From<DiscoveryError> for Problem {
    fn from(error: DiscoveryError) -> Self {
        let by_hand =
            "Check the issuer, or enter the addresses as the provider's documentation has them.";
        match error {
            DiscoveryError::Http(error) => error.into(),
            DiscoveryError::Busy { host, status, wait } => {
                busy(&host, "Nothing was changed.", wait).said(status.to_string())
            }
            DiscoveryError::Absent { host, status } => Self::new(
                Code::NotTheProtocol,
                format!("{host} does not say where its endpoints are"),
                by_hand,
            )
            .said(status.to_string())
            .source(SOURCE),
            DiscoveryError::Unusable { host, said } => Self::new(
                Code::NotTheProtocol,
                format!("{host} does not say in a usable way where its endpoints are"),
                by_hand,
            )
            .said(said)
            .source(SOURCE),
            DiscoveryError::Foreign { asked, said } => Self::new(
                Code::NotTheProtocol,
                "The issuer speaks for another one",
                format!(
                    "{asked} was asked, and what it publishes belongs to another issuer. Nothing of it \
                     was used. If that is the provider you mean, enter its issuer instead."
                ),
            )
            .said(said)
            .source("https://www.rfc-editor.org/rfc/rfc8414#section-3.3"),
        }
    }
}
