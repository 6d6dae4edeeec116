//! Which servers are waited for, and how long.

use crate::explain::{Code, Problem};
use std::time::Duration;

/// The first wait for a server that says "later" without saying when; each further one is twice as
/// long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How long a server may keep us waiting.
pub(super) struct Patience {
    limit: Duration,
    left: Duration,
    next: Duration,
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, left: limit, next: FIRST_WAIT }
    }

    /// Something went well again.
    pub(super) fn renew(&mut self) {
        *self = Self::new(self.limit);
    }

    /// Whether a server has asked for time since something went well.
    pub(super) fn is_tried(&self) -> bool {
        self.next > FIRST_WAIT
    }

    /// How long to wait before trying again: as long as the server said, or longer each time. `None`
    /// when waiting does not help, or would take too long. What may have been sent is never tried
    /// again.
    pub(super) fn wait(&mut self, problem: &Problem) -> Option<Duration> {
        if problem.code != Code::Busy {
            return None;
        }
        let wait = problem.retry_after_ms.map_or(self.next, Duration::from_millis);
        self.left = self.left.checked_sub(wait)?;
        self.next = (self.next * 2).min(LONGEST_WAIT);
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> Problem {
        Problem::new(Code::Busy, "busy", "")
    }

    #[test]
    fn waits_grow_and_end_with_the_patience() {
        let mut patience = Patience::new(Duration::from_secs(10));
        let mut waits = || patience.wait(&busy()).map(|wait| wait.as_secs());
        assert_eq!([waits(), waits(), waits(), waits()], [Some(1), Some(2), Some(4), None]);
        patience.renew();
        assert_eq!(patience.wait(&busy()), Some(FIRST_WAIT));
    }

    #[test]
    fn no_wait_is_longer_than_the_longest() {
        let mut patience = Patience::new(Duration::from_secs(3_600));
        let waits: Vec<_> =
            (0..8).map(|_| patience.wait(&busy()).map(|wait| wait.as_secs())).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60].map(Some));
    }

    #[test]
    fn the_server_says_how_long_as_far_as_patience_goes() {
        let mut patience = Patience::new(Duration::from_secs(60));
        let told = |seconds| busy().after(Duration::from_secs(seconds));
        assert_eq!(patience.wait(&told(50)), Some(Duration::from_secs(50)));
        assert_eq!(patience.wait(&told(50)), None);
    }

    #[test]
    fn nothing_else_is_tried_again() {
        let mut patience = Patience::new(Duration::from_secs(60));
        for code in [Code::Uncertain, Code::MessageRefused, Code::AuthRefused, Code::Cancelled] {
            assert_eq!(patience.wait(&Problem::new(code, "", "")), None);
        }
    }
}
