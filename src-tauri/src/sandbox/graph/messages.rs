//! `messages`: what is in a mailbox, as far as a check for arrival needs it.

use super::refusal::Refusal;
use crate::sandbox::{World, inbox::Mail};
use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// The permissions that let it read.
const PERMISSIONS: &[&str] = &["Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"];
/// How many messages come without `$top`.
const FEW: usize = 10;
/// How many can be asked for.
const MOST: usize = 1000;

/// `GET /me/messages`.
pub(super) async fn of_me(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    world.messages(None, &headers, query.as_deref().unwrap_or_default())
}

/// `GET /users/{user}/messages`.
pub(super) async fn of_user(
    State(world): State<Arc<World>>,
    Path(user): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    world.messages(Some(&user), &headers, query.as_deref().unwrap_or_default())
}

impl World {
    fn messages(&self, user: Option<&str>, headers: &HeaderMap, query: &str) -> Response {
        let found = self.caller(headers, user, PERMISSIONS).and_then(|caller| {
            let wanted = Wanted::read(query)?;
            let own = caller.mailbox.address;
            let mails = self.inbox.list().into_iter().filter(|mail| mail.is_in_mailbox_of(own));
            Ok(mails
                .filter(|mail| wanted.has(mail))
                .take(wanted.top)
                .map(|mail| shown(&mail))
                .collect())
        });
        match found {
            Ok::<Vec<_>, _>(found) => Json(json!({ "value": found })).into_response(),
            Err(refusal) => refusal.answer(self.clock.now()),
        }
    }
}

/// Which messages are asked for.
struct Wanted {
    message_id: Option<String>,
    top: usize,
}

impl Wanted {
    /// Understands `$top` and `$filter=internetMessageId eq '…'`, newest first in any case.
    fn read(query: &str) -> Result<Self, Refusal> {
        let mut wanted = Self { message_id: None, top: FEW };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "$top" => wanted.top = value.parse::<usize>().map_or(FEW, |top| top.min(MOST)),
                "$filter" => {
                    let id = value.trim().strip_prefix("internetMessageId eq '");
                    let id = id.and_then(|id| id.strip_suffix('\'')).ok_or(Refusal::BadFilter)?;
                    wanted.message_id = Some(id.replace("''", "'"));
                }
                _ => {}
            }
        }
        Ok(wanted)
    }

    fn has(&self, mail: &Mail) -> bool {
        self.message_id.as_ref().is_none_or(|id| *id == mail.message_id)
    }
}

fn shown(mail: &Mail) -> Value {
    let address = |address: &String| json!({ "emailAddress": { "address": address } });
    json!({
        "id": mail.id,
        "isDraft": false,
        "internetMessageId": mail.message_id,
        "subject": mail.subject,
        "receivedDateTime": mail.received_at,
        "from": address(&mail.from),
        "toRecipients": mail.to.iter().map(address).collect::<Vec<_>>(),
    })
}
