//! Why no administrator allowed an app, in words.

use super::{
    super::problem::{Code, Problem},
    Asked,
};
use crate::{oauth::ProviderRefusal, profile::Provider};

/// Nobody can be asked.
pub(super) fn nobody(provider: Provider) -> Problem {
    let means = match provider {
        Provider::Microsoft => {
            "Personal accounts have no administrator, and an authorize address of its own has to end in \
             /oauth2/v2.0/authorize. Check the registration's tenant and addresses."
        }
        Provider::Google => {
            "Google has no such link: a Workspace administrator trusts the app under Security, API \
             controls."
        }
        Provider::Custom => {
            "Only Microsoft has a link for it. Ask whoever runs the provider how it is allowed there."
        }
    };
    Problem::new(Code::InvalidSettings, "No administrator can be asked to allow this app", means)
        .source("https://learn.microsoft.com/entra/identity-platform/v2-admin-consent")
}

/// The administrator declined, was none, or the provider refused.
pub(super) fn refused(refusal: &ProviderRefusal) -> Problem {
    let declined = ["access_denied", "permission_denied", "consent_required"];
    if !declined.iter().any(|error| refusal.is(error)) {
        return super::refused(refusal, Asked::Person);
    }
    let (title, means) = if refusal.has(90_094) || refusal.has(900_941) {
        (
            "The account that signed in may not allow apps for the organisation",
            "It takes a Cloud Application Administrator, or whoever else may grant these permissions. \
             Send them the link.",
        )
    } else {
        (
            "The administrator declined",
            "Nothing was changed. Ask again when they are ready to accept.",
        )
    };
    Problem::new(Code::ConsentDeclined, title, means)
        .said(refusal.to_string())
        .source("https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent")
}
