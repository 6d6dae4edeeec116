//! Sending: one message, or several on one line; and stopping one.

use super::{App, line::Line};
use crate::{
    api::{News, SendNews, SendReport, SendRequest},
    explain::{Code, Problem, first_to_check},
    net::limits::Limits,
    outbox::OutboxError,
    profile::{Profile, ProfileId, SmtpSettings, Transport},
    transport::{Progress, SendError, Stage, Then, Watch},
};
use std::{
    collections::hash_map::Entry,
    ops::Deref,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::task_tracker::TaskTrackerToken};
use uuid::Uuid;

/// What stops a send: from its beginning until this is dropped, it can be found by the send's id.
#[derive(Debug)]
pub struct Stop {
    app: App,
    pub(super) id: Uuid,
    cancel: CancellationToken,
    _under_way: TaskTrackerToken,
}

impl Stop {
    /// Does `work` unless the send is stopped meanwhile.
    pub(super) async fn or<T>(
        &self,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let stopped = || Err(SendError::Cancelled { stage: Stage::Sender }.into());
        self.run_until_cancelled(work).await.unwrap_or_else(stopped)
    }
}

impl Deref for Stop {
    type Target = CancellationToken;

    fn deref(&self) -> &CancellationToken {
        &self.cancel
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.app.0.sending().remove(&self.id);
    }
}

impl Line {
    /// Looks whether the sender may still send: it may have been switched off or removed since the line
    /// was made, also by another program.
    ///
    /// # Errors
    /// It may not.
    pub async fn still_may_send(&self) -> Result<(), Problem> {
        let Profile { id, name, .. } = &self.sender.profile;
        let id = *id;
        let looked =
            self.app.beside(move |inner| Ok(inner.store.look(|rows| rows.is_switched_on(id))?));
        match looked.await? {
            Some(true) => Ok(()),
            Some(false) => Err(gone_meanwhile(Code::ProfileDisabled, name, "switched off")),
            None => Err(gone_meanwhile(Code::UnknownProfile, name, "removed")),
        }
    }
}

impl App {
    /// Sends one message. `Err` means that it was not even written down; what failed later is in the
    /// report.
    pub async fn send(&self, request: SendRequest) -> Result<SendReport, Problem> {
        let stop = self.stoppable(request.send_id)?;
        let line = self.line(request.profile_id, request.via).await?;
        let ready = line.prepare_in_turn(stop, &request.message).await?;
        let report = line.send(ready, Then::Quit).await;
        tokio::spawn(line.close()); // the outcome is final, whatever the server says to QUIT
        Ok(report)
    }

    /// A way out of one sender for several messages.
    pub async fn line(&self, id: ProfileId, via: Option<Transport>) -> Result<Line, Problem> {
        let sender = self.sender(id).await?;
        if !sender.profile.enabled {
            return Err(switched_off(&sender.profile));
        }
        let via = via.unwrap_or(sender.profile.transport);
        Ok(Line::new(self.clone(), sender, via))
    }

    /// From now on the send `id` can be stopped.
    ///
    /// # Errors
    /// It is under way already, and goes on.
    pub fn stoppable(&self, id: Uuid) -> Result<Stop, Problem> {
        let cancel = CancellationToken::new();
        match self.0.sending().entry(id) {
            Entry::Occupied(_) => return Err(OutboxError::Repeated(id).into()),
            Entry::Vacant(place) => place.insert(cancel.clone()),
        };
        Ok(Stop { app: self.clone(), id, cancel, _under_way: self.0.sends.token() })
    }

    /// Stops a send, as long as its message is not complete.
    #[allow(clippy::unused_async)] // every use case is called in the same way
    pub async fn cancel_send(&self, id: Uuid) -> Result<(), Problem> {
        if let Some(cancel) = self.0.sending().get(&id) {
            cancel.cancel();
        }
        Ok(())
    }

    /// Whether a send of this process is under way.
    pub fn is_sending(&self) -> bool {
        !self.0.sends.is_empty()
    }

    /// Stops every send of this process whose message is not complete, and waits until all have ended and
    /// are written down, `patience` at most.
    pub async fn stop_sending(&self, patience: Duration) {
        for cancel in self.0.sending().values() {
            cancel.cancel();
        }
        self.0.sends.close(); // so that it can be waited for; others may begin all the same
        if timeout(patience, self.0.sends.wait()).await.is_err() {
            tracing::warn!("a send goes on, and nobody waits for its end");
        }
    }

    /// Tells the faces that the send `id` waits for `what` before it can go on, and how long: its turn, a
    /// connection, or what it signs in with.
    pub(super) fn waits_for(&self, id: Uuid, what: &str, wait: Option<Duration>) {
        self.tell(News::Send(SendNews {
            send_id: id,
            stage: what.to_owned(),
            sent: 0,
            total: 0,
            cancellable: true,
            wait_ms: wait.and_then(millis),
            limit_ms: None,
            check: None,
        }));
    }

    /// Tells the faces how far the send `id` is, which goes to `server` where that is a mail server.
    pub(super) fn watch(
        &self,
        id: Uuid,
        cancel: CancellationToken,
        server: Option<SmtpSettings>,
    ) -> Watch {
        let app = self.clone();
        let spoken = AtomicBool::new(false);
        Watch::new(cancel, move |progress: Progress| {
            let Progress { stage, sent, total, cancellable, wait } = progress;
            // Beyond the first step that needs its word, the server has spoken.
            let silent = !spoken.fetch_or(stage >= Stage::Tls, Relaxed);
            let server = server.as_ref();
            app.tell(News::Send(SendNews {
                send_id: id,
                stage: stage.as_str().to_owned(),
                sent,
                total,
                cancellable,
                wait_ms: wait.and_then(millis),
                limit_ms: server.and_then(|_| millis(patience(&app.0.limits, &progress))),
                check: server
                    .filter(|_| silent)
                    .and_then(|server| first_to_check(stage, server.port, server.security)),
            }));
        })
    }
}

/// How long a mail server may keep silent where a send is.
fn patience(limits: &Limits, at: &Progress) -> Duration {
    match at.stage {
        Stage::Dns | Stage::Tcp => limits.connect,
        Stage::Tls => limits.tls,
        Stage::Ehlo => limits.greeting,
        Stage::Auth | Stage::Sender => limits.command,
        Stage::Message if at.cancellable => limits.block,
        Stage::Message => limits.final_dot,
    }
}

fn millis(wait: Duration) -> Option<u64> {
    wait.as_millis().try_into().ok()
}

fn gone_meanwhile(code: Code, name: &str, how: &str) -> Problem {
    Problem::new(
        code,
        format!("{name} was {how} meanwhile"),
        "What was accepted before stays sent; nothing else was.",
    )
}

fn switched_off(profile: &Profile) -> Problem {
    Problem::new(
        Code::ProfileDisabled,
        format!("{} is switched off", profile.name),
        "Nothing was sent. Switch the sender on, or use `sendright enable`.",
    )
}
