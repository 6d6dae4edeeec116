//! Tokens as they are handed out: access, identity, refresh.

use super::scope::{self, Resource, Scope};
use crate::{
    clock::Timestamp,
    sandbox::{
        World,
        access::Access,
        directory::{Client, Mailbox, Platform, TENANT},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::time::Duration;
use uuid::Uuid;

/// How long a refresh token may stay unused: Entra's default for all but browser programs.
pub(super) const REFRESH_LIFETIME: Duration = Duration::from_secs(90 * 24 * 3600);

/// What a person allowed a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Consent {
    /// Which program.
    pub(super) client: String,
    /// How it is registered; the same rule for its secret holds when it asks again.
    pub(super) platform: Platform,
    /// Who.
    pub(super) user: String,
    /// What.
    pub(super) scopes: Vec<Scope>,
}

/// A refresh token: the consent and when it was last used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Refresh {
    /// What was allowed.
    pub(super) consent: Consent,
    /// When it was issued.
    pub(super) issued: Timestamp,
    /// Sets two apart that are issued at the same moment.
    id: Uuid,
}

impl World {
    /// The answer to a person's sign-in: tokens for `scopes`, which are for one resource.
    pub(super) fn tokens_for_person(
        &self,
        consent: &Consent,
        user: &Mailbox,
        scopes: &[Scope],
        nonce: Option<&str>,
    ) -> Result<Value, super::refusal::Refusal> {
        let (_, audience) =
            scope::audience(scopes)?.unwrap_or((Resource::Graph, "https://graph.microsoft.com"));
        let permissions =
            || scopes.iter().filter(|scope| scope.resource.is_some()).flat_map(Scope::permissions);
        let access = Access {
            scp: Some(permissions().collect::<Vec<_>>().join(" ")),
            upn: Some(user.address.to_owned()),
            unique_name: Some(user.address.to_owned()),
            name: Some(user.name.to_owned()),
            ..self.access(&consent.client, consent.platform, audience, user.oid)
        };
        // NOTE: Entra never lists offline_access among the scopes it gave.
        let granted = scopes.iter().filter(|scope| scope.name != "offline_access");
        let mut answer = self.answer(&access);
        answer.insert("scope".into(), granted.map(written).collect::<Vec<_>>().join(" ").into());
        if scope::asks_for(&consent.scopes, "offline_access") {
            answer.insert("refresh_token".into(), self.refresh_token(consent.clone()).into());
        }
        if scope::asks_for(scopes, "openid") {
            answer.insert("id_token".into(), self.id_token(&consent.client, user, nonce).into());
        }
        Ok(answer.into())
    }

    /// The answer to a program that acts for itself: never with a refresh token.
    pub(super) fn tokens_for_program(
        &self,
        client: &Client,
        resource: Resource,
        audience: &str,
    ) -> Value {
        let allowed = client.app_only || self.allowed.knows(&client.id);
        let roles = if allowed { resource.roles() } else { &[] };
        let access = Access {
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            ..self.access(&client.id, Platform::Web, audience, &client.id)
        };
        self.answer(&access).into()
    }

    fn access(&self, client: &str, platform: Platform, audience: &str, oid: &str) -> Access {
        let now = self.clock.now().date_time().unix_timestamp();
        Access {
            aud: audience.to_owned(),
            iss: self.issuer(),
            iat: now,
            nbf: now,
            exp: now + i64::try_from(self.access_lifetime.as_secs()).unwrap_or(i64::MAX / 2),
            appid: client.to_owned(),
            appidacr: if platform == Platform::Web { "1" } else { "0" }.to_owned(),
            oid: oid.to_owned(),
            tid: TENANT.to_owned(),
            ver: "1.0".to_owned(),
            ..Access::default()
        }
    }

    fn answer(&self, access: &Access) -> Map<String, Value> {
        let lifetime = self.access_lifetime.as_secs();
        let answer = json!({
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": self.signer.sign("JWT", access),
        });
        answer.as_object().expect("it is one").clone()
    }

    fn refresh_token(&self, consent: Consent) -> String {
        let refresh = Refresh { consent, issued: self.clock.now(), id: Uuid::new_v4() };
        self.signer.sign("refresh", &refresh)
    }

    /// Who signed in, for the program (OpenID Connect Core §2).
    fn id_token(&self, client: &str, user: &Mailbox, nonce: Option<&str>) -> String {
        let now = self.clock.now().date_time().unix_timestamp();
        let mut claims = json!({
            "aud": client, "iss": self.issuer(), "iat": now, "nbf": now, "exp": now + 3600,
            "sub": user.oid, "oid": user.oid, "tid": TENANT, "ver": "2.0",
            "name": user.name, "preferred_username": user.address, "email": user.address,
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        self.signer.sign("JWT", &claims)
    }

    /// How the identity provider names itself in tokens and metadata.
    pub(super) fn issuer(&self) -> String {
        format!("{}/{TENANT}/v2.0", self.idp)
    }
}

fn written(scope: &Scope) -> String {
    let each = scope
        .permissions()
        .into_iter()
        .map(|name| Scope { name: name.to_owned(), ..scope.clone() }.written());
    each.collect::<Vec<_>>().join(" ")
}
