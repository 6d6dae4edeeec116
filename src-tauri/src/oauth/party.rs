//! Who asks for tokens, of whom, and whether it has to prove itself.

use super::{consent::ConsentError, wire::Answer};
use crate::{
    certificate::KeyedCertificate,
    net::http::Http,
    profile::{
        Basis, CALLBACK_PATH, CertificateAlgorithm, ClientAuthentication, DEEP_LINK, Profile,
        ProfileId, Provider, Redirect, Registration, SignIn,
        presets::{self, Endpoints},
    },
    secret::Secret,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{Request, header};
use oauth2::{
    AuthType, AuthUrl, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest,
    StandardRevocableToken, TokenUrl,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse},
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use url::{Url, form_urlencoded};

/// An OAuth client as one profile uses it, and the provider it talks to.
#[derive(Debug, Clone)]
pub struct Party {
    /// Whose tokens.
    pub profile: ProfileId,
    /// The profile's name, for the labels in the keychain.
    pub profile_name: String,
    /// Whose platform.
    pub provider: Provider,
    /// Where it is asked.
    pub endpoints: Endpoints,
    /// What a sign-in through it rests on.
    pub basis: Basis,
    /// The application's id.
    pub client_id: String,
    /// The application's secret, if the registration has one.
    pub client_secret: Option<Secret>,
    /// How the secret travels.
    pub authentication: ClientAuthentication,
    /// The application's certificate, if the registration has one: it is taken before the secret.
    pub certificate: Option<Arc<KeyedCertificate>>,
    /// How the certificate is used.
    pub certificate_algorithm: CertificateAlgorithm,
    /// A person signs in, or the app does by itself.
    pub sign_in: SignIn,
    /// The account that is offered to the person first.
    pub login_hint: String,
    /// What the sign-in has to prove besides: an earlier claims challenge, JSON.
    pub claims: Option<String>,
    /// What the person is asked to allow; may name several resources.
    pub consent_scopes: Vec<String>,
    /// What the first token is for: one resource.
    pub token_scopes: Vec<String>,
    /// How long before its end an access token is renewed.
    pub grace: Duration,
    /// The way to the provider.
    pub http: Http,
}

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
        (Provider::Microsoft, Redirect::Pasted(page)) if page.path() == NATIVE_CLIENT => {
            Rule::Never
        }
        (Provider::Microsoft, Redirect::Pasted(_)) | (Provider::Google, _) => Rule::Always,
        (Provider::Custom, _) => Rule::WhenThere,
    }
}

/// The address that the provider sends the browser to, as it stands in both requests of a sign-in.
///
/// `port` is the listener's; without one a loopback address stands as it is registered, for an
/// answer that is read from the browser's address bar.
pub(super) fn redirect_uri(provider: Provider, redirect: &Redirect, port: Option<u16>) -> String {
    match redirect {
        Redirect::Loopback => {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            format!("http://{}{port}{CALLBACK_PATH}", presets::loopback_host(provider))
        }
        Redirect::DeepLink => DEEP_LINK.to_owned(),
        Redirect::Pasted(page) => page.to_string(),
    }
}

