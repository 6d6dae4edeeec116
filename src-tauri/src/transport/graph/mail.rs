//! `sendMail` with the whole message in MIME form.
//! Source: <https://learn.microsoft.com/graph/api/user-sendmail>, 2026-11.

use super::{
    LONGEST_REQUEST, Rights,
    ask::{Ask, Nature},
    submit::{Trace, submit},
    talk::Talk,
};
use crate::{
    letter::Letter,
    transport::{Delivery, SendError},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;

/// Whether `letter` goes into one request.
pub(super) fn fits(letter: &Letter) -> bool {
    encoded_size(letter) <= LONGEST_REQUEST
}

/// Octets of `letter` in base64.
pub(super) fn encoded_size(letter: &Letter) -> u64 {
    letter.size_with_bcc().div_ceil(3) * 4
}

/// Sends `letter` in one request; Graph keeps a copy in Sent Items.
pub(super) async fn send(
    talk: &mut Talk<'_>,
    letter: &Letter,
    rights: Rights,
) -> Result<Delivery, SendError> {
    let body = encoded(letter).await?;
    let url = talk.way.graph.at(&["sendMail"]);
    let ask = Ask::new(Nature::Sends, Method::POST, url).with("text/plain", body);
    submit(talk, ask, letter, Trace::MessageId(rights), (0, letter.size_with_bcc())).await
}

/// The whole message in base64, as Graph wants it, hidden copies included: it takes them out.
pub(super) async fn encoded(letter: &Letter) -> Result<Vec<u8>, SendError> {
    let (mut message, mut block) = (Vec::new(), Vec::new());
    let mut reader = letter.read_with_bcc();
    while !reader.is_at_end() {
        reader.next(&mut block).await?;
        message.extend_from_slice(&block);
    }
    Ok(STANDARD.encode(message).into_bytes())
}
