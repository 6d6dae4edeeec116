//! Whether a client has to prove itself, and may: by provider and redirect.

use super::{consent::ConsentError, party::Party};
use crate::{
    profile::{Provider, Redirect},
    secret::Secret,
};
use serde::{Deserialize, Serialize};
use url::Url;

/// What a client shows to the token endpoint besides its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// Nothing: a public client.
    Nothing,
    /// Its secret, or what its certificate signs: a confidential client.
    Secret,
}

/// Whether the secret or certificate goes along, by provider and redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// It must not.
    Never,
    /// It must.
    Always,
    /// It does when there is one.
    WhenThere,
}

/// The path of Microsoft's own blank landing page, on every login host.
const NATIVE_CLIENT: &str = "/common/oauth2/nativeclient";

/// Which redirect makes which client.
///
/// | provider | redirect | secret | source |
/// |---|---|---|---|
/// | Microsoft | loopback, deep link: platform *Mobile and desktop* | never (AADSTS700025) | <https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/confidential-client-application-authentication-error-aadsts7000218>, 2026-11 |
/// | Microsoft | its `nativeclient` page: platform *Mobile and desktop* | never | <https://learn.microsoft.com/entra/identity-platform/reply-url>, 2026-11 |
/// | Microsoft | any other `https://` page: platform *Web* | always (AADSTS7000218) | as the first row |
/// | Google | any: client of the type *Desktop app* | always ("`client_secret` is missing.") | <https://developers.google.com/identity/protocols/oauth2/native-app>, 2026-11 |
/// | custom | any | when there is one | RFC 6749 §2.3.1 |
fn rule(provider: Provider, redirect: &Redirect) -> Rule {
    match (provider, redirect) {
        (Provider::Microsoft, Redirect::Loopback | Redirect::DeepLink) => Rule::Never,
        (Provider::Microsoft, Redirect::Pasted(page))
            if Url::parse(page).is_ok_and(|page| page.path() == NATIVE_CLIENT) =>
        {
            Rule::Never
        }
        (Provider::Microsoft, Redirect::Pasted(_)) | (Provider::Google, _) => Rule::Always,
        (Provider::Custom, _) => Rule::WhenThere,
    }
}

impl Party {
    /// What has to be shown to the token endpoint after an answer that came to `redirect`.
    ///
    /// # Errors
    /// [`ConsentError::SecretMissing`] when it is a secret or certificate and there is neither: better
    /// known before the person is sent to the browser.
    pub fn proof(&self, redirect: &Redirect) -> Result<Proof, ConsentError> {
        match (rule(self.provider, redirect), self.can_prove_itself()) {
            (Rule::Never, _) | (Rule::WhenThere, false) => Ok(Proof::Nothing),
            (Rule::Always | Rule::WhenThere, true) => Ok(Proof::Secret),
            (Rule::Always, false) => Err(ConsentError::SecretMissing { provider: self.provider }),
        }
    }

    /// The secret, where `proof` is given with it: a certificate is taken before it.
    pub(super) fn secret_for(&self, proof: Proof) -> Option<&Secret> {
        self.client_secret.as_ref().filter(|_| proof == Proof::Secret && self.certificate.is_none())
    }

    /// Whether there is a secret or a certificate.
    pub(super) fn can_prove_itself(&self) -> bool {
        self.client_secret.is_some() || self.certificate.is_some()
    }

    /// What has to be shown when a code is typed on another device.
    ///
    /// NOTE: without a redirect Entra goes by the switch *Allow public client flows*, and takes the
    /// app for a public client (source as in the first row of the table above).
    pub(super) fn device_proof(&self) -> Proof {
        match (self.provider, self.can_prove_itself()) {
            (Provider::Microsoft, _) | (_, false) => Proof::Nothing,
            (Provider::Google | Provider::Custom, true) => Proof::Secret,
        }
    }

    /// Whether there is a secret or certificate that may not go along with an answer that comes to `redirect`.
    pub fn holds_back(&self, redirect: &Redirect) -> bool {
        self.can_prove_itself() && rule(self.provider, redirect) == Rule::Never
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{oauth::party::tests::party, secret::Secret};

    #[test]
    #[rustfmt::skip]
    fn the_redirect_decides_whether_the_secret_goes_along() {
        let web = || Redirect::Pasted("https://erp.kestrel.example/oauth/answer".parse().unwrap());
        let native = || Redirect::Pasted("https://login.microsoftonline.com/common/oauth2/nativeclient".parse().unwrap());
        let table = [
            // provider           redirect            without a secret       with one
            (Provider::Microsoft, Redirect::Loopback, Some(Proof::Nothing), Proof::Nothing),
            (Provider::Microsoft, Redirect::DeepLink, Some(Proof::Nothing), Proof::Nothing),
            (Provider::Microsoft, native(),           Some(Proof::Nothing), Proof::Nothing),
            (Provider::Microsoft, web(),              None,                 Proof::Secret),
            (Provider::Google,    Redirect::Loopback, None,                 Proof::Secret),
            (Provider::Google,    web(),              None,                 Proof::Secret),
            (Provider::Custom,    Redirect::Loopback, Some(Proof::Nothing), Proof::Secret),
            (Provider::Custom,    web(),              Some(Proof::Nothing), Proof::Secret),
        ];
        for (provider, redirect, without, with) in table {
            let mut party = party(provider, "https://login.example");
            assert_eq!(party.proof(&redirect).ok(), without, "{provider} {redirect:?}");
            party.client_secret = Some(Secret::new("s3cret"));
            assert_eq!(party.proof(&redirect).ok(), Some(with), "{provider} {redirect:?}");
            assert_eq!(party.holds_back(&redirect), with == Proof::Nothing, "{provider} {redirect:?}");
        }
    }
}
