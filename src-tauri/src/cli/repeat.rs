//! `send --repeat`: many messages over one connection, as fast as the server likes them.

use super::{
    interrupt::interrupted,
    out::note,
    send::{code, milliseconds, one, words},
};
use crate::{
    api::{MessageDraft, Outcome, SendReport},
    app::{Answered, Line, Pace, Ready, Then},
    cli::{Cli, Done},
    explain::{Code, Problem},
};
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// How many messages are written down before their turn comes: the server is told of the next one
/// together with the end of this one, and the disk works while the server does.
const AHEAD: usize = 2;
/// The first wait for a server that says "later" without saying when; each further one is twice as
/// long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A message that is sent again and again.
pub(super) struct Repeat<'a> {
    cli: &'a Cli,
    line: Line,
    message: &'a MessageDraft,
    /// How many are to be accepted.
    times: u32,
    accepted: u32,
    ready: VecDeque<Ready>,
    /// The last accepted one, with its number: written down while the next one travels.
    answered: Option<(u32, Answered)>,
    patience: Patience,
    /// How fast it may go, where there is a limit.
    pace: Option<Pace>,
}

/// Why it ended before its time.
struct Stopped {
    outcome: Outcome,
    code: u8,
    problem: Option<Problem>,
}

impl<'a> Repeat<'a> {
    /// `patience` is how long a server may keep us waiting before it takes another message.
    pub(super) fn new(
        cli: &'a Cli,
        line: Line,
        message: &'a MessageDraft,
        times: u32,
        patience: Duration,
        pace: Option<Pace>,
    ) -> Self {
        let (ready, patience) = (VecDeque::new(), Patience::new(patience));
        Self { cli, line, message, times, accepted: 0, ready, answered: None, patience, pace }
    }

    /// Sends until all are accepted, or until one is not and waiting does not help.
    pub(super) async fn run(mut self) -> Done {
        let began = Instant::now();
        self.announce();
        let stopped = self.all().await.err();
        let last = self.answered.take();
        self.settle(last, false).await;
        for unsent in std::mem::take(&mut self.ready) {
            self.line.give_up(unsent).await;
        }
        self.line.close().await;
        let Stopped { outcome, code, problem } =
            stopped.unwrap_or(Stopped { outcome: Outcome::Accepted, code: 0, problem: None });
        let result = json!({
            "outcome": outcome, "messages": self.times, "accepted": self.accepted,
            "elapsed_ms": milliseconds(began), "problem": problem,
        });
        let words = format!("{} of {} accepted", self.accepted, self.times);
        self.cli.out.outcome(&result, words, problem.as_ref());
        Ok(code)
    }

    /// Says beforehand that it will take its time.
    fn announce(&self) {
        let Some(pace) = &self.pace else { return };
        let (per_minute, times) = (pace.per_minute(), self.times as usize);
        let later = times.saturating_sub(pace.free());
        if later > 0 {
            let minutes = later.div_ceil(per_minute);
            note(format!(
                "{times} messages, no more than {per_minute} a minute: this takes some {minutes} min."
            ));
        }
    }

    async fn all(&mut self) -> Result<(), Stopped> {
        while self.accepted < self.times {
            self.keep_pace().await?;
            let answered = self.turn().await?;
            if matches!(answered.report().outcome, Outcome::Accepted | Outcome::Partly) {
                self.accepted += 1;
                self.answered = Some((self.accepted, answered));
                self.patience.renew();
            } else {
                let report = self.line.settle(answered).await;
                self.tell(self.accepted + 1, &report);
                self.wait_or_stop(report).await?;
            }
        }
        Ok(())
    }

    /// One message; meanwhile it is written down how the one before ended, and another one.
    async fn turn(&mut self) -> Result<Answered, Stopped> {
        let left = (self.times - self.accepted) as usize;
        while self.ready.len() < AHEAD.min(left) {
            let ready = self.prepare().await?;
            self.ready.push_back(ready);
        }
        let current = self.ready.pop_front().expect("one is ready");
        let more = self.ready.len() + 1 < left;
        if let Some(pace) = &mut self.pace {
            pace.begin();
        }
        let free = self.pace.as_ref().is_none_or(|pace| pace.free() > 0);
        let then = match self.ready.front().filter(|_| free) {
            Some(next) => Then::Next(next),
            None if left == 1 => Then::Quit,
            None => Then::Open,
        };
        let sending = one(self.cli, &self.line, current, then);
        let before = self.answered.take();
        let (answered, another) = tokio::join!(sending, self.settle(before, more));
        self.ready.extend(another); // what kept it from being written down is said in its turn
        Ok(answered?)
    }

