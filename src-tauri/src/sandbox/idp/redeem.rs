//! The token endpoint (RFC 6749 §3.2): codes, refresh tokens, device codes and programs' own
//! credentials in, tokens out.

use super::{
    Posted,
    authorize::person,
    codes::{self, Code},
    fields::Fields,
    issue::{Consent, REFRESH_LIFETIME, Refresh},
    question,
    refusal::Refusal,
    scope::{Resource, Scope},
};
use crate::{
    sandbox::{
        World,
        directory::{Client, Platform, Tenant},
    },
    secret::Secret,
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64URL},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// `POST …/token`.
pub(super) async fn answer(
    State(world): State<Arc<World>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    Posted(form): Posted,
) -> Response {
    match world.redeem(&tenant, &headers, &form) {
        Ok(tokens) => Json(tokens).into_response(),
        Err(refusal) => world.refuse(&refusal),
    }
}

/// Who asks for a token, and how it says so.
pub(super) struct Asker<'a> {
    client: &'a Client,
    secret: Option<Secret>,
    /// What was found when its assertion was looked at, where it shows one.
    assertion: Option<Result<(), Refusal>>,
}

impl World {
    /// A refusal as the token endpoint writes it.
    pub(super) fn refuse(&self, refusal: &Refusal) -> Response {
        (refusal.status(), Json(refusal.answer(self.clock.now()))).into_response()
    }

    fn redeem(&self, tenant: &str, headers: &HeaderMap, form: &[u8]) -> Result<Value, Refusal> {
        let kind = question::tenant(tenant)?;
        let fields = Fields::parse(form)?;
        let grant = fields.need("grant_type")?;
        let asker = self.asker_of(tenant, headers, &fields)?;
        match grant {
            "authorization_code" => self.redeem_code(tenant, &asker, &fields),
            "refresh_token" => self.redeem_refresh(&asker, &fields),
            "client_credentials" => self.redeem_credentials(kind, &asker, &fields),
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => {
                self.redeem_device(&asker, &fields)
            }
            other => Err(Refusal::UnknownGrantType { asked: other.to_owned() }),
        }
    }

