//! Sending: one message, or several on one line; and stopping one.

use super::{App, line::Line};
use crate::{
    api::{News, SendNews, SendReport, SendRequest},
    explain::{Code, Problem},
    profile::{Profile, ProfileId, Transport},
    transport::{Progress, Then, Watch},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

impl App {
    /// Sends one message. `Err` means that it was not even written down; what failed later is in the
    /// report.
    pub async fn send(&self, request: SendRequest) -> Result<SendReport, Problem> {
        let line = self.line(request.profile_id, request.via).await?;
        let turn = line.turn_of(request.send_id).await?;
        let ready = line.prepare(request.send_id, &request.message).await?;
        drop(turn);
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