    /// Writes down how a message ended, and another one if there are `more`.
    async fn settle(&self, before: Option<(u32, Answered)>, more: bool) -> Option<Ready> {
        let (line, id) = (&self.line, Uuid::new_v4());
        match before {
            Some((number, answered)) if more => {
                let (report, another) = line.settle_and_prepare(answered, id, self.message).await;
                self.tell(number, &report);
                another.ok()
            }
            Some((number, answered)) => {
                self.tell(number, &line.settle(answered).await);
                None
            }
            None if more => self.prepare().await.ok(),
            None => None,
        }
    }

    fn tell(&self, number: u32, report: &SendReport) {
        let event = json!({ "number": number, "report": report });
        self.cli.out.event("message", &event, format!("{number}: {}", words(report)));
    }

    async fn prepare(&self) -> Result<Ready, Problem> {
        self.line.prepare(Uuid::new_v4(), self.message).await
    }

    /// Waits where the server only asks for time.
    async fn wait_or_stop(&mut self, report: SendReport) -> Result<(), Stopped> {
        let wait = report.problem.as_ref().and_then(|problem| self.patience.wait(problem));
        let (Some(wait), Some(problem)) = (wait, &report.problem) else {
            return Err(Stopped {
                outcome: report.outcome,
                code: code(&report),
                problem: report.problem,
            });
        };
        let said = problem.said.as_deref().unwrap_or(&problem.title);
        note(format!("Asked to slow down: {said}\nTrying again in {} s…", wait.as_secs()));
        self.sleep(wait, &json!({ "problem": problem })).await
    }

    /// Waits where another message now would be more than the server takes in a minute.
    async fn keep_pace(&mut self) -> Result<(), Stopped> {
        let Some(pace) = &self.pace else { return Ok(()) };
        let (wait, per_minute) = (pace.wait(), pace.per_minute());
        if wait.is_zero() {
            return Ok(());
        }
        let before = self.answered.take();
        self.settle(before, false).await; // before the wait, not after it
        let left = self.times - self.accepted;
        note(format!(
            "No more than {per_minute} messages a minute: {left} left, going on in {} s…",
            wait.as_secs() + 1
        ));
        self.sleep(wait, &json!({ "per_minute": per_minute, "problem": null })).await
    }

    /// Waits, and says so with the reason `why`.
    async fn sleep(&self, wait: Duration, why: &Value) -> Result<(), Stopped> {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let mut event = json!({ "number": self.accepted + 1, "wait_ms": wait_ms });
        for (name, value) in why.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        let stop = interrupted(); // it listens before anybody can know of the wait
        self.cli.out.event("waiting", &event, "");
        tokio::select! {
            biased;
            () = stop => Err(Stopped::from(Problem::new(
                Code::Cancelled,
                "Stopped while waiting for the next message's turn",
                "What was accepted before stays sent; nothing else was.",
            ))),
            () = sleep(wait) => Ok(()),
        }
    }
}

impl From<Problem> for Stopped {
    /// Not even written down.
    fn from(problem: Problem) -> Self {
        let outcome = match problem.code {
            Code::Uncertain => Outcome::Uncertain,
            _ => Outcome::NotSent,
        };
        Self { outcome, code: problem.code.exit_code(), problem: Some(problem) }
    }
}

/// How long a server may keep us waiting.
struct Patience {
    limit: Duration,
    left: Duration,
    next: Duration,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { limit, left: limit, next: FIRST_WAIT }
    }

    /// Something went well again.
    fn renew(&mut self) {
        *self = Self::new(self.limit);
    }

    /// How long to wait before trying again: as long as the server said, or longer each time. `None`
    /// when waiting does not help, or would take too long. What may have been sent is never tried
    /// again.
    fn wait(&mut self, problem: &Problem) -> Option<Duration> {
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
