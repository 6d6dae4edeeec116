//! Microsoft Graph's mail, as much of it as sends and finds a message.
//! Source: <https://learn.microsoft.com/graph/api/user-sendmail> and
//! <https://learn.microsoft.com/graph/api/user-list-messages>, 2026-11.

mod compose;
mod drafts;
mod messages;
mod parts;
mod refusal;
mod send;
mod uploads;

pub(super) use drafts::Drafts;
pub(super) use uploads::Uploads;

use super::{
    World,
    access::Access,
    directory::{Mailbox, TENANT},
    idp::Resource,
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use refusal::Refusal;
use serde_json::json;
use std::sync::Arc;

/// Graph's addresses.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/v1.0/me", get(me))
        .route("/v1.0/me/sendMail", post(send::by_me))
        .route("/v1.0/users/{user}/sendMail", post(send::by_user))
        .route("/v1.0/me/messages", get(messages::of_me).post(drafts::make))
        .route("/v1.0/users/{user}/messages", get(messages::of_user).post(drafts::make))
        .nest("/v1.0/me/messages/{id}", one_message())
        .nest("/v1.0/users/{user}/messages/{id}", one_message())
        .route("/upload", get(uploads::state).put(uploads::put))
        .route("/v1.0/{*path}", any(unknown))
}

/// What is below one message.
fn one_message() -> Router<Arc<World>> {
    Router::new()
        .route("/", get(drafts::look).delete(drafts::remove))
        .route("/attachments", get(drafts::files).post(drafts::attach))
        .route("/attachments/createUploadSession", post(drafts::open_upload))
        .route("/send", post(drafts::submit))
}

/// Whose mailbox a request is about, and who asks.
struct Caller {
    access: Access,
    mailbox: &'static Mailbox,
}

impl World {
    /// Who asks about the mailbox of `user`, or about the own one; needs one of `permissions`.
    fn caller(
        &self,
        headers: &HeaderMap,
        user: Option<&str>,
        permissions: &[&str],
    ) -> Result<Caller, Refusal> {
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token =
            token.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Refusal::NoToken)?;
        let access = self.read_access(token, Resource::Graph).ok_or(Refusal::BadToken)?;
        let person = access.person();
        let mailbox = match user {
            None => person.ok_or(Refusal::MeNeedsPerson)?,
            Some(user) => mailbox(user).ok_or_else(|| Refusal::UnknownUser(user.to_owned()))?,
        };
        let allowed = match person {
            Some(person) => {
                let own = person.is(mailbox.address);
                person.may_use(mailbox.address) && permissions.iter().any(|p| access.allows(p, own))
            }
            None => permissions.iter().any(|permission| access.has_role(permission)),
        };
        if allowed { Ok(Caller { access, mailbox }) } else { Err(Refusal::AccessDenied) }
    }
}

/// A mailbox by its address or its key in the directory.
fn mailbox(user: &str) -> Option<&'static Mailbox> {
    Mailbox::find(user).or_else(|| Mailbox::people().find(|mailbox| mailbox.oid == user))
}

/// `GET /me`.
async fn me(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let caller = match world.caller(&headers, None, &["User.Read"]) {
        Ok(caller) => caller,
        Err(refusal) => return refusal.answer(world.clock.now()),
    };
    let Mailbox { address, name, oid, .. } = caller.mailbox;
    Json(json!({
        "@odata.context": format!("{}/v1.0/$metadata#users/$entity", world.https),
        "id": oid, "displayName": name, "mail": address, "userPrincipalName": address,
        "tenantId": TENANT,
    }))
    .into_response()
}

async fn unknown(State(world): State<Arc<World>>, Path(path): Path<String>) -> Response {
    Refusal::UnknownPath(path).answer(world.clock.now())
}
