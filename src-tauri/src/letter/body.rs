//! The body: text, HTML, images in it, files, nested as RFC 2046 and RFC 2387 have it.

use super::{Attachment, Draft, LetterError, Piece, file::FileOnDisk, header};
use lettre::message::{
    SinglePart,
    header::{ContentType, HeaderName, HeaderValue},
};
use uuid::Uuid;

/// A part of the body: the text of its header, and what follows.
struct Part {
    header: String,
    content: Vec<Piece>,
}

impl Part {
    /// Several parts in one (RFC 2046 §5.1.1).
    fn of(kind: &str, parts: Vec<Self>) -> Self {
        // NOTE: "=_" cannot occur in quoted-printable or base64 (RFC 2045 §6.7, rule 1).
        let boundary = format!("=_{}", Uuid::new_v4().simple());
        let mut content = Vec::new();
        for part in parts {
            let start = format!("--{boundary}\r\n{}\r\n", part.header);
            content.push(Piece::Bytes(start.into_bytes()));
            content.extend(part.content);
            content.push(Piece::Bytes(b"\r\n".to_vec()));
        }
        content.push(Piece::Bytes(format!("--{boundary}--\r\n").into_bytes()));
        let header = format!("Content-Type: multipart/{kind};\r\n boundary=\"{boundary}\"\r\n");
        Self { header, content }
    }

    fn text(text: &str, kind: ContentType) -> Self {
        // One pass here: lettre inserts each missing CR on its own, which takes minutes for a long text.
        let lines = text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n");
        let part = SinglePart::builder().header(kind).body(lines);
        let mut body = part.raw_body().to_vec();
        if !body.ends_with(b"\r\n") {
            body.extend_from_slice(b"\r\n");
        }
        Self { header: part.headers().to_string(), content: vec![Piece::Bytes(body)] }
    }

    async fn file(attachment: &Attachment, inline: bool) -> Result<Self, LetterError> {
        let file = FileOnDisk::look(attachment, inline).await?;
        let mut header = format!("Content-Type: {}\r\n", file.media_type());
        header += "Content-Transfer-Encoding: base64\r\n";
        header += &header::disposition(file.name(), inline)?;
        if let Some(id) = file.content_id() {
            let name = HeaderName::new_from_ascii_str("Content-ID");
            header += &header::line(HeaderValue::new(name, format!("<{id}>")));
        }
        Ok(Self { header, content: vec![Piece::File(file)] })
    }
}

/// Adds the body's own header to `head` and gives what follows.
pub(super) async fn pieces(draft: &Draft, head: &mut String) -> Result<Vec<Piece>, LetterError> {
    for (field, text) in [("text", &draft.text), ("html", &draft.html)] {
        if text.contains('\0') {
            return Err(LetterError::field(field, "it has a NUL in it", "Take the character out"));
        }
    }
    let in_html =
        |attachment: &&Attachment| attachment.content_id.is_some() && !draft.html.is_empty();
    let mut images = Vec::new();
    for image in draft.attachments.iter().filter(in_html) {
        images.push(Part::file(image, true).await?);
    }
    let mut parts = vec![words(draft, images)];
    for file in draft.attachments.iter().filter(|file| !in_html(file)) {
        parts.push(Part::file(file, false).await?);
    }
    let whole = match parts.len() {
        1 => parts.remove(0),
        _ => Part::of("mixed", parts),
    };
    *head += &whole.header;
    *head += "\r\n";
    Ok(whole.content)
}

/// What is read: text, HTML with its images, or a choice of both, plainest first (RFC 2046 §5.1.4).
fn words(draft: &Draft, mut images: Vec<Part>) -> Part {
    let text = Part::text(&draft.text, ContentType::TEXT_PLAIN);
    if draft.html.is_empty() {
        return text;
    }
    let mut html = Part::text(&draft.html, ContentType::TEXT_HTML);
    if !images.is_empty() {
        images.insert(0, html);
        html = Part::of("related;\r\n type=\"text/html\"", images);
    }
    if draft.text.is_empty() { html } else { Part::of("alternative", vec![text, html]) }
}
