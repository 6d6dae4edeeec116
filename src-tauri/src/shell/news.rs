//! What the app tells, passed on to the window.

use super::{Running, window::MAIN};
use crate::api::News;
use tauri::{AppHandle, Emitter as _, Manager as _, async_runtime};
use tokio::sync::broadcast::error::RecvError;

/// The event's name in the window.
const EVENT: &str = "news";

/// Passes on until the app ends, also what other processes did.
pub(super) fn pass_on(app: &AppHandle) {
    let Ok(sendright) = app.state::<Running>().app().cloned() else { return };
    let mut news = sendright.news();
    async_runtime::spawn(async move { sendright.follow_others().await });
    let app = app.clone();
    async_runtime::spawn(async move {
        loop {
            match news.recv().await {
                Ok(news) => tell(&app, &news),
                // Some were missed: whatever they said is learned by reading everything again.
                Err(RecvError::Lagged(_)) => {
                    for again in [News::ProfilesChanged, News::HistoryChanged, News::SandboxChanged]
                    {
                        tell(&app, &again);
                    }
                }
                Err(RecvError::Closed) => break,
            }
        }
    });
}

/// Tells the window.
pub(super) fn tell(app: &AppHandle, news: &News) {
    if let Err(error) = app.emit_to(MAIN, EVENT, news) {
        tracing::warn!(%error, "the window did not hear the news");
    }
}
