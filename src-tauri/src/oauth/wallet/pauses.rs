//! How long to wait before a busy provider is asked again, and when to stop.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

/// How often a busy provider is asked again for one token.
const AGAIN: u32 = 2;
/// The first pause where the provider names none; it doubles each time.
const FIRST: Duration = Duration::from_millis(500);
/// Who has to wait longer than this is told so, and asked to come back.
const LONGEST: Duration = Duration::from_secs(10);

/// The pauses of one wait for a token.
#[derive(Debug, Default)]
pub(super) struct Pauses(u32);

impl Pauses {
    /// The pause before the provider is asked again; `None`: no more. `asked` is what it wants: never
    /// less. Up to half as much again is added by chance, so that many who were turned away at once
    /// do not come back at once.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let pause = asked.unwrap_or(FIRST * 2_u32.pow(self.0));
        self.0 += 1;
        let chance = u32::try_from(RandomState::new().hash_one(self.0) % 1_000).unwrap_or_default();
        (self.0 <= AGAIN && pause <= LONGEST).then(|| pause + pause / 2 * chance / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_provider_is_asked_twice_again_later_each_time() {
        let mut pauses = Pauses::default();
        let first = pauses.next(None).unwrap();
        assert!((FIRST..FIRST * 3 / 2).contains(&first), "{first:?}");
        let second = pauses.next(None).unwrap();
        assert!((FIRST * 2..FIRST * 3).contains(&second), "{second:?}");
        assert_eq!(pauses.next(None), None);
    }

    #[test]
    fn what_the_provider_asks_for_is_kept_and_too_long_a_wait_is_the_persons() {
        let seconds = Duration::from_secs;
        let pause = Pauses::default().next(Some(seconds(4))).unwrap();
        assert!((seconds(4)..seconds(6)).contains(&pause), "{pause:?}");
        assert!(Pauses::default().next(Some(Duration::ZERO)).is_some());
        assert_eq!(Pauses::default().next(Some(seconds(11))), None);
    }

    #[test]
    fn no_two_pauses_are_alike() {
        let pauses: std::collections::HashSet<_> =
            (0..20).map(|_| Pauses::default().next(None)).collect();
        assert!(pauses.len() > 1);
    }
}
