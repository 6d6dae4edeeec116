//! Uploads of large files, range by range, to an address that is its own authority.
//! Source: <https://learn.microsoft.com/graph/outlook-large-attachments>, 2026-11.

use super::{
    drafts::{File, Item},
    refusal::Refusal,
    send,
};
use crate::sandbox::{World, http::Body as Posted, inbox::Body};
use axum::{
    Json,
    extract::{Query, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// Files are uploaded from this size on, in octets.
const SMALLEST: u64 = 2 * 1024 * 1024;
/// Up to this size.
const LARGEST: u64 = 150 * 1024 * 1024;
/// How many uploads may be open.
const MOST: usize = 50;

/// Every upload that is open, by the name in its address.
pub(in crate::sandbox) type Uploads = Mutex<HashMap<String, Upload>>;

/// One file on its way.
pub(in crate::sandbox) struct Upload {
    mailbox: &'static str,
    draft: String,
    item: Item,
    octets: Body,
}

impl World {
    /// Opens an upload; gives its address.
    pub(super) fn open_upload(
        &self,
        mailbox: &'static str,
        draft: &str,
        item: Item,
    ) -> Result<String, Refusal> {
        if !(SMALLEST..=LARGEST).contains(&item.size) {
            return Err(Refusal::BadUploadSize);
        }
        let mut open = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST {
            return Err(Refusal::Throttled);
        }
        let (name, draft) = (Uuid::new_v4().simple().to_string(), draft.to_owned());
        let octets = Body::new(&self.room);
        open.insert(name.clone(), Upload { mailbox, draft, item, octets });
        Ok(format!("{}/upload?authtoken={name}", self.https))
    }

    /// Ends the uploads to the draft `id`, which is gone.
    pub(super) fn drop_uploads(&self, id: &str) {
        let mut open = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, upload| upload.draft != id);
    }

    fn take_range(&self, name: &str, range: &str, part: &[u8]) -> Result<Option<u64>, Refusal> {
        let mut open = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let upload = open.get_mut(name).ok_or(Refusal::NoSuchUpload)?;
        let (first, last, size) = numbers(range).ok_or(Refusal::BadRange)?;
        if first != upload.octets.len() || size != upload.item.size || last >= size {
            return Err(Refusal::BadRange);
        }
        if last.checked_sub(first) != (part.len() as u64).checked_sub(1) {
            return Err(Refusal::BadRange);
        }
        upload.octets.push(part).map_err(|_| Refusal::Unfinished)?;
        if upload.octets.len() < size {
            return Ok(Some(upload.octets.len()));
        }
        let mut upload = open.remove(name).ok_or(Refusal::NoSuchUpload)?;
        upload.octets.finish().map_err(|_| Refusal::Unfinished)?;
        let Upload { mailbox, draft, item, octets } = upload;
        self.drafts.add(mailbox, &draft, File { item, octets }).map(|()| None)
    }
}

/// `bytes 0-99/1000`.
fn numbers(range: &str) -> Option<(u64, u64, u64)> {
    let (part, size) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = part.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?, size.parse().ok()?))
}

fn name(query: &HashMap<String, String>) -> &str {
    query.get("authtoken").map(String::as_str).unwrap_or_default()
}

/// `PUT /upload`.
pub(super) async fn put(
    State(world): State<Arc<World>>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let Posted(part) = match Posted::read(request, send::LONGEST).await {
        Ok(part) => part,
        Err(answer) => return answer,
    };
    let range = headers.get(header::CONTENT_RANGE).and_then(|range| range.to_str().ok());
    let taken = if headers.contains_key(header::AUTHORIZATION) {
        Err(Refusal::TokenAtUpload)
    } else {
        part.ok_or(Refusal::TooBig)
            .and_then(|part| world.take_range(name(&query), range.unwrap_or_default(), &part))
    };
    match taken {
        Ok(Some(next)) => wants(next),
        Ok(None) => StatusCode::CREATED.into_response(),
        Err(refusal) => refusal.answer(world.clock.now()),
    }
}

/// `GET /upload`.
pub(super) async fn state(
    State(world): State<Arc<World>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let open = world.uploads.lock().unwrap_or_else(PoisonError::into_inner);
    match open.get(name(&query)) {
        Some(upload) => wants(upload.octets.len()),
        None => Refusal::NoSuchUpload.answer(world.clock.now()),
    }
}

fn wants(octet: u64) -> Response {
    Json(json!({ "nextExpectedRanges": [format!("{octet}-")] })).into_response()
}
