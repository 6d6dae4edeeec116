//! Who asks for tokens, and of whom.

use super::{proof::Proof, wire::Answer};
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
        Redirect::Pasted(page) => page.clone(),
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
        oauth::consent::ConsentError,
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
