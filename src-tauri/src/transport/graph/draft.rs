//! A message that is too large for one request: a draft, its files, and then the draft is sent.
//!
//! The draft is made of the message's own MIME form without its files, and not of JSON: so both bodies,
//! all headers and the Message-ID are those of the message, as when it is sent in one request.
//! Source: <https://learn.microsoft.com/graph/api/user-post-messages>, 2026-11.

use super::{
    LONGEST_REQUEST, Rights, Way,
    ask::{Ask, Nature},
    json,
    mail::{self, encoded_size},
    submit::{Trace, accepted, by_message_id, is_draft, submit},
    talk::Talk,
    upload::{self, is_over},
};
use crate::{
    letter::{FileOnDisk, Letter},
    transport::{Credentials, Delivery, SendError, Watch},
};
use http::Method;
use serde_json::Value;
use std::time::Duration;

/// Files up to this size go in one request, in octets: up to 3 145 611 were seen to be taken there, and
/// from 2 097 152 on in an upload session (msgraph-sdk-java pull request 52).
const SMALL: u64 = 3_000_000;
/// How often a file is added when nobody knows whether it was.
const MOST_TRIES: u32 = 3;
/// The longest id of a draft that is believed, in octets; Exchange's have some 150.
const LONGEST_ID: usize = 1_000;
/// How long a request that tidies up may be put off.
const TIDYING: Duration = Duration::from_secs(10);

/// What had become of a draft that an earlier send left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// It was there, and is not any more: its message was never sent.
    Removed,
    /// It had been sent.
    WasSent,
    /// There is no such message: it was removed, or sent without a copy.
    Gone,
}

/// Sends `letter` by way of a draft.
pub(super) async fn send(
    talk: &mut Talk<'_>,
    letter: &Letter,
    rights: Rights,
) -> Result<Delivery, SendError> {
    let bare = letter.without_files().await?;
    let size = encoded_size(&bare);
    if size > LONGEST_REQUEST {
        let (host, limit) = (talk.host(), LONGEST_REQUEST);
        return Err(SendError::TooLarge { host, size, limit, graph: true });
    }
    if rights.write == Some(false) {
        return Err(SendError::PermissionMissing { permission: "Mail.ReadWrite" });
    }
    let id = make(talk, &bare).await?;
    talk.way.host.draft(Some(&id)).await;
    let sent = match fill_and_submit(talk, &id, letter, &bare).await {
        Err(error) if !error.uncertain() => tidy_up(talk, &id, letter, error).await,
        ended => ended,
    };
    if sent.is_ok() {
        talk.way.host.draft(None).await;
    }
    sent
}

/// Makes the draft; gives its id.
async fn make(talk: &mut Talk<'_>, bare: &Letter) -> Result<String, SendError> {
    let url = talk.way.graph.at(&["messages"]);
    let body = mail::encoded(bare).await?;
    let ask = Ask::new(Nature::Makes, Method::POST, url).with("text/plain", body);
    for n in 1.. {
        match talk.ask(ask.clone()).await {
            Ok(answer) => {
                return made(answer.body())
                    .ok_or_else(|| talk.odd("it made a draft and did not name it"));
            }
            Err(error) if error.in_trouble() && n < MOST_TRIES => {
                talk.pause(talk.way.limits.backoff * n).await?;
                let made = by_message_id(talk, bare.message_id()).await?;
                if let Some(id) = made.iter().find_map(name) {
                    return Ok(id);
                }
            }
            Err(error) => return Err(error),
        }
    }
    unreachable!("the loop ends by returning")
}

/// The name of the draft that was made.
pub(super) fn made(body: &[u8]) -> Option<String> {
    name(&serde_json::from_slice(body).ok()?)
}

fn name(message: &Value) -> Option<String> {
    let id = message["id"].as_str()?;
    (!id.is_empty() && id.len() < LONGEST_ID).then(|| id.to_owned())
}

