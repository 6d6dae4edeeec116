//! Who asks for tokens, of whom, and whether it has to prove itself.

use super::{consent::ConsentError, wire::Answer};
use crate::{
    net::http::Http,
    profile::{
        CALLBACK_PATH, ClientAuthentication, DEEP_LINK, Profile, ProfileId, Provider, Redirect,
        Registration, SignIn,
        presets::{self, Endpoints},
    },
    secret::Secret,
};
use oauth2::{
    AuthType, AuthUrl, ClientId, ClientSecret, EndpointNotSet, EndpointSet, StandardRevocableToken,
    TokenUrl,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
    /// The application's id.
    pub client_id: String,
    /// The application's secret, if the registration has one.
    pub client_secret: Option<Secret>,
    /// How the secret travels.
    pub authentication: ClientAuthentication,
    /// A person signs in, or the app does by itself.
    pub sign_in: SignIn,
    /// The account that is offered to the person first.
    pub login_hint: String,
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
    /// Its secret: a confidential client.
    Secret,
}

/// Whether the secret goes along, by provider and redirect.
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
pub fn redirect_uri(provider: Provider, redirect: &Redirect, port: Option<u16>) -> String {
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
    /// The client of `registration` as `profile` uses it.
    pub fn new(
        profile: &Profile,
        registration: &Registration,
        client_secret: Option<Secret>,
        http: Http,
    ) -> Self {
        let scopes = Some(registration);
        Self {
            profile: profile.id,
            profile_name: profile.name.clone(),
            provider: registration.provider,
            endpoints: presets::endpoints(registration),
            client_id: registration.client_id.clone(),
            client_secret: client_secret.filter(|secret| !secret.is_empty()),
            authentication: registration.client_authentication,
            sign_in: profile.sign_in,
            login_hint: profile.mailbox.clone(),
            consent_scopes: presets::consent_scopes(profile, scopes),
            token_scopes: presets::token_scopes(profile, scopes, profile.transport),
            grace: Duration::from_secs(profile.token_grace_seconds.into()),
            http,
        }
    }

    /// What has to be shown to the token endpoint after an answer that came to `redirect`.
    ///
    /// # Errors
    /// [`ConsentError::SecretMissing`] when it is a secret and there is none: better known before
    /// the person is sent to the browser.
    pub fn proof(&self, redirect: &Redirect) -> Result<Proof, ConsentError> {
        match (rule(self.provider, redirect), &self.client_secret) {
            (Rule::Never, _) | (Rule::WhenThere, None) => Ok(Proof::Nothing),
            (Rule::Always | Rule::WhenThere, Some(_)) => Ok(Proof::Secret),
            (Rule::Always, None) => Err(ConsentError::SecretMissing { provider: self.provider }),
        }
    }

    /// The provider's host, for words.
    pub(super) fn host(&self) -> String {
        self.endpoints.token.host_str().unwrap_or_default().to_owned()
    }

    /// What builds the requests, showing `proof`.
    pub(super) fn requests(&self, proof: Proof) -> Requests {
        let requests = oauth2::Client::new(ClientId::new(self.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(self.endpoints.authorize.clone()))
            .set_token_uri(TokenUrl::from_url(self.endpoints.token.clone()))
            .set_auth_type(match self.authentication {
                ClientAuthentication::Post => AuthType::RequestBody,
                ClientAuthentication::Basic => AuthType::BasicAuth,
            });
        match (proof, &self.client_secret) {
            (Proof::Secret, Some(secret)) => {
                requests.set_client_secret(ClientSecret::new(secret.expose().to_owned()))
            }
            _ => requests,
        }
    }
}