    /// Client id and secret, from the form or from HTTP Basic (RFC 6749 §2.3.1), or an assertion
    /// (RFC 7523 §2.2).
    fn asker_of(
        &self,
        tenant: &str,
        headers: &HeaderMap,
        fields: &Fields,
    ) -> Result<Asker<'_>, Refusal> {
        let (id, secret) = match basic(headers) {
            Some((id, secret)) => (id, Some(secret)),
            None => (fields.need("client_id")?.to_owned(), fields.secret("client_secret")),
        };
        let client = self.client(&id)?;
        let assertion =
            fields.get("client_assertion").map(|_| self.check_assertion(client, tenant, fields));
        Ok(Asker { client, secret, assertion })
    }

    fn redeem_code(
        &self,
        tenant: &str,
        asker: &Asker<'_>,
        fields: &Fields,
    ) -> Result<Value, Refusal> {
        let (name, redirect) = (fields.need("code")?, fields.need("redirect_uri")?);
        let platform =
            asker.client.platform_of(redirect).ok_or_else(|| Refusal::RedirectNotRegistered {
                redirect: redirect.to_owned(),
                client: asker.client.id.clone(),
            })?;
        asker.prove(platform)?;
        let code = self.codes.redeem(name).ok_or(Refusal::CodeUnknown)?;
        if let Some(refusal) = self.fault_of(&code, asker.client, tenant, redirect) {
            return Err(refusal);
        }
        let verifier = fields.secret("code_verifier").ok_or(Refusal::VerifierMissing)?;
        let proof = BASE64URL.encode(Sha256::digest(verifier.expose()));
        if !bool::from(proof.as_bytes().ct_eq(code.challenge.as_bytes())) {
            return Err(Refusal::VerifierWrong);
        }
        self.for_person(&code.consent, fields, code.nonce.as_deref())
    }

    /// What speaks against redeeming `code`.
    fn fault_of(
        &self,
        code: &Code,
        client: &Client,
        tenant: &str,
        redirect: &str,
    ) -> Option<Refusal> {
        if code.redeemed {
            Some(Refusal::CodeUsed)
        } else if self.clock.now().since(code.issued) > codes::LIFETIME {
            Some(Refusal::CodeExpired)
        } else if code.consent.client != client.id {
            Some(Refusal::OtherClient)
        } else if !code.tenant.eq_ignore_ascii_case(tenant) {
            Some(Refusal::OtherTenant)
        } else if code.redirect != redirect {
            Some(Refusal::OtherRedirect)
        } else {
            None
        }
    }

    fn redeem_refresh(&self, asker: &Asker<'_>, fields: &Fields) -> Result<Value, Refusal> {
        let token = fields.secret("refresh_token").ok_or(Refusal::Missing("refresh_token"))?;
        let refresh: Refresh =
            self.signer.read("refresh", token.expose()).ok_or(Refusal::Malformed)?;
        asker.prove(refresh.consent.platform)?;
        if refresh.consent.client != asker.client.id {
            return Err(Refusal::OtherClient);
        }
        if self.clock.now().since(refresh.issued) > REFRESH_LIFETIME {
            return Err(Refusal::RefreshExpired { issued: refresh.issued });
        }
        let revoked = self.revoked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if revoked.get(&refresh.consent.user).is_some_and(|when| refresh.issued <= *when) {
            return Err(Refusal::Revoked);
        }
        drop(revoked);
        self.for_person(&refresh.consent, fields, None)
    }

    fn redeem_credentials(
        &self,
        tenant: Tenant,
        asker: &Asker<'_>,
        fields: &Fields,
    ) -> Result<Value, Refusal> {
        if tenant == Tenant::Any {
            return Err(Refusal::NamedTenantNeeded);
        }
        asker.prove(Platform::Web)?;
        let scope = fields.need("scope")?;
        let not_default = || Refusal::NotDefault { scope: scope.to_owned() };
        let audience = scope.strip_suffix("/.default").ok_or_else(not_default)?;
        let resource = Resource::named(audience)
            .ok_or_else(|| Refusal::BadScope { scope: scope.to_owned() })?;
        Ok(self.tokens_for_program(asker.client, resource, audience))
    }

    /// Tokens for what `fields` ask, all of which the person must have allowed.
    pub(super) fn for_person(
        &self,
        consent: &Consent,
        fields: &Fields,
        nonce: Option<&str>,
    ) -> Result<Value, Refusal> {
        let asked = match fields.get("scope") {
            Some(text) => Scope::parse_all(text)?,
            None => consent.scopes.clone(),
        };
        let allowed = |scope: &Scope| consent.scopes.iter().any(|given| given.covers(scope));
        // What is about the person goes with any consent; permissions do not.
        if asked.iter().any(|scope| scope.resource.is_some() && !allowed(scope)) {
            return Err(Refusal::NotConsented { client: consent.client.clone() });
        }
        self.tokens_for_person(consent, person(&consent.user)?, &asked, nonce)
    }
}

impl Asker<'_> {
    /// The program that asks.
    pub(super) fn client(&self) -> &Client {
        self.client
    }

    /// Checks the secret or the assertion: one of them is needed on the platform "Web", both are refused
    /// on the other.
    /// Source: <https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/confidential-client-application-authentication-error-aadsts7000218>, 2026-11.
    fn prove(&self, platform: Platform) -> Result<(), Refusal> {
        let client = || self.client.id.clone();
        match (platform, &self.secret, &self.assertion) {
            (Platform::Desktop, None, None) => Ok(()),
            (Platform::Desktop, ..) => Err(Refusal::SecretNotAllowed { client: client() }),
            (Platform::Web, None, Some(checked)) => checked.clone(),
            (Platform::Web, None, None) => Err(Refusal::SecretMissing),
            (Platform::Web, Some(secret), _) if self.client.has_secret(secret) => Ok(()),
            (Platform::Web, Some(_), _) => Err(Refusal::SecretWrong { client: client() }),
        }
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, Secret)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(BASE64.decode(value).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| {
        let form = format!("v={text}");
        url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((decoded(id)?, Secret::new(decoded(secret)?)))
}
