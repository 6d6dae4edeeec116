//! A large file, range by range; what broke off is taken up where it broke.
//! Source: <https://learn.microsoft.com/graph/outlook-large-attachments>, 2026-11.

use super::{
    ask::{Ask, Nature},
    talk::Talk,
};
use crate::{
    letter::FileOnDisk, net::http::is_this_computer, secret::Secret, transport::SendError,
};
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};
use url::Url;

/// One range, in octets: below 4 MB, as mail wants it, and a multiple of 320 KiB, as Microsoft's upload
/// sessions elsewhere do.
const RANGE: u64 = 10 * 320 * 1024;
/// How often in a row a range may fail.
const MOST_FAILURES: u32 = 5;

/// How a range fared.
enum Next {
    /// This octet is wanted next.
    From(u64),
    /// The file is complete.
    Done,
}

/// Adds `file` to the draft `id`; `done` of `total` octets were handed over before it.
pub(super) async fn add(
    talk: &mut Talk<'_>,
    id: &str,
    file: &FileOnDisk,
    (done, total): (u64, u64),
) -> Result<(), SendError> {
    let url = begin(talk, id, file).await?;
    ranges(talk, &url, file, (done, total)).await
}

/// Whether the session is not known any more: it ran out, or the file is complete.
pub(super) fn is_over(error: &SendError) -> bool {
    matches!(error, SendError::Graph(no) if matches!(no.status, 404 | 410))
}

/// Opens a session; gives the address that takes the ranges.
async fn begin(talk: &mut Talk<'_>, id: &str, file: &FileOnDisk) -> Result<Url, SendError> {
    let mut item = json!({ "attachmentType": "file", "name": file.name(), "size": file.size() });
    item["contentType"] = file.media_type().into();
    if file.is_inline() {
        item["isInline"] = true.into();
    }
    if let Some(content_id) = file.content_id() {
        item["contentId"] = content_id.into();
    }
    let body = json!({ "AttachmentItem": item }).to_string().into_bytes();
    let url = talk.way.graph.at(&["messages", id, "attachments", "createUploadSession"]);
    let ask = Ask::new(Nature::Harmless, Method::POST, url).with("application/json", body);
    let answer = talk.ask(ask).await?;
    let address = opened(answer.body());
    let address = address.ok_or_else(|| talk.odd("it opened an upload without an address"))?;
    if address.scheme() != "https" && !is_this_computer(&address) {
        return Err(talk.odd("its address for the upload is not protected"));
    }
    // Whoever has the address can write there: it is as good as a token.
    talk.hide(&Secret::new(address.query().unwrap_or_default()));
    let host = address.host_str().unwrap_or_default();
    let (name, size) = (file.name(), file.size());
    talk.watch.transcript.note(format!("the file {name:?}, {size} octets, goes to {host}"));
    Ok(address)
}

/// Where a session takes the ranges.
pub(super) fn opened(body: &[u8]) -> Option<Url> {
    let opened: Value = serde_json::from_slice(body).ok()?;
    Url::parse(opened["uploadUrl"].as_str()?).ok()
}

async fn ranges(
    talk: &mut Talk<'_>,
    url: &Url,
    file: &FileOnDisk,
    (done, total): (u64, u64),
) -> Result<(), SendError> {
    let (mut at, mut failures) = (0, 0);
    loop {
        let next = match put(talk, url, file, at).await {
            Ok(next) => next,
            Err(error) => {
                failures += 1;
                if !(error.in_trouble() || is_misplaced(&error)) || failures > MOST_FAILURES {
                    return Err(error);
                }
                talk.pause(talk.way.limits.backoff * failures).await?;
                state(talk, url).await?
            }
        };
        match next {
            Next::Done => return Ok(()),
            Next::From(octet) if octet >= file.size() => {
                return Err(talk.odd("it wants more of a file than there is"));
            }
            Next::From(octet) => {
                // Going on is what counts; the same again may not go on for ever.
                failures = if octet > at { 0 } else { failures + 1 };
                if failures > MOST_FAILURES {
                    return Err(talk.odd("it wants the same range again and again"));
                }
                at = octet;
            }
        }
        talk.watch.handed_over(done + at, total, true);
    }
}

/// The server has other octets than we thought.
fn is_misplaced(error: &SendError) -> bool {
    matches!(error, SendError::Graph(no) if matches!(no.status, 409 | 416))
}

/// Sends the range that begins at `first`.
async fn put(
    talk: &mut Talk<'_>,
    url: &Url,
    file: &FileOnDisk,
    first: u64,
) -> Result<Next, SendError> {
    let length = (file.size() - first).min(RANGE);
    let part = file.octets(first, usize::try_from(length).expect("a range is small")).await?;
    let range = format!("bytes {first}-{}/{}", first + length - 1, file.size());
    let answer = talk.ask(Ask::upload(url.clone(), range, part)).await?;
    match wanted(&answer) {
        Some(octet) => Ok(Next::From(octet)),
        None if answer.status() == StatusCode::CREATED || first + length == file.size() => {
            Ok(Next::Done)
        }
        None => Ok(Next::From(first + length)),
    }
}

/// Asks how far an upload has come.
async fn state(talk: &mut Talk<'_>, url: &Url) -> Result<Next, SendError> {
    let answer = talk.ask(Ask::uploaded(url.clone())).await?;
    wanted(&answer).map(Next::From).ok_or_else(|| talk.odd("it does not say how far an upload is"))
}

/// The first octet that an answer asks for: `"nextExpectedRanges": ["3276800-"]`.
pub(super) fn wanted(answer: &Response<Vec<u8>>) -> Option<u64> {
    let said: Value = serde_json::from_slice(answer.body()).ok()?;
    let ranges = said.get("nextExpectedRanges").or_else(|| said.get("NextExpectedRanges"))?;
    ranges[0].as_str()?.split('-').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_what_mail_and_microsofts_other_uploads_take() {
        assert!(RANGE < 4_000_000 && RANGE.is_multiple_of(320 * 1024));
    }

    #[test]
    #[rustfmt::skip]
    fn the_octet_that_is_wanted_next_is_read() {
        let table = [
            (r#"{"nextExpectedRanges":["3276800-"]}"#,        Some(3_276_800)),
            (r#"{"nextExpectedRanges":["3276800"]}"#,         Some(3_276_800)),
            (r#"{"NextExpectedRanges":["0-99","200-"]}"#,     Some(0)),
            (r#"{"nextExpectedRanges":[]}"#,                  None),
            (r#"{"nextExpectedRanges":["all"]}"#,             None),
            ("",                                               None),
        ];
        for (body, octet) in table {
            assert_eq!(wanted(&Response::new(body.into())), octet, "{body}");
        }
    }
}
