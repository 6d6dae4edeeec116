//! `sendMail`: a whole message as base64, or its parts as JSON.

use super::{Caller, parts::Parts, refusal::Refusal};
use crate::sandbox::{
    World,
    http::Body as Posted,
    inbox::{Body, Envelope, Via, from_addresses},
};
use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use mail_parser::{Address, MessageParser};
use std::{io, sync::Arc};

/// The longest request: 4 MB.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;
/// The permission that lets it send.
const PERMISSION: &str = "Mail.Send";

/// The recipient who throttles the first try, at any domain.
const BUSY: &str = "busy@";

/// How a message stands in a request in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As the `message` of a request to send it.
    Sent,
    /// By itself, as a draft.
    Bare,
}

/// `POST /me/sendMail`.
pub(super) async fn by_me(State(world): State<Arc<World>>, request: Request) -> Response {
    world.send_mail(None, request).await
}

/// `POST /users/{user}/sendMail`.
pub(super) async fn by_user(
    State(world): State<Arc<World>>,
    Path(user): Path<String>,
    request: Request,
) -> Response {
    world.send_mail(Some(&user), request).await
}

impl World {
    async fn send_mail(&self, user: Option<&str>, request: Request) -> Response {
        let headers = request.headers().clone();
        let Posted(body) = match Posted::read(request, LONGEST).await {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let sent = self
            .caller(&headers, user, &[PERMISSION])
            .and_then(|caller| Ok((caller, body.ok_or(Refusal::TooBig)?)))
            .and_then(|(caller, body)| {
                let message = message(&caller, &headers, &body, Form::Sent)?;
                self.submit(&caller, &headers, &message, |mail, message| mail.push(message))
            });
        match sent {
            Ok(()) => StatusCode::ACCEPTED.into_response(),
            Err(refusal) => refusal.answer(self.clock.now()),
        }
    }

    /// Sends `message`, whose text `write` gives; its hidden copies are taken out before.
    pub(super) fn submit(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        message: &[u8],
        write: impl FnOnce(&mut Body, &[u8]) -> io::Result<()>,
    ) -> Result<(), Refusal> {
        let parsed = MessageParser::default().parse_headers(message).ok_or(Refusal::NotMime)?;
        let to: Vec<String> = [parsed.to(), parsed.cc(), parsed.bcc()]
            .into_iter()
            .flatten()
            .flat_map(Address::iter)
            .filter_map(|to| to.address().map(str::to_owned))
            .collect();
        if to.is_empty() || to.iter().any(|address| !address.contains('@')) {
            return Err(Refusal::NoRecipients);
        }
        if to.iter().any(|to| to.starts_with(BUSY)) && !headers.contains_key("retry-attempt") {
            return Err(Refusal::Throttled);
        }
        let own = caller.mailbox.address;
        let from = from_addresses(message);
        let person = caller.access.person();
        let may_send_as = |address: &String| {
            caller.mailbox.may_use(address) || person.is_some_and(|person| person.may_use(address))
        };
        if !from.iter().all(may_send_as) {
            return Err(Refusal::SendAsDenied);
        }
        if person.is_some_and(|person| {
            !from.iter().all(|address| caller.access.allows(PERMISSION, person.is(address)))
        }) {
            return Err(Refusal::AccessDenied);
        }
        let sender = from.first().map_or(own, String::as_str).to_owned();
        let mut body = Body::new(&self.room);
        // NOTE: Graph fills in a From header that is missing.
        let from = if from.is_empty() { format!("From: <{own}>\r\n") } else { String::new() };
        let kept = body
            .push(from.as_bytes())
            .and_then(|()| write(&mut body, &without_bcc(message)))
            .and_then(|()| body.finish());
        kept.map_err(|_| Refusal::Unfinished)?;
        let envelope = Envelope { via: Via::Graph, mailbox: own.to_owned(), from: sender, to };
        self.inbox.deliver(envelope, body);
        Ok(())
    }
}

/// The message in a request: in MIME form when it says `text/plain`, else in JSON.
pub(super) fn message(
    caller: &Caller,
    headers: &HeaderMap,
    body: &[u8],
    form: Form,
) -> Result<Vec<u8>, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.unwrap_or_default().starts_with("text/plain") {
        let parts = match form {
            Form::Sent => Parts::sent(body),
            Form::Bare => Parts::bare(body),
        };
        return parts?.built(caller.mailbox.address);
    }
    let packed: Vec<u8> =
        body.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    BASE64.decode(packed).map_err(|_| Refusal::NotBase64)
}

/// `message` without its Bcc header.
fn without_bcc(message: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(message.len());
    let (mut in_header, mut in_bcc) = (true, false);
    for line in message.split_inclusive(|&octet| octet == b'\n') {
        in_header &= !line.iter().all(u8::is_ascii_whitespace);
        let goes_on = matches!(line.first(), Some(b' ' | b'\t'));
        in_bcc = in_header
            && ((goes_on && in_bcc)
                || line.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"bcc:")));
        if !in_bcc {
            kept.extend_from_slice(line);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blind_copies_stay_blind() {
        let message = b"To: a\r\nBCC: b,\r\n c\r\nSubject: d\r\n\r\nBcc: body\r\n";
        let kept = String::from_utf8(without_bcc(message)).unwrap();
        assert_eq!(kept, "To: a\r\nSubject: d\r\n\r\nBcc: body\r\n");
    }
}
