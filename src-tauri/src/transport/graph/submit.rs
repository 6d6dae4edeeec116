//! The request that sends: the point of no return, and what is done when its answer is lost.

use super::{
    Rights,
    ask::{Ask, Nature},
    talk::Talk,
};
use crate::{
    letter::Letter,
    transport::{Delivery, Recipient, SendError, Stage},
};
use http::{Method, StatusCode};
use serde_json::Value;

/// How often a message is looked for: its copy in Sent Items may take a while.
const LOOKS: u32 = 3;
/// How often a draft is asked to be sent.
const MOST_SUBMISSIONS: u32 = 3;

/// How a message can be found again.
pub(super) enum Trace<'a> {
    /// By its Message-ID, with these rights. Not finding it proves nothing.
    MessageId(Rights),
    /// By the draft's id, which the message keeps when it is sent.
    Draft(&'a str),
}

/// What is known of a message after the answer was lost.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Sent,
    StillDraft,
    Nothing,
}

/// Makes the request that sends `letter`. From its first byte on it cannot be stopped; it is made again
/// only when Graph says that it did not do it, or when the draft is seen not to have been sent. `done`
/// of `total` octets were handed over before it.
pub(super) async fn submit(
    talk: &mut Talk<'_>,
    mut ask: Ask,
    letter: &Letter,
    trace: Trace<'_>,
    (done, total): (u64, u64),
) -> Result<Delivery, SendError> {
    if stopped(talk) {
        return Err(SendError::Cancelled { stage: Stage::Message });
    }
    let (size, octets) = (letter.size_with_bcc(), ask.body.len());
    talk.watch.transcript.note(format!("the message, {size} octets; {octets} in this request"));
    let mut doubt = false;
    for submission in 1.. {
        talk.watch.handed_over(done, total, false);
        let error = match talk.once(&ask).await {
            Ok(answer) if answer.status() == StatusCode::ACCEPTED => {
                return Ok(accepted(letter, answer.status().to_string()));
            }
            // A page of somebody in between, perhaps: Graph says 202.
            Ok(answer) => SendError::doubt(&talk.host(), format!("it said {}", answer.status())),
            Err(error) => error,
        };
        doubt |= error.uncertain();
        if !error.uncertain() && talk.waits_after(&error, &mut ask).await? {
            // Mails have arrived although a throttled request was said not to be done.
            if look(talk, letter, &trace).await == Found::Sent {
                return Ok(accepted(letter, found_after(&error)));
            }
            continue;
        }
        if !doubt {
            return Err(error);
        }
        match search(talk, letter, &trace).await {
            Found::Sent => return Ok(accepted(letter, found_after(&error))),
            Found::StillDraft if submission < MOST_SUBMISSIONS && !stopped(talk) => {}
            Found::StillDraft | Found::Nothing => return Err(error),
        }
    }
    unreachable!("the loop ends by returning")
}

/// Everybody is accepted: Graph says nothing of each.
pub(super) fn accepted(letter: &Letter, reply: String) -> Delivery {
    let accepted =
        |to: &lettre::Address| Recipient { address: to.to_string(), accepted: true, reply: None };
    Delivery { recipients: letter.envelope().to.iter().map(accepted).collect(), reply }
}

fn found_after(error: &SendError) -> String {
    format!("found among the mailbox's sent messages after: {error}")
}

fn stopped(talk: &Talk<'_>) -> bool {
    talk.watch.cancel.is_cancelled()
}

/// Looks until the message is there, for a while, and not once it was stopped: then nobody knows.
async fn search(talk: &mut Talk<'_>, letter: &Letter, trace: &Trace<'_>) -> Found {
    for n in 1..=LOOKS {
        if talk.pause(talk.way.limits.backoff * n).await.is_err() {
            return Found::Nothing;
        }
        match look(talk, letter, trace).await {
            Found::Sent => return Found::Sent,
            last if n == LOOKS => return last,
            _ => {}
        }
    }
    Found::Nothing
}

/// Looks for the message once.
async fn look(talk: &mut Talk<'_>, letter: &Letter, trace: &Trace<'_>) -> Found {
    match trace {
        Trace::MessageId(Rights { read: Some(false), .. }) => {
            talk.watch.transcript.note("it cannot be looked for: the token does not let us read");
            Found::Nothing
        }
        Trace::MessageId(_) => {
            let hits = by_message_id(talk, letter.message_id()).await.unwrap_or_default();
            // A message that is only on its way out is a draft still.
            let sent = hits.iter().any(|hit| hit["isDraft"] == Value::Bool(false));
            if sent { Found::Sent } else { Found::Nothing }
        }
        Trace::Draft(id) => by_draft(talk, id).await.unwrap_or(Found::Nothing),
    }
}

/// The messages with this Message-ID, each with `id` and `isDraft`.
pub(super) async fn by_message_id(
    talk: &mut Talk<'_>,
    message_id: &str,
) -> Result<Vec<Value>, SendError> {
    let mut url = talk.way.graph.at(&["messages"]);
    let filter = format!("internetMessageId eq '{}'", message_id.replace('\'', "''"));
    url.query_pairs_mut().append_pair("$filter", &filter).append_pair("$select", "id,isDraft");
    let answer = talk.ask(Ask::new(Nature::Harmless, Method::GET, url)).await?;
    let mut found: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    Ok(found["value"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

/// What became of the draft `id`.
async fn by_draft(talk: &mut Talk<'_>, id: &str) -> Result<Found, SendError> {
    Ok(match is_draft(talk, id).await? {
        Some(true) => Found::StillDraft,
        Some(false) => Found::Sent,
        None => Found::Nothing,
    })
}

/// Whether the message `id` is a draft; `None` when there is no such message.
pub(super) async fn is_draft(talk: &mut Talk<'_>, id: &str) -> Result<Option<bool>, SendError> {
    let mut url = talk.way.graph.at(&["messages", id]);
    url.query_pairs_mut().append_pair("$select", "id,isDraft");
    match talk.ask(Ask::new(Nature::Harmless, Method::GET, url)).await {
        Ok(answer) => {
            let message: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            Ok(message["isDraft"].as_bool())
        }
        Err(SendError::Graph(no)) if no.status == 404 => Ok(None),
        Err(error) => Err(error),
    }
}
