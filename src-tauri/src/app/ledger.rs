//! What a line writes down: each message before its first byte leaves, and how it ended.

use super::{
    ending::{Failed, ending, everybody, told, unwritten},
    line::Line,
    send::Stop,
};
use crate::{
    api::{MessageDraft, News, RecipientOutcome, SendReport},
    clock::Timestamp,
    explain::{Code, Problem},
    letter::Letter,
    outbox::{Beginning, Ending},
    transport::{Delivery, Watch},
};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::time::Instant;
use uuid::Uuid;

/// A message that is composed and written down, and waits for its turn.
#[derive(Debug)]
pub struct Ready {
    pub(super) id: Uuid,
    pub(super) letter: Letter,
    /// Whether a copy goes to Sent Items, where that is ours to say.
    pub(super) keep_copy: bool,
    pub(super) cancel: Stop,
    /// Whether the server may have heard of it before its turn.
    pub(super) announced: AtomicBool,
    /// When it was composed, which is before it is written down.
    pub(super) made: Timestamp,
}

impl Ready {
    /// The outbox's id of it.
    pub fn id(&self) -> Uuid {
        self.id
    }
}

/// A message that has ended, one way or the other. A program that goes away before this is settled
/// leaves an uncertain row.
#[derive(Debug)]
pub struct Answered {
    id: Uuid,
    ending: Ending,
    report: SendReport,
    /// It is under way until it is settled.
    _under_way: Stop,
}

impl Answered {
    /// How it went.
    pub fn report(&self) -> &SendReport {
        &self.report
    }
}

impl Line {
    /// Composes a message, named `id`, and writes it down.
    pub async fn prepare(&self, id: Uuid, message: &MessageDraft) -> Result<Ready, Problem> {
        self.write_down(self.app.stoppable(id)?, message).await
    }

    /// Composes the message that `stop` stops, and writes it down.
    pub(super) async fn write_down(
        &self,
        stop: Stop,
        message: &MessageDraft,
    ) -> Result<Ready, Problem> {
        let ready = self.make(stop, message).await?;
        let row = self.row(&ready, message);
        self.app.beside(move |inner| Ok(inner.outbox.begin(&row)?)).await?;
        self.app.tell(News::HistoryChanged);
        Ok(ready)
    }

    /// Writes down how a message ended. Whoever asked is told it in any case: what was accepted must
    /// not look as if it could be sent again. A row without its ending is uncertain at the next start.
    pub async fn settle(&self, answered: Answered) -> SendReport {
        let Answered { id, ending, report, _under_way } = answered;
        let written = self.app.beside(move |inner| Ok(inner.outbox.end(id, &ending)?)).await;
        self.settled(report, written.as_ref().err())
    }

    /// [`settle`](Self::settle)s one message and [`prepare`](Self::prepare)s another, named `id`, with
    /// one wait for the disk.
    pub async fn settle_and_prepare(
        &self,
        answered: Answered,
        id: Uuid,
        message: &MessageDraft,
    ) -> (SendReport, Result<Ready, Problem>) {
        let made = match self.app.stoppable(id) {
            Ok(stop) => self.make(stop, message).await,
            Err(problem) => Err(problem),
        };
        let ready = match made {
            Ok(ready) => ready,
            Err(problem) => return (self.settle(answered).await, Err(problem)),
        };
        let row = self.row(&ready, message);
        let Answered { id, ending, report, _under_way } = answered;
        let written = self.app.beside(move |inner| Ok(inner.outbox.turn(id, &ending, &row)?)).await;
        let report = self.settled(report, written.as_ref().err());
        let begun = written.and_then(|begun| begun.map_err(Problem::from));
        (report, begun.map(|()| ready))
    }

    /// A message is not sent after all: the sending stops, or the server asked for time with `later`. A
    /// row stays only of one that the server may have heard of.
    pub async fn give_up(&self, ready: Ready, later: Option<&Problem>) {
        if !ready.announced.load(Relaxed) {
            return self.withdraw(ready).await;
        }
        let ended = Err(Failed::before(&ready.letter, "sender", out_of_turn(later)));
        let made = ready.made;
        let mut answered = self.answered(ready, ended, &Watch::nobody(), Instant::now());
        answered.ending.started_at = made; // it had no turn: it is no newer than what put it off
        let id = answered.id;
        if let Some(note) = self.settle(answered).await.note {
            tracing::warn!(%id, note, "the end of a send that was given up could not be written down");
        }
    }

    async fn withdraw(&self, Ready { id, .. }: Ready) {
        let gone = self.app.beside(move |inner| Ok(inner.outbox.withdraw(id)?)).await;
        if let Err(problem) = gone {
            tracing::warn!(%id, code = ?problem.code, "a send that was given up could not be taken back");
        }
        self.tell_of_history();
    }

    async fn make(&self, stop: Stop, message: &MessageDraft) -> Result<Ready, Problem> {
        let keep_copy = self.keeps_copy(message)?;
        // Boxed: it is larger than all the rest.
        let letter = stop.or(Box::pin(self.compose(message))).await?;
        let (id, announced, made) = (stop.id, AtomicBool::new(false), self.app.0.clock.now());
        Ok(Ready { id, letter, keep_copy, cancel: stop, announced, made })
    }

    fn row(&self, ready: &Ready, message: &MessageDraft) -> Beginning {
        let (profile, letter) = (&self.sender.profile, &ready.letter);
        Beginning {
            id: ready.id,
            profile: profile.id,
            profile_name: profile.name.clone(),
            transport: self.via,
            from: letter.envelope().from.to_string(),
            recipients: everybody(letter, RecipientOutcome::NotSent, None),
            subject: message.subject.clone(),
            message_id: letter.message_id().to_owned(),
            size: letter.size(),
            sandbox: profile.sandbox,
        }
    }

    pub(super) fn answered(
        &self,
        Ready { id, letter, cancel, .. }: Ready,
        ended: Result<Delivery, Failed>,
        watch: &Watch,
        began: Instant,
    ) -> Answered {
        let (now, took) = (self.app.0.clock.now(), began.elapsed());
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let started_at = now.before(took).unwrap_or(now);
        let ending = ending(ended, watch.transcript(), started_at, took_ms);
        let report = told(id, &letter, self.via, &ending);
        Answered { id, ending, report, _under_way: cancel }
    }

    /// The report, with a note where the end could not be written down because of `problem`.
    fn settled(&self, report: SendReport, problem: Option<&Problem>) -> SendReport {
        self.tell_of_history();
        SendReport { note: problem.map(unwritten), ..report }
    }

    fn tell_of_history(&self) {
        self.app.tell(News::HistoryChanged);
        self.app.tell(News::ProfilesChanged);
    }
}

/// Why a message that the server has heard of does not follow.
fn out_of_turn(later: Option<&Problem>) -> Problem {
    let Some(later) = later else {
        return Problem::new(
            Code::Cancelled,
            "It was not its turn any more",
            "The server heard for whom it is and got nothing of it: the sending stopped with a message \
             before this one.",
        );
    };
    Problem::new(
        later.code,
        "Put off: the server asked for time",
        "It heard for whom this message is and got nothing of it. Another one takes its place after the \
         wait.",
    )
    .retry(later.retry)
    .said(later.said.as_ref().unwrap_or(&later.title))
}