/// The `oauth2` crate's client with both our endpoints set.
pub(super) type Requests = oauth2::Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl Party {
    /// The client of `registration` as `profile` uses it; without a certificate.
    pub fn new(
        profile: &Profile,
        registration: &Registration,
        client_secret: Option<Secret>,
        http: Http,
    ) -> Self {
        let through = Some(registration);
        Self {
            profile: profile.id,
            profile_name: profile.name.clone(),
            provider: registration.provider,
            endpoints: presets::endpoints(registration),
            basis: Basis::of(registration),
            client_id: registration.client_id.clone(),
            client_secret: client_secret.filter(|secret| !secret.is_empty()),
            authentication: registration.client_authentication,
            certificate: None,
            certificate_algorithm: registration.certificate_algorithm,
            sign_in: profile.sign_in,
            login_hint: profile.mailbox.clone(),
            claims: None,
            consent_scopes: presets::consent_scopes(profile, through),
            token_scopes: presets::token_scopes(profile, through, profile.transport),
            grace: Duration::from_secs(profile.token_grace_seconds.into()),
            http,
        }
    }

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
    fn secret_for(&self, proof: Proof) -> Option<&Secret> {
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

    /// A form for `place`, showing `proof`: for what the `oauth2` crate has no request for.
    pub(super) fn form(&self, place: &Url, proof: Proof, fields: &[(&str, &str)]) -> HttpRequest {
        let encoded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut request = Request::post(place.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match (self.secret_for(proof), self.authentication) {
            (Some(secret), ClientAuthentication::Basic) => {
                let pair = format!("{}:{}", encoded(&self.client_id), encoded(secret.expose()));
                let basic = format!("Basic {}", BASE64_STANDARD.encode(pair));
                request = request.header(header::AUTHORIZATION, basic);
            }
            (Some(secret), ClientAuthentication::Post) => {
                form.append_pair("client_id", &self.client_id);
                form.append_pair("client_secret", secret.expose());
            }
            _ => {
                form.append_pair("client_id", &self.client_id);
            }
        }
        request
            .body(form.finish().into_bytes())
            .expect("a checked address and an encoded header make a request")
    }

    /// Whether there is a secret or certificate that may not go along with an answer that comes to `redirect`.
    pub fn holds_back(&self, redirect: &Redirect) -> bool {
        self.can_prove_itself() && rule(self.provider, redirect) == Rule::Never
    }

    /// The provider's host, for words.
    pub(super) fn host(&self) -> String {
        self.endpoints.token.host_str().unwrap_or_default().to_owned()
    }

    /// What builds the requests, showing `proof`; what a certificate signs is added to each by
    /// [`assertion`](Self::assertion).
    pub(super) fn requests(&self, proof: Proof) -> Requests {
        let requests = oauth2::Client::new(ClientId::new(self.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(self.endpoints.authorize.clone()))
            .set_token_uri(TokenUrl::from_url(self.endpoints.token.clone()))
            .set_auth_type(match self.authentication {
                ClientAuthentication::Post => AuthType::RequestBody,
                ClientAuthentication::Basic => AuthType::BasicAuth,
            });
        match self.secret_for(proof) {
            Some(secret) => {
                requests.set_client_secret(ClientSecret::new(secret.expose().to_owned()))
            }
            None => requests,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        net::{limits::Limits, route, tls::Trust},
        profile::{Cloud, RegistrationId, Route, SendAs, Transport},
    };

    /// A party of `provider` whose endpoints are below `authority`.
    pub(in crate::oauth) fn party(provider: Provider, authority: &str) -> Party {
        party_with(provider, authority, None)
    }

    /// A registration of `provider` whose endpoints are below `authority`.
    pub(in crate::oauth) fn registration(provider: Provider, authority: &str) -> Registration {
        Registration {
            id: RegistrationId::new(),
            name: "kestrel".to_owned(),
            provider,
            cloud: Cloud::Global,
            tenant: Some("11111111-2222-3333-4444-555555555555".to_owned()),
            client_id: "client-1".to_owned(),
            client_secret_expires: None,
            authority: Some(authority.to_owned()),
            authorize_endpoint: Some(format!("{authority}/authorize")),
            token_endpoint: Some(format!("{authority}/token")),
            device_endpoint: None,
            issuer: None,
            revocation_endpoint: None,
            confirmed_hosts: Vec::new(),
            graph_url: None,
            redirect: Redirect::Loopback,
            client_authentication: ClientAuthentication::Post,
            certificate_algorithm: CertificateAlgorithm::Ps256,
            ca_file: None,
            sandbox: false,
        }
    }

    fn party_with(provider: Provider, authority: &str, secret: Option<Secret>) -> Party {
        let registration = registration(provider, authority);
        let profile = Profile {
            id: ProfileId::new(),
            name: "Invoices".to_owned(),
            enabled: true,
            tags: Vec::new(),
            registration: Some(registration.id),
            sign_in: SignIn::Delegated,
            scopes: Vec::new(),
            token_grace_seconds: 30,
            transport: Transport::Smtp,
            mailbox: "invoices@kestrel.example".to_owned(),
            from: None,
            reply_to: None,
            send_as: SendAs::These(Vec::new()),
            save_to_sent_items: true,
            smtp: None,
            imap: None,
            route: Route::Direct,
            technical_mail: None,
            backup: None,
            sandbox: false,
        };
        let http = Http::new(route::Route::Direct, &Trust::system(), &Limits::default()).unwrap();
        Party::new(&profile, &registration, secret, http)
    }

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
        }
    }

    #[test]
    fn the_redirect_address_names_the_port_that_listens() {
        let (microsoft, custom) = (Provider::Microsoft, Provider::Custom);
        let loopback = Redirect::Loopback;
        let uri = redirect_uri(microsoft, &loopback, Some(4711));
        assert_eq!(uri, "http://localhost:4711/oauth2/callback");
        let uri = redirect_uri(custom, &loopback, Some(4711));
        assert_eq!(uri, "http://127.0.0.1:4711/oauth2/callback");
        let uri = redirect_uri(microsoft, &loopback, None);
        assert_eq!(uri, "http://localhost/oauth2/callback");
        let uri = redirect_uri(microsoft, &Redirect::DeepLink, None);
        assert_eq!(uri, "org.sendright.app:/oauth2/callback");
    }

    #[test]
    fn an_empty_secret_is_none() {
        let empty = Some(Secret::new(""));
        let party = party_with(Provider::Google, "https://login.example", empty);
        let proof = party.proof(&Redirect::Loopback);
        assert!(matches!(proof, Err(ConsentError::SecretMissing { .. })));
    }
}
