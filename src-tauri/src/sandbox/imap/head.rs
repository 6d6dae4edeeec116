//! A message's header, taken apart without changing an octet.

/// The header with the empty line that ends it, and what comes behind.
pub(super) fn split(source: &[u8]) -> (&[u8], &[u8]) {
    if source.starts_with(b"\r\n") {
        return source.split_at(2);
    }
    let end =
        source.windows(4).position(|four| four == b"\r\n\r\n").map_or(source.len(), |at| at + 4);
    source.split_at(end)
}

/// Name and raw value of every field in `header`, folded as it is, each with its last CRLF.
pub(super) fn fields(header: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in header.split_inclusive(|octet| *octet == b'\n') {
        if line == b"\r\n" {
            break;
        }
        if !matches!(line[0], b' ' | b'\t') {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([at]);
    let whole = starts.iter().zip(ends).map(|(start, end)| &header[*start..end]);
    whole
        .filter_map(|field| Some((&field[..field.iter().position(|o| *o == b':')?], field)))
        .collect()
}

/// The fields called one of `names`, or those called otherwise, and the empty line (RFC 3501 §6.4.5).
pub(super) fn chosen(header: &[u8], names: &[&[u8]], called_so: bool) -> Vec<u8> {
    let listed = |name: &[u8]| names.iter().any(|one| one.eq_ignore_ascii_case(name.trim_ascii()));
    let kept = fields(header).into_iter().filter(|(name, _)| listed(name) == called_so);
    let mut chosen: Vec<u8> = kept.flat_map(|(_, field)| field).copied().collect();
    chosen.extend_from_slice(b"\r\n");
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &[u8] = b"From: a\r\nSubject: one\r\n two\r\nX: y\r\n\r\nText\r\n\r\nmore";

    #[test]
    fn header_and_text_are_the_whole() {
        let (header, text) = split(MAIL);
        assert!(header.ends_with(b"X: y\r\n\r\n") && text.starts_with(b"Text"));
        assert_eq!(split(b"\r\nText"), (&b"\r\n"[..], &b"Text"[..]));
        assert_eq!(split(b"From: a\r\n"), (&b"From: a\r\n"[..], &b""[..]));
        assert_eq!(fields(b""), []);
    }

    #[test]
    fn fields_are_chosen_by_name_and_stay_folded() {
        let names: &[&[u8]] = &[b"subject", b"Date"];
        assert_eq!(chosen(MAIL, names, true), b"Subject: one\r\n two\r\n\r\n");
        assert_eq!(chosen(MAIL, names, false), b"From: a\r\nX: y\r\n\r\n");
    }
}
