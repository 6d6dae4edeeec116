//! When a server wants to be asked again.

use http::{HeaderMap, HeaderName, header};
use std::time::Duration;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// Nobody is asked to wait longer than this, whatever a header says.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How long `Retry-After` asks to wait: seconds, or until a date (RFC 9110 §10.2.3). The date is held
/// against the server's own clock, its `Date`: this computer's may be wrong.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = value.parse() {
        Duration::from_secs(seconds)
    } else {
        let until = date(headers, &header::RETRY_AFTER)? - date(headers, &header::DATE)?;
        until.try_into().unwrap_or_default() // over already
    };
    Some(wait.min(LONGEST_WAIT))
}

/// The date in a header (RFC 9110 §5.6.7).
pub fn date(headers: &HeaderMap, name: &HeaderName) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(headers.get(name)?.to_str().ok()?.trim(), &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn it_is_seconds_or_a_date_of_the_servers_clock() {
        let table = [
            ("60",                            Some(60)),
            (" 5 ",                           Some(5)),
            ("Wed, 18 Nov 2026 12:02:00 GMT", Some(120)),
            ("Wed, 18 Nov 2026 11:00:00 GMT", Some(0)),
            ("99999999999",                   Some(24 * 60 * 60)),
            ("Sat, 18 Nov 2056 12:00:00 GMT", Some(24 * 60 * 60)),
            ("soon",                          None),
            ("-5",                            None),
        ];
        for (value, seconds) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, value.parse().unwrap());
            headers.insert(header::DATE, "Wed, 18 Nov 2026 12:00:00 GMT".parse().unwrap());
            assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn a_date_means_nothing_without_the_servers_clock() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, "Wed, 18 Nov 2026 12:02:00 GMT".parse().unwrap());
        assert_eq!(retry_after(&headers), None);
    }
}
