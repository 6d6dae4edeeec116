//! What time it is: the one place that asks the operating system, so that tests can set it.

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The last moment that RFC 3339 can write.
const LAST: OffsetDateTime = time::macros::datetime!(9999-12-31 23:59:59 UTC);

/// A moment, in UTC; RFC 3339 wherever it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, type = "string"))]
#[serde(transparent)]
pub struct Timestamp(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

impl Timestamp {
    /// Takes seconds since 1970-01-01; `None` outside the years that RFC 3339 can write.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp(seconds)
            .ok()
            .filter(|moment| (0..=9999).contains(&moment.year()))
            .map(Self)
    }

    /// Milliseconds since 1970-01-01: how the database keeps it.
    pub fn unix_ms(self) -> i64 {
        i64::try_from(self.0.unix_timestamp_nanos() / 1_000_000)
            .expect("the years 0 to 9999 fit into 64 bits of milliseconds")
    }

    /// The reverse of [`unix_ms`](Self::unix_ms).
    pub fn from_unix_ms(ms: i64) -> Option<Self> {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok()?;
        (0..=9999).contains(&moment.year()).then_some(Self(moment))
    }

    /// This moment and `span` more; the last moment that can be written when that is too late.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        let sum = time::Duration::try_from(span).ok().and_then(|span| self.0.checked_add(span));
        Self(sum.unwrap_or(LAST).min(LAST))
    }

    /// This moment less `span`; `None` before the years that RFC 3339 can write.
    pub fn before(self, span: Duration) -> Option<Self> {
        let earlier = self.0.checked_sub(time::Duration::try_from(span).ok()?)?;
        (earlier.year() >= 0).then_some(Self(earlier))
    }

    /// How long after `earlier` this is; zero when it is not.
    pub fn since(self, earlier: Self) -> Duration {
        (self.0 - earlier.0).try_into().unwrap_or_default()
    }

    /// The value for calendars and headers.
    pub fn date_time(self) -> OffsetDateTime {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(&Rfc3339).expect("the years 0 to 9999 can be written"))
    }
}

/// The clock that everything reads. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<Mutex<Timestamp>>>);

impl Clock {
    /// The computer's own clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `start` until [`advance`](Self::advance) moves it.
    pub fn set_to(start: Timestamp) -> Self {
        Self(Some(Arc::new(Mutex::new(start))))
    }

    /// Now, to the millisecond.
    #[allow(clippy::disallowed_methods)] // this is the one place
    pub fn now(&self) -> Timestamp {
        if let Some(set) = &self.0 {
            return *set.lock().expect("nobody panics while holding the time");
        }
        let now = OffsetDateTime::now_utc();
        let whole = now.nanosecond() / 1_000_000 * 1_000_000;
        Timestamp(now.replace_nanosecond(whole).expect("rounding down stays in range"))
    }

    /// Moves a set clock on by `span`. The computer's clock is not touched.
    pub fn advance(&self, span: Duration) {
        if let Some(set) = &self.0 {
            let mut now = set.lock().expect("nobody panics while holding the time");
            *now = now.after(span);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_the_database_and_json() {
        let moment = Timestamp::from_unix(1_795_000_000).unwrap();
        assert_eq!(Timestamp::from_unix_ms(moment.unix_ms()), Some(moment));
        let json = serde_json::to_string(&moment).unwrap();
        assert_eq!(json, "\"2026-11-18T11:06:40Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), moment);
    }

    #[test]
    fn a_set_clock_moves_only_when_told() {
        let clock = Clock::set_to(Timestamp::from_unix(0).unwrap());
        let shared = clock.clone();
        clock.advance(Duration::from_secs(90));
        assert_eq!(shared.now(), Timestamp::from_unix(90).unwrap());
        assert_eq!(shared.now().since(Timestamp::from_unix(30).unwrap()), Duration::from_secs(60));
    }

    #[test]
    fn a_span_beyond_the_calendar_ends_at_its_last_second() {
        let end = Timestamp::from_unix(0).unwrap().after(Duration::MAX);
        assert_eq!(end.to_string(), "9999-12-31T23:59:59Z");
    }
}
