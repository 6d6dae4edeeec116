//! The check of a registration.

use super::{Fault, Faults, RegistrationDraft, Wrong, network, words};
use crate::{
    net::http::is_this_computer,
    profile::{
        CertificateAlgorithm, ClientAuthentication, Cloud, Provider, Redirect, Registration,
        RegistrationId, presets,
    },
};

impl RegistrationDraft {
    /// The registration that this describes.
    ///
    /// # Errors
    /// Every fault there is.
    pub fn check(&self, id: RegistrationId) -> Result<Registration, Vec<Fault>> {
        let mut faults = Faults::default();
        let provider = self.provider(&mut faults);
        let tenant = self.tenant(provider, &mut faults);
        let mut endpoint = |field: &str, value: &str| {
            faults.maybe(field, value, |value| network::endpoint(value, tenant.as_deref()))
        };
        let authorize_endpoint = endpoint("authorize_endpoint", &self.authorize_endpoint);
        let token_endpoint = endpoint("token_endpoint", &self.token_endpoint);
        let device_endpoint = endpoint("device_endpoint", &self.device_endpoint);
        let revocation_endpoint = endpoint("revocation_endpoint", &self.revocation_endpoint);
        let checked = Registration {
            id,
            name: faults.take("name", words::name(&self.name)),
            provider,
            cloud: faults.word("cloud", &self.cloud, Cloud::ALL, Cloud::Global),
            client_id: faults.take("client_id", client_id(self.client_id.trim(), provider)),
            client_secret_expires: faults.maybe(
                "client_secret_expires",
                &self.client_secret_expires,
                words::day,
            ),
            authority: faults.maybe("authority", &self.authority, |value| match provider {
                Provider::Microsoft => network::microsoft_authority(value, tenant.as_deref()),
                Provider::Google | Provider::Custom => network::authority(value, tenant.as_deref()),
            }),
            graph_url: faults.maybe("graph_url", &self.graph_url, network::graph),
            redirect: faults
                .maybe("redirect", &self.redirect, |value| redirect(value, provider))
                .unwrap_or(Redirect::Loopback),
            client_authentication: faults.word(
                "client_authentication",
                &self.client_authentication,
                ClientAuthentication::ALL,
                ClientAuthentication::Post,
            ),
            certificate_algorithm: faults.word(
                "certificate_algorithm",
                &self.certificate_algorithm,
                CertificateAlgorithm::ALL,
                CertificateAlgorithm::Ps256,
            ),
            ca_file: faults.maybe("ca_file", &self.ca_file, words::file),
            tenant,
            authorize_endpoint,
            token_endpoint,
            device_endpoint,
            revocation_endpoint,
            issuer: faults.maybe("issuer", &self.issuer, |value| {
                network::base_address(value).map(|_| value.trim_end_matches('/').to_owned())
            }),
            confirmed_hosts: self.still_confirmed(),
            sandbox: self.sandbox,
        };
        self.together(&checked, &mut faults);
        faults.none_or(checked)
    }

    fn provider(&self, faults: &mut Faults) -> Provider {
        if self.provider.trim().is_empty() {
            faults.refuse("provider", "it is missing", "Use one of: microsoft, google, custom");
        }
        faults.word("provider", &self.provider, Provider::ALL, Provider::Microsoft)
    }

    fn tenant(&self, provider: Provider, faults: &mut Faults) -> Option<String> {
        let read = match provider {
            Provider::Microsoft => network::tenant,
            Provider::Google => |_: &str| Err(Wrong::new("Google has no tenants", "Leave it out")),
            Provider::Custom => network::realm,
        };
        if provider == Provider::Microsoft && self.tenant.trim().is_empty() {
            let remedy = "A GUID, a domain of the tenant such as contoso.com, or one of: organizations, common, consumers";
            faults.refuse("tenant", "it is missing", remedy);
        }
        faults.maybe("tenant", &self.tenant, read)
    }

    /// What only shows when settings are looked at together.
    fn together(&self, checked: &Registration, faults: &mut Faults) {
        if checked.provider == Provider::Custom {
            for (field, value) in [
                ("authorize_endpoint", &self.authorize_endpoint),
                ("token_endpoint", &self.token_endpoint),
            ] {
                // A wrong issuer comes first: it may say what is missing.
                if value.trim().is_empty() && !faults.about("issuer") {
                    faults.refuse(
                        field,
                        "it is missing",
                        "It is in the provider's documentation, or is looked up by its issuer",
                    );
                }
            }
        }
        for (field, value) in
            [("issuer", &checked.issuer), ("revocation_endpoint", &checked.revocation_endpoint)]
        {
            if checked.provider != Provider::Custom && value.is_some() {
                faults.refuse(field, "only a custom provider needs it", "Leave it out");
            }
        }
        if checked.provider == Provider::Google && checked.graph_url.is_some() {
            faults.refuse("graph_url", "Google's tokens are not for Graph", "Leave it out");
        }
        self.refuse_unconfirmed(faults);
        if checked.provider != Provider::Microsoft && checked.cloud != Cloud::Global {
            faults.refuse("cloud", "only Microsoft has separate clouds", "Leave it out");
        }
        if checked.sandbox && faults.0.is_empty() {
            let found = presets::endpoints(checked);
            let graph = (checked.provider == Provider::Microsoft).then_some(found.graph).flatten();
            for (field, url) in [
                ("authorize_endpoint", Some(found.authorize)),
                ("token_endpoint", Some(found.token)),
                ("graph_url", graph),
            ] {
                if url.is_some_and(|url| !is_this_computer(&url)) {
                    faults.refuse(
                        field,
                        "a sandbox registration may not leave this computer",
                        "Use the sandbox's own address, or leave out sandbox",
                    );
                }
            }
        }
    }
}

fn client_id(value: &str, provider: Provider) -> Result<String, Wrong> {
    let id = words::client_id(value)?;
    if provider == Provider::Microsoft && !presets::is_guid(&id) {
        return Err(Wrong::new(
            "it is not a GUID",
            "Copy the Application (client) ID from the registration's overview",
        ));
    }
    Ok(id)
}

fn redirect(value: &str, provider: Provider) -> Result<Redirect, Wrong> {
    let redirect = network::redirect(value)?;
    match (&redirect, provider) {
        (Redirect::DeepLink, Provider::Google) => {
            Err(Wrong::new("Google's desktop clients have no deep links", "Use loopback"))
        }
        // NOTE: https://learn.microsoft.com/entra/identity-platform/reply-url, 2026-11.
        (Redirect::Pasted(_), Provider::Microsoft)
            if value.contains(['!', '$', '\'', '(', ')', ',', ';']) =>
        {
            Err(Wrong::new(
                "Entra takes none of ! $ ' ( ) , ; in it",
                "Register and use an address without them",
            ))
        }
        _ => Ok(redirect),
    }
}
