//! Drafts: made, filled with files, sent, removed.
//! Source: <https://learn.microsoft.com/graph/api/user-post-messages> and
//! <https://learn.microsoft.com/graph/outlook-large-attachments>, 2026-11.

use super::{Caller, compose, refusal::Refusal, send};
use crate::sandbox::{World, http::Body as Posted, inbox::Body};
use axum::{
    Json,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// The permission for all of it.
const PERMISSION: &[&str] = &["Mail.ReadWrite"];
/// How many drafts are kept, and how many are remembered as sent; the oldest makes room.
const MOST: usize = 50;

/// What `{user}` and `{id}` in a path stand for.
type Steps = Path<HashMap<String, String>>;

/// A message that is not sent yet.
pub(super) struct Draft {
    id: String,
    mailbox: &'static str,
    /// Without its files.
    mime: Vec<u8>,
    files: Vec<File>,
}

/// A file of a draft.
pub(super) struct File {
    pub(super) item: Item,
    pub(super) octets: Body,
}

/// How a file is described.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) name: String,
    #[serde(default)]
    pub(super) size: u64,
    pub(super) content_type: Option<String>,
    pub(super) content_id: Option<String>,
    #[serde(default)]
    pub(super) is_inline: bool,
}

/// A file as one request describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    #[serde(flatten)]
    item: Item,
    content_bytes: String,
}

/// All drafts of the sandbox.
#[derive(Default)]
pub(in crate::sandbox) struct Drafts(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    drafts: VecDeque<Draft>,
    sent: VecDeque<String>,
}

impl Drafts {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a file to the draft `id` of `mailbox`.
    pub(super) fn add(&self, mailbox: &str, id: &str, file: File) -> Result<(), Refusal> {
        self.kept().find(mailbox, id)?.files.push(file);
        Ok(())
    }
}

impl Kept {
    fn find(&mut self, mailbox: &str, id: &str) -> Result<&mut Draft, Refusal> {
        let mut drafts = self.drafts.iter_mut();
        drafts.find(|one| one.id == id && one.mailbox == mailbox).ok_or(Refusal::NoSuchItem)
    }

    fn take(&mut self, mailbox: &str, id: &str) -> Result<Draft, Refusal> {
        self.find(mailbox, id)?;
        let at = self.drafts.iter().position(|one| one.id == id);
        at.and_then(|at| self.drafts.remove(at)).ok_or(Refusal::NoSuchItem)
    }
}

/// `POST …/messages`.
pub(super) async fn make(
    State(world): State<Arc<World>>,
    steps: Steps,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let made = world.posted(&steps, request).await.and_then(|(caller, body)| {
        let (id, mailbox) = (format!("AAMk{}", Uuid::new_v4().simple()), caller.mailbox.address);
        let mime = send::message(&caller, &headers, &body, send::Form::Bare)?;
        let mut kept = world.drafts.kept();
        kept.drafts.push_back(Draft { id: id.clone(), mailbox, mime, files: Vec::new() });
        if kept.drafts.len() > MOST {
            kept.drafts.pop_front();
        }
        Ok((StatusCode::CREATED, Json(json!({ "id": id, "isDraft": true }))).into_response())
    });
    world.answered(made)
}

/// `GET …/messages/{id}`.
pub(super) async fn look(
    State(world): State<Arc<World>>,
    steps: Steps,
    headers: HeaderMap,
) -> Response {
    let found = world.owner(&steps, &headers).and_then(|caller| {
        let id = id(&steps);
        let mut kept = world.drafts.kept();
        let is_draft = kept.find(caller.mailbox.address, id).is_ok();
        let was_sent = kept.sent.iter().any(|one| one == id);
        if !is_draft && !was_sent {
            return Err(Refusal::NoSuchItem);
        }
        Ok(Json(json!({ "id": id, "isDraft": is_draft })).into_response())
    });
    world.answered(found)
}

/// `DELETE …/messages/{id}`.
pub(super) async fn remove(
    State(world): State<Arc<World>>,
    steps: Steps,
    headers: HeaderMap,
) -> Response {
    let removed = world.owner(&steps, &headers).and_then(|caller| {
        world.drafts.kept().take(caller.mailbox.address, id(&steps))?;
        world.drop_uploads(id(&steps));
        Ok(StatusCode::NO_CONTENT.into_response())
    });
    world.answered(removed)
}

