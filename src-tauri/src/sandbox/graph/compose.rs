//! A draft with its files becomes the mail that is sent.

use super::drafts::File;
use crate::sandbox::inbox::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use std::io::{self, Read as _};
use uuid::Uuid;

/// Octets of a file in one line of base64 (RFC 2045 §6.8).
const LINE: usize = 57;
/// How much of a file is read at a time, in octets.
const CHUNK: usize = LINE * 1024;

/// Writes `mime` with `files` into `mail`.
pub(super) fn whole(mime: &[u8], files: &[File], mail: &mut Body) -> io::Result<()> {
    if files.is_empty() {
        return mail.push(mime);
    }
    let (fields, content, body) = taken_apart(mime);
    let boundary = format!("=_{}", Uuid::new_v4().simple());
    let kind = format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n");
    mail.push(&fields)?;
    mail.push(format!("{kind}--{boundary}\r\n").as_bytes())?;
    mail.push(&content)?;
    mail.push(body)?;
    for file in files {
        mail.push(format!("\r\n--{boundary}\r\n{}\r\n", head(file)).as_bytes())?;
        encoded(&file.octets, mail)?;
    }
    mail.push(format!("\r\n--{boundary}--\r\n").as_bytes())
}

/// The fields of the header that describe no content, those that do, and what follows the header.
fn taken_apart(mime: &[u8]) -> (Vec<u8>, Vec<u8>, &[u8]) {
    let end = mime.windows(4).position(|four| four == b"\r\n\r\n").map_or(mime.len(), |at| at + 2);
    let (head, body) = mime.split_at(end);
    let (mut fields, mut content) = (Vec::new(), Vec::new());
    let mut describes = false;
    for line in head.split_inclusive(|&octet| octet == b'\n') {
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            describes = line.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"));
        }
        if describes { content.extend_from_slice(line) } else { fields.extend_from_slice(line) }
    }
    (fields, content, body)
}

fn head(file: &File) -> String {
    // What a program says here must not end a line.
    let shown = |text: &str| text.replace(|c: char| c.is_control() || c == '"', "_");
    let item = &file.item;
    let kind = shown(item.content_type.as_deref().unwrap_or("application/octet-stream"));
    let how = if item.is_inline { "inline" } else { "attachment" };
    let name: String = url::form_urlencoded::byte_serialize(item.name.as_bytes()).collect();
    let name = name.replace('+', "%20");
    let id = item.content_id.as_deref().map(|id| format!("Content-ID: <{}>\r\n", shown(id)));
    format!(
        "Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: {how}; filename*=utf-8''{name}\r\n{}",
        id.unwrap_or_default()
    )
}

fn encoded(octets: &Body, mail: &mut Body) -> io::Result<()> {
    let mut reader = octets.reader()?;
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        chunk.clear();
        reader.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
        if chunk.is_empty() {
            return Ok(());
        }
        let lines: String = chunk.chunks(LINE).map(|line| BASE64.encode(line) + "\r\n").collect();
        mail.push(lines.as_bytes())?;
    }
}
