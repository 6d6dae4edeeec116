//! PEM (RFC 7468), as tools write it: with whatever text stands between the sections.
//!
//! By hand, so that every copy of a key is wiped.

use super::CertificateError;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use zeroize::Zeroizing;

/// A certificate.
pub(super) const CERTIFICATE: &str = "CERTIFICATE";
/// An RSA key by itself.
pub(super) const PKCS1: &str = "RSA PRIVATE KEY";
/// A key of any kind.
pub(super) const PKCS8: &str = "PRIVATE KEY";
/// A key of any kind, encrypted.
pub(super) const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";
/// How long a line of base64 is, in characters (RFC 7468 §2).
const LINE: usize = 64;

/// One section.
pub(super) struct Section<'a> {
    /// What stands after `BEGIN`.
    pub(super) label: &'a str,
    /// What is in it.
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// `file` as text, if there is a section in it.
pub(super) fn text(file: &[u8]) -> Option<&str> {
    std::str::from_utf8(file).ok().filter(|text| text.contains(BEGIN))
}

/// The sections of `text`, in their order.
pub(super) fn sections(text: &str) -> impl Iterator<Item = Result<Section<'_>, CertificateError>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(BEGIN)?;
        let section = section(after);
        rest = section.as_ref().map_or("", |(_, rest)| rest);
        Some(section.map(|(section, _)| section))
    })
}

fn section(text: &str) -> Result<(Section<'_>, &str), CertificateError> {
    let broken = |said: &str| CertificateError::Unreadable { said: said.to_owned() };
    let (label, body) =
        text.split_once(DASHES).ok_or_else(|| broken("a section's first line has no end"))?;
    let end = format!("{DASHES}END {label}{DASHES}");
    let (body, rest) =
        body.split_once(&*end).ok_or_else(|| broken(&format!("the section {label} has no end")))?;
    if body.contains("Proc-Type:") {
        return Err(CertificateError::OldEncryption);
    }
    let mut digits = Zeroizing::new(String::with_capacity(body.len()));
    digits.extend(body.split_ascii_whitespace());
    let der = BASE64
        .decode(digits.as_bytes())
        .map_err(|error| broken(&format!("the section {label} is not base64: {error}")))?;
    Ok((Section { label, der: Zeroizing::new(der) }, rest))
}

/// Appends a section with `der` to `text`, which has to have room for it: growing would leave a copy behind.
pub(super) fn write(text: &mut String, label: &str, der: &[u8]) {
    let digits = Zeroizing::new(BASE64.encode(der));
    text.extend([BEGIN, label, DASHES, "\n"]);
    for line in digits.as_bytes().chunks(LINE) {
        text.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        text.push('\n');
    }
    text.extend([DASHES, "END ", label, DASHES, "\n"]);
}