/// `GET …/messages/{id}/attachments`.
pub(super) async fn files(
    State(world): State<Arc<World>>,
    steps: Steps,
    headers: HeaderMap,
) -> Response {
    let found = world.owner(&steps, &headers).and_then(|caller| {
        let mut kept = world.drafts.kept();
        let files = &kept.find(caller.mailbox.address, id(&steps))?.files;
        let shown = files.iter().enumerate().map(|(n, file)| {
            json!({ "id": n.to_string(), "name": file.item.name, "size": file.octets.len() })
        });
        Ok(Json(json!({ "value": shown.collect::<Vec<_>>() })).into_response())
    });
    world.answered(found)
}

/// `POST …/messages/{id}/attachments`.
pub(super) async fn attach(
    State(world): State<Arc<World>>,
    steps: Steps,
    request: Request,
) -> Response {
    let added = world.posted(&steps, request).await.and_then(|(caller, body)| {
        let Whole { item, content_bytes } =
            serde_json::from_slice(&body).map_err(|error| Refusal::NotJson(error.to_string()))?;
        let decoded = BASE64.decode(content_bytes);
        let decoded = decoded.map_err(|_| Refusal::NotJson("contentBytes is not base64".into()))?;
        let mut octets = Body::new(&world.room);
        let kept = octets.push(&decoded).and_then(|()| octets.finish());
        kept.map_err(|_| Refusal::Unfinished)?;
        world.drafts.add(caller.mailbox.address, id(&steps), File { item, octets })?;
        let id = Uuid::new_v4().to_string();
        Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
    });
    world.answered(added)
}

/// `POST …/messages/{id}/attachments/createUploadSession`.
pub(super) async fn open_upload(
    State(world): State<Arc<World>>,
    steps: Steps,
    request: Request,
) -> Response {
    let opened = world.posted(&steps, request).await.and_then(|(caller, body)| {
        let asked: Value =
            serde_json::from_slice(&body).map_err(|error| Refusal::NotJson(error.to_string()))?;
        let item = asked.get("AttachmentItem").or_else(|| asked.get("attachmentItem"));
        let item: Item = serde_json::from_value(item.cloned().unwrap_or_default())
            .map_err(|error| Refusal::NotJson(error.to_string()))?;
        world.drafts.kept().find(caller.mailbox.address, id(&steps))?;
        let address = world.open_upload(caller.mailbox.address, id(&steps), item)?;
        let answer = json!({ "uploadUrl": address, "nextExpectedRanges": ["0-"] });
        Ok((StatusCode::CREATED, Json(answer)).into_response())
    });
    world.answered(opened)
}

/// `POST …/messages/{id}/send`.
pub(super) async fn submit(
    State(world): State<Arc<World>>,
    steps: Steps,
    headers: HeaderMap,
) -> Response {
    let sent = world.owner(&steps, &headers).and_then(|caller| {
        let mut kept = world.drafts.kept();
        let draft = kept.find(caller.mailbox.address, id(&steps))?;
        let whole = |body: &mut Body, mime: &[u8]| compose::whole(mime, &draft.files, body);
        world.submit(&caller, &headers, &draft.mime, whole)?;
        let sent = kept.take(caller.mailbox.address, id(&steps))?.id;
        kept.sent.push_back(sent);
        if kept.sent.len() > MOST {
            kept.sent.pop_front();
        }
        Ok(StatusCode::ACCEPTED.into_response())
    });
    world.answered(sent)
}

fn id(steps: &Steps) -> &str {
    steps.get("id").map(String::as_str).unwrap_or_default()
}

impl World {
    /// Who asks about the drafts that the path names.
    fn owner(&self, steps: &Steps, headers: &HeaderMap) -> Result<Caller, Refusal> {
        self.caller(headers, steps.get("user").map(String::as_str), PERMISSION)
    }

    /// The same, with the request's body.
    async fn posted(&self, steps: &Steps, request: Request) -> Result<(Caller, Vec<u8>), Refusal> {
        let headers = request.headers().clone();
        let body = Posted::read(request, send::LONGEST).await;
        let Posted(body) = body.map_err(|_| Refusal::NotJson("it did not arrive".into()))?;
        Ok((self.owner(steps, &headers)?, body.ok_or(Refusal::TooBig)?))
    }

    fn answered(&self, answer: Result<Response, Refusal>) -> Response {
        answer.unwrap_or_else(|refusal| refusal.answer(self.clock.now()))
    }
}