async fn fill_and_submit(
    talk: &mut Talk<'_>,
    id: &str,
    letter: &Letter,
    bare: &Letter,
) -> Result<Delivery, SendError> {
    let total = bare.size() + letter.files().map(FileOnDisk::size).sum::<u64>();
    let mut done = bare.size();
    for (before, file) in letter.files().enumerate() {
        talk.watch.handed_over(done, total, true);
        add(talk, id, file, before, (done, total)).await?;
        done += file.size();
    }
    talk.watch.handed_over(done, total, true);
    let url = talk.way.graph.at(&["messages", id, "send"]);
    // Nothing in JSON: so does Microsoft's own client.
    let ask = Ask::new(Nature::Sends, Method::POST, url).with("application/json", Vec::new());
    submit(talk, ask, letter, Trace::Draft(id), (done, total)).await
}

/// Adds `file` as the one after `before` others. When nobody knows whether it was added, those that are
/// there are counted.
async fn add(
    talk: &mut Talk<'_>,
    id: &str,
    file: &FileOnDisk,
    before: usize,
    progress: (u64, u64),
) -> Result<(), SendError> {
    for n in 1.. {
        let added = if file.size() <= SMALL {
            add_small(talk, id, file).await
        } else {
            upload::add(talk, id, file, progress).await
        };
        match added {
            Err(error) if (error.in_trouble() || is_over(&error)) && n < MOST_TRIES => {
                talk.pause(talk.way.limits.backoff * n).await?;
                if count(talk, id).await? > before {
                    return Ok(());
                }
            }
            ended => return ended,
        }
    }
    unreachable!("the loop ends by returning")
}

async fn add_small(talk: &mut Talk<'_>, id: &str, file: &FileOnDisk) -> Result<(), SendError> {
    let url = talk.way.graph.at(&["messages", id, "attachments"]);
    let body = json::attachment(file).await?.to_string().into_bytes();
    let ask = Ask::new(Nature::Adds, Method::POST, url).with("application/json", body);
    talk.watch.transcript.note(format!("the file {:?}, {} octets", file.name(), file.size()));
    talk.ask(ask).await.map(|_| ())
}

/// How many files the draft has.
async fn count(talk: &mut Talk<'_>, id: &str) -> Result<usize, SendError> {
    let mut url = talk.way.graph.at(&["messages", id, "attachments"]);
    url.query_pairs_mut().append_pair("$select", "id,name,size");
    let answer = talk.ask(Ask::new(Nature::Harmless, Method::GET, url)).await?;
    let found: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    Ok(found["value"].as_array().map_or(0, Vec::len))
}

/// Removes a draft that is not to be sent. When that fails, its id stays with the caller.
async fn tidy_up(
    talk: &mut Talk<'_>,
    id: &str,
    letter: &Letter,
    error: SendError,
) -> Result<Delivery, SendError> {
    talk.cannot_stop();
    match remove(talk, id).await {
        Ok(Leftover::WasSent) => return Ok(accepted(letter, error.to_string())),
        Ok(Leftover::Removed | Leftover::Gone) => talk.way.host.draft(None).await,
        Err(_) => talk.watch.transcript.failed("the draft could not be removed; it is in Drafts"),
    }
    Err(error)
}

/// Removes the draft `id`, unless it was sent: it would be the sent message that is removed.
async fn remove(talk: &mut Talk<'_>, id: &str) -> Result<Leftover, SendError> {
    talk.be_brief(TIDYING);
    match is_draft(talk, id).await? {
        None => return Ok(Leftover::Gone),
        Some(false) => return Ok(Leftover::WasSent),
        Some(true) => {}
    }
    let url = talk.way.graph.at(&["messages", id]);
    match talk.ask(Ask::new(Nature::Harmless, Method::DELETE, url)).await {
        Err(SendError::Graph(no)) if no.status == 404 => Ok(Leftover::Gone),
        other => other.map(|_| Leftover::Removed),
    }
}

/// Removes the draft `id` that an earlier send left behind, unless it was sent after all.
///
/// # Errors
/// Says why that is not known; the draft is then as it was.
pub async fn remove_leftover(
    way: Way<'_>,
    credentials: &Credentials,
    id: &str,
) -> Result<Leftover, SendError> {
    let watch = Watch::nobody();
    remove(&mut Talk::new(way, credentials, &watch)?, id).await
}
