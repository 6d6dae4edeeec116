//! Sending: one message, or several on one line; and stopping one.

use super::{App, line::Line};
use crate::{
    api::{News, SendNews, SendReport, SendRequest},
    explain::{Code, Problem},
    outbox::OutboxError,
    profile::{Profile, ProfileId, Transport},
    transport::{Progress, SendError, Stage, Then, Watch},
};
use std::{collections::hash_map::Entry, ops::Deref, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What stops a send: from its beginning until this is dropped, it can be found by the send's id.
#[derive(Debug)]
pub struct Stop {
    app: App,
    pub(super) id: Uuid,
    cancel: CancellationToken,
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
        Ok(Stop { app: self.clone(), id, cancel })
    }

    /// Stops a send, as long as its message is not complete.
    #[allow(clippy::unused_async)] // every use case is called in the same way
    pub async fn cancel_send(&self, id: Uuid) -> Result<(), Problem> {
        if let Some(cancel) = self.0.sending().get(&id) {
            cancel.cancel();
        }
        Ok(())
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
            wait_ms: wait.and_then(|wait| wait.as_millis().try_into().ok()),
        }));
    }

    /// Tells the faces how far the send `id` is.
    pub(super) fn watch(&self, id: Uuid, cancel: CancellationToken) -> Watch {
        let app = self.clone();
        Watch::new(cancel, move |progress: Progress| {
            app.tell(News::Send(SendNews {
                send_id: id,
                stage: progress.stage.as_str().to_owned(),
                sent: progress.sent,
                total: progress.total,
                cancellable: progress.cancellable,
                wait_ms: progress.wait.and_then(|wait| wait.as_millis().try_into().ok()),
            }));
        })
    }
}

fn switched_off(profile: &Profile) -> Problem {
    Problem::new(
        Code::ProfileDisabled,
        format!("{} is switched off", profile.name),
        "Nothing was sent. Switch the sender on, or use `sendright enable`.",
    )
}
