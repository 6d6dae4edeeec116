//! The identity provider: Entra's addresses, rules and words on loopback.
//!
//! The sign-in page is meant for a browser that does not know the sandbox's certificate authority,
//! so it is offered over `http://localhost`; programs use the same addresses over HTTPS.

mod admin;
mod assertion;
mod authorize;
mod codes;
mod device;
mod fields;
mod issue;
mod page;
mod question;
mod redeem;
mod refusal;
mod scope;

pub(super) use admin::Allowed;
pub(super) use codes::Codes;
pub(super) use device::Devices;
pub(super) use scope::Resource;

use super::{World, http::Body};
use axum::{
    Json, Router,
    extract::{FromRequest, Path, Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use scope::Scope;
use serde_json::json;
use std::sync::Arc;

/// The longest form that is read, in octets.
const LONGEST_FORM: usize = 64 * 1024;

/// The identity provider's addresses.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::ask).post(authorize::answer))
        .route("/{tenant}/oauth2/v2.0/token", post(redeem::answer))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device::begin))
        .route("/{tenant}/v2.0/adminconsent", get(admin::ask).post(admin::answer))
        .route("/{tenant}/adminconsent", get(admin::ask).post(admin::answer))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(metadata))
        .route("/{tenant}/discovery/v2.0/keys", get(keys))
        .route("/device", get(device::ask).post(device::answer))
}

/// A posted form; empty when it is none (Entra then misses the first field) or too long.
struct Posted(Vec<u8>);

impl FromRequest<Arc<World>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, _: &Arc<World>) -> Result<Self, Self::Rejection> {
        let kind = request.headers().get(axum::http::header::CONTENT_TYPE);
        let is_form = kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let Body(body) = Body::read(request, LONGEST_FORM).await?;
        Ok(Self(if is_form { body.unwrap_or_default() } else { Vec::new() }))
    }
}

/// OpenID Connect Discovery §3.
async fn metadata(State(world): State<Arc<World>>, Path(tenant): Path<String>) -> Response {
    if let Err(refusal) = question::tenant(&tenant) {
        return world.refuse(&refusal);
    }
    let (browser, programs) = (&world.idp, &world.https);
    Json(json!({
        "issuer": world.issuer(),
        "authorization_endpoint": format!("{browser}/{tenant}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{programs}/{tenant}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{programs}/{tenant}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{programs}/{tenant}/discovery/v2.0/keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code"
        ],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["PS256", "RS256"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
    }))
    .into_response()
}

async fn keys(State(world): State<Arc<World>>) -> Response {
    Json(world.signer.key_set()).into_response()
}
