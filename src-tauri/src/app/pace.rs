//! No more messages a minute than the server takes: counted here, before it has to refuse.

use super::{ledger::Ready, line::Line, send::Stop};
use crate::{
    api::MessageDraft,
    clock::{Clock, Timestamp},
    explain::Problem,
    profile::{Transport, presets},
    transport::Turn,
};
use std::{collections::VecDeque, time::Duration};
use tokio::time::sleep;
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);

/// How fast a line may go.
#[derive(Debug)]
pub struct Pace {
    most: usize,
    /// When the latest messages began, oldest first.
    begun: VecDeque<Timestamp>,
    clock: Clock,
}

impl Pace {
    /// How many messages a minute there may be.
    pub fn per_minute(&self) -> usize {
        self.most
    }

    /// How many can begin at once.
    pub fn free(&self) -> usize {
        self.most.saturating_sub(self.lately().count())
    }

    /// How long the next message has to wait; zero when it can begin.
    pub fn wait(&self) -> Duration {
        let nth = self.lately().count().checked_sub(self.most);
        nth.and_then(|nth| self.lately().nth(nth))
            .map_or(Duration::ZERO, |age| MINUTE.saturating_sub(age))
    }

    /// A message begins.
    pub fn begin(&mut self) {
        let now = self.clock.now();
        while self.begun.front().is_some_and(|begun| age(*begun, now).is_none()) {
            self.begun.pop_front();
        }
        self.begun.push_back(now);
    }

    /// How long ago those of the last minute began.
    fn lately(&self) -> impl Iterator<Item = Duration> {
        let now = self.clock.now();
        self.begun.iter().filter_map(move |begun| age(*begun, now))
    }
}

/// How long before `now` a message of the last minute began. One that is dated later was written while a
/// clock was ahead, and says nothing.
fn age(begun: Timestamp, now: Timestamp) -> Option<Duration> {
    Some(now.since(begun)).filter(|age| begun <= now && *age < MINUTE)
}

impl Line {
    /// Composes a message and writes it down, as soon as the server takes another one of this minute:
    /// whoever comes next counts it.
    ///
    /// # Errors
    /// As for [`prepare`](Self::prepare), or it was stopped.
    pub async fn prepare_in_turn(
        &self,
        stop: Stop,
        message: &MessageDraft,
    ) -> Result<Ready, Problem> {
        let _turn = stop.or(self.its_turn(stop.id)).await?;
        self.write_down(stop, message).await
    }

    /// One after the other: each counts those before it.
    async fn its_turn(&self, id: Uuid) -> Result<Option<Turn>, Problem> {
        if self.known_pace().is_none() {
            return Ok(None);
        }
        let lane = self.app.0.lanes.of("pace", &self.sender.profile.id.to_string(), 1);
        let turn = if let Some(turn) = lane.enter_now() {
            turn
        } else {
            self.app.waits_for(id, "pace", None);
            lane.enter().await
        };
        let wait = self.pace(None).await?.map(|pace| pace.wait()).unwrap_or_default();
        if !wait.is_zero() {
            self.app.waits_for(id, "pace", Some(wait));
            sleep(wait).await;
        }
        self.still_may_send().await?;
        Ok(Some(turn))
    }

    /// How fast this line may go: `asked` messages a minute, else as many as the server is known to
    /// take; `None`: as fast as it answers. What went the same way within the last minute counts already.
    pub async fn pace(&self, asked: Option<u32>) -> Result<Option<Pace>, Problem> {
        let Some(most) = asked.or_else(|| self.known_pace()) else { return Ok(None) };
        let (clock, profile, via) = (self.app.0.clock.clone(), self.sender.profile.id, self.via);
        let then = clock.now().before(MINUTE).unwrap_or_else(|| clock.now());
        let begun =
            self.app.beside(move |inner| Ok(inner.outbox.begun_since(profile, via, then)?)).await?;
        Ok(Some(Pace { most: most as usize, begun: begun.into(), clock }))
    }

    fn known_pace(&self) -> Option<u32> {
        let smtp = presets::smtp(&self.sender.profile, self.sender.registration.as_ref())?;
        presets::messages_a_minute(&smtp.host).filter(|_| self.via == Transport::Smtp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_has_more_messages_than_are_allowed() {
        let start = Timestamp::from_unix(1_795_000_000).unwrap();
        let clock = Clock::set_to(start);
        // One left 50 seconds before, in another run.
        let before = start.before(Duration::from_secs(50)).unwrap();
        let mut pace = Pace { most: 3, begun: [before].into(), clock: clock.clone() };
        let mut begun = vec![before];
        for _ in 0..20 {
            clock.advance(pace.wait());
            assert!(pace.wait().is_zero() && pace.free() > 0);
            pace.begin();
            begun.push(clock.now());
            clock.advance(Duration::from_secs(2));
        }
        for window in begun.windows(4) {
            let waited = window[3].since(window[2]) > Duration::from_secs(2);
            let span = window[3].since(window[0]);
            assert!(span == MINUTE || span > MINUTE && !waited, "as long as needed: {window:?}");
        }
    }

    #[test]
    fn who_has_sent_nothing_lately_begins_at_once() {
        let clock = Clock::set_to(Timestamp::from_unix(1_795_000_000).unwrap());
        let mut pace = Pace { most: 2, begun: VecDeque::new(), clock: clock.clone() };
        assert_eq!((pace.free(), pace.wait()), (2, Duration::ZERO));
        pace.begin();
        pace.begin();
        assert_eq!((pace.free(), pace.wait()), (0, MINUTE));
        clock.advance(Duration::from_secs(45));
        assert_eq!((pace.free(), pace.wait()), (0, Duration::from_secs(15)));
        clock.advance(Duration::from_secs(15));
        assert_eq!((pace.free(), pace.wait()), (2, Duration::ZERO));
    }

    #[test]
    fn what_a_clock_that_was_ahead_has_dated_counts_for_nothing() {
        let clock = Clock::set_to(Timestamp::from_unix(1_795_000_000).unwrap());
        let ahead = clock.now().after(10 * MINUTE);
        let mut pace =
            Pace { most: 2, begun: [clock.now(), ahead, ahead].into(), clock: clock.clone() };
        assert_eq!((pace.free(), pace.wait()), (1, Duration::ZERO));
        pace.begin();
        assert_eq!((pace.free(), pace.wait()), (0, MINUTE));
    }
}
