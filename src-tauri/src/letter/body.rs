//! The body: text, HTML, images in it, files, nested as RFC 2046 and RFC 2387 have it.

use super::{Attachment, Draft, LetterError, Piece, header};
use lettre::message::{
    SinglePart,
    header::{ContentType, HeaderName, HeaderValue},
};
use std::{fs::Metadata, io, path::PathBuf, time::SystemTime};
use uuid::Uuid;

/// Octets of a file in one line of base64, and in how many octets they are written.
pub(super) const LINE: (usize, usize) = (57, 76);

/// A file as it was when the message was composed.
#[derive(Debug)]
pub(super) struct FileOnDisk {
    pub path: PathBuf,
    pub size: u64,
    pub modified: Option<SystemTime>,
}

impl FileOnDisk {
    async fn look(path: &PathBuf) -> Result<Self, LetterError> {
        match tokio::fs::metadata(path).await {
            Ok(found) if !found.is_file() => Err(LetterError::File {
                path: path.display().to_string(),
                source: io::Error::other("it is not a file"),
            }),
            Ok(found) => {
                Ok(Self { path: path.clone(), size: found.len(), modified: found.modified().ok() })
            }
            Err(source) => Err(LetterError::File { path: path.display().to_string(), source }),
        }
    }

    pub(super) fn unreadable(&self, source: io::Error) -> LetterError {
        LetterError::File { path: self.path.display().to_string(), source }
    }

    pub(super) fn changed(&self) -> LetterError {
        LetterError::Changed { path: self.path.display().to_string() }
    }

    pub(super) fn is_still(&self, found: &Metadata) -> bool {
        found.len() == self.size && found.modified().ok() == self.modified
    }

    /// Its octets in base64, every line with its end.
    pub(super) fn encoded_size(&self) -> u64 {
        let (full, rest) = (self.size / LINE.0 as u64, self.size % LINE.0 as u64);
        let last = if rest == 0 { 0 } else { rest.div_ceil(3) * 4 + 2 };
        full * (LINE.1 as u64 + 2) + last
    }
}

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
        let file = FileOnDisk::look(&attachment.path).await?;
        let name = file.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let mut header = format!("Content-Type: {}\r\n", media_type(&file.path));
        header += "Content-Transfer-Encoding: base64\r\n";
        header += &header::disposition(&name, inline)?;
        if let Some(id) = &attachment.content_id {
            header += &content_id(id)?;
        }
        Ok(Self { header, content: vec![Piece::File(file)] })
    }
}

/// The media type that the name of `path` suggests.
pub(super) fn media_type(path: &std::path::Path) -> String {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    // NOTE: parts of these types must not be base64 (RFC 2046 §5.2.1), and files are.
    match guess.type_().as_str() {
        "message" | "multipart" => "application/octet-stream".to_owned(),
        _ => guess.essence_str().to_owned(),
    }
}

fn content_id(id: &str) -> Result<String, LetterError> {
    let bare = id.trim_start_matches('<').trim_end_matches('>');
    if bare.is_empty()
        || bare.len() > 200
        || !bare.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b))
    {
        return Err(LetterError::field(
            "attachments",
            format!("{id:?} is not a Content-ID"),
            "Use letters, digits, dots and hyphens, for example logo@example.com.",
        ));
    }
    let name = HeaderName::new_from_ascii_str("Content-ID");
    Ok(header::line(HeaderValue::new(name, format!("<{bare}>"))))
}

/// Adds the body's own header to `head` and gives what follows.
pub(super) async fn pieces(draft: &Draft, head: &mut String) -> Result<Vec<Piece>, LetterError> {
    for (field, text) in [("text", &draft.text), ("html", &draft.html)] {
        if text.contains('\0') {
            return Err(LetterError::field(field, "it has a NUL in it", "Take the character out."));
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
