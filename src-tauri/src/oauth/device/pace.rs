//! How often the provider is asked whether the code was typed (RFC 8628 §3.5).

use std::time::Duration;

/// What `slow_down` adds, for good.
const SLOWER_BY: Duration = Duration::from_secs(5);
/// However short an interval the provider names.
const SHORTEST: Duration = Duration::from_secs(1);
/// However long an interval it names, and however often there was no answer.
const LONGEST: Duration = Duration::from_secs(60);

/// The wait before the next question.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    /// How often in a row there was no answer.
    troubles: u32,
    /// What the provider wants beyond the interval, once.
    wanted: Duration,
}

impl Pace {
    /// The pace that the provider set.
    pub(super) fn of(interval: Duration) -> Self {
        let interval = interval.clamp(SHORTEST, LONGEST);
        Self { interval, troubles: 0, wanted: Duration::ZERO }
    }

    /// It answered: the person is still busy.
    pub(super) fn steady(&mut self) {
        self.troubles = 0;
        self.wanted = Duration::ZERO;
    }

    /// It answered `slow_down`.
    pub(super) fn slower(&mut self) {
        self.steady();
        self.interval += SLOWER_BY;
    }

    /// It did not answer, or wants to be left alone for `wanted`.
    pub(super) fn troubled(&mut self, wanted: Option<Duration>) {
        self.troubles = self.troubles.saturating_add(1);
        self.wanted = wanted.unwrap_or_default();
    }

    /// How long to wait now.
    pub(super) fn wait(&self) -> Duration {
        let doubled = self.interval.saturating_mul(1 << self.troubles.min(6));
        doubled.min(LONGEST.max(self.interval)).max(self.wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_slows_down_for_good_and_backs_off_for_a_while() {
        let mut pace = Pace::of(Duration::from_secs(5));
        let mut waits = Vec::new();
        let mut then = |act: fn(&mut Pace)| {
            act(&mut pace);
            waits.push(pace.wait().as_secs());
        };
        then(Pace::steady);
        then(Pace::slower);
        then(|pace| pace.troubled(None));
        then(|pace| pace.troubled(None));
        then(|pace| pace.troubled(None));
        then(|pace| pace.troubled(Some(Duration::from_secs(90))));
        then(Pace::steady);
        then(Pace::slower);
        assert_eq!(waits, [5, 10, 20, 40, 60, 90, 10, 15]);
    }

    #[test]
    fn no_interval_makes_it_rush_or_sleep() {
        for (named, kept) in [(0, 1), (1, 1), (5, 5), (86_400, 60)] {
            assert_eq!(Pace::of(Duration::from_secs(named)).wait().as_secs(), kept);
        }
        let mut pace = Pace::of(Duration::from_secs(60));
        (0..100).for_each(|_| pace.slower());
        assert_eq!(pace.wait().as_secs(), 560, "the provider's word counts");
        (0..100).for_each(|_| pace.troubled(None));
        assert_eq!(pace.wait().as_secs(), 560);
    }
}
