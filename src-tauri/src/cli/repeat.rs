//! `send --repeat`: many messages over one connection, as fast as the server likes them.

mod patience;

use super::{
    interrupt::Interrupts,
    out::{note, theirs},
    send::{code, milliseconds, noted, one, words},
};
use crate::{
    api::{MessageDraft, Outcome, SendReport},
    app::{Answered, Line, Pace, Ready, Then},
    cli::{Cli, Done},
    explain::{Code, Problem},
};
use patience::Patience;
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    pin::pin,
    time::{Duration, Instant},
};
use tokio::time::sleep;
use uuid::Uuid;

/// How many messages are written down before their turn comes: the server is told of the next one
/// together with the end of this one, and the disk works while the server does.
const AHEAD: usize = 2;
/// Whether the sender may still send is looked at no more often than this: it is a question to the
/// database, and many a message takes less than a millisecond.
const GLANCE: Duration = Duration::from_millis(5);
/// After a longer wait than this, what was composed before it bears too old a date.
const FRESH: Duration = Duration::from_secs(5);

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
    /// When it was last seen that the sender may send.
    looked: Option<Instant>,
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
        let (answered, looked) = (None, None);
        Self { cli, line, message, times, accepted: 0, ready, answered, patience, pace, looked }
    }

    /// Sends until all are accepted, or until one is not and waiting does not help.
    pub(super) async fn run(mut self) -> Done {
        let began = Instant::now();
        let mut interrupts = Interrupts::listen();
        self.announce();
        let stopped = self.all(&mut interrupts).await.err();
        let last = self.answered.take();
        self.settle(last, false).await;
        self.give_up_ready(None).await;
        self.line.close().await;
        let Stopped { outcome, code, problem } =
            stopped.unwrap_or(Stopped { outcome: Outcome::Accepted, code: 0, problem: None });
        let outcome = of_all(outcome, self.accepted);
        let result = json!({
            "outcome": outcome, "messages": self.times, "accepted": self.accepted,
            "elapsed_ms": milliseconds(began), "problem": problem,
        });
        let words = || format!("{} of {} accepted", self.accepted, self.times);
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

    async fn all(&mut self, interrupts: &mut Interrupts) -> Result<(), Stopped> {
        while self.accepted < self.times {
            go_on(interrupts)?;
            self.keep_pace(interrupts).await?;
            self.look_at_sender().await?;
            let answered = self.turn(interrupts).await?;
            if matches!(answered.report().outcome, Outcome::Accepted | Outcome::Partly) {
                self.accepted += 1;
                self.answered = Some((self.accepted, answered));
                self.patience.renew();
            } else {
                let report = self.line.settle(answered).await;
                self.tell(self.accepted + 1, &report);
                self.wait_or_stop(report, interrupts).await?;
            }
        }
        Ok(())
    }

    async fn look_at_sender(&mut self) -> Result<(), Problem> {
        if self.looked.is_none_or(|at| at.elapsed() >= GLANCE) {
            self.line.still_may_send().await?;
            self.looked = Some(Instant::now());
        }
        Ok(())
    }

    /// One message; meanwhile it is written down how the one before ended, and another one.
    async fn turn(&mut self, interrupts: &mut Interrupts) -> Result<Answered, Stopped> {
        let left = (self.times - self.accepted) as usize;
        let free = self.free(left);
        while self.ready.len() < AHEAD.min(free) {
            let ready = self.prepare().await?;
            self.ready.push_back(ready);
        }
        let current = self.ready.pop_front().expect("one is ready");
        let more = self.ready.len() + 1 < free;
        if let Some(pace) = &mut self.pace {
            pace.begin();
        }
        let then = match self.ready.front() {
            Some(next) if free > 1 => Then::Next(next),
            None if left == 1 => Then::Quit,
            _ => Then::Open,
        };
        let id = current.id();
        let before = self.answered.take();
        let (cli, line) = (self.cli, &self.line);
        let sending = async { one(cli, id, pin!(line.exchange(current, then)), interrupts).await };
        let (answered, another) = tokio::join!(sending, self.settle(before, more));
        self.ready.extend(another); // what kept it from being written down is said in its turn
        Ok(answered?)
    }

    /// How many of those `left` can follow each other at once: no more than the pace lets, and just one
    /// where the server has asked for time, which it may want again.
    fn free(&self, left: usize) -> usize {
        match &self.pace {
            _ if self.patience.is_tried() => 1,
            Some(pace) => pace.free().clamp(1, left),
            None => left,
        }
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
        self.cli.out.event("message", &event, || format!("{number}: {}", words(report)));
        noted(report);
    }

    async fn prepare(&self) -> Result<Ready, Problem> {
        self.line.prepare(Uuid::new_v4(), self.message).await
    }

    async fn give_up_ready(&mut self, later: Option<&Problem>) {
        for unsent in std::mem::take(&mut self.ready) {
            self.line.give_up(unsent, later).await;
        }
    }

    /// Waits where the server only asks for time.
    async fn wait_or_stop(
        &mut self,
        report: SendReport,
        interrupts: &mut Interrupts,
    ) -> Result<(), Stopped> {
        let wait = report.problem.as_ref().and_then(|problem| self.patience.wait(problem));
        let (Some(wait), Some(problem)) = (wait, &report.problem) else {
            return Err(Stopped {
                outcome: report.outcome,
                code: code(&report),
                problem: report.problem,
            });
        };
        go_on(interrupts)?;
        let said = problem.said.as_deref().unwrap_or(&problem.title);
        note(theirs("Asked to slow down:", said));
        note(format!("Trying again in {} s…", wait.as_secs()));
        if wait > FRESH {
            self.give_up_ready(Some(problem)).await;
        }
        self.sleep(wait, &json!({ "problem": problem }), interrupts).await
    }

    /// Waits where another message now would be more than the server takes in a minute.
    async fn keep_pace(&mut self, interrupts: &mut Interrupts) -> Result<(), Stopped> {
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
        let why = json!({ "per_minute": per_minute, "problem": null });
        self.sleep(wait, &why, interrupts).await
    }

    /// Waits, and says so with the reason `why`.
    async fn sleep(
        &self,
        wait: Duration,
        why: &Value,
        interrupts: &mut Interrupts,
    ) -> Result<(), Stopped> {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let mut event = json!({ "number": self.accepted + 1, "wait_ms": wait_ms });
        for (name, value) in why.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        self.cli.out.event("waiting", &event, String::new);
        tokio::select! {
            biased;
            _ = interrupts.next() => go_on(interrupts),
            () = sleep(wait) => Ok(()),
        }
    }
}

/// How all went when the last of them ended so: what was accepted before must not look as if it could be
/// sent again.
fn of_all(last: Outcome, accepted: u32) -> Outcome {
    match last {
        Outcome::NotSent | Outcome::Refused if accepted > 0 => Outcome::Partly,
        last => last,
    }
}

/// Whether another message may have its turn: not once anybody wanted an end.
fn go_on(interrupts: &Interrupts) -> Result<(), Stopped> {
    if !interrupts.any() {
        return Ok(());
    }
    Err(Stopped::from(Problem::new(
        Code::Cancelled,
        "Stopped before the next message's turn",
        "What was accepted before stays sent; nothing else was.",
    )))
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
