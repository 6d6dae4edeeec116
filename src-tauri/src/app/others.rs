//! What other processes change while this one is open.

use super::App;
use crate::api::News;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often is looked. Nobody has to wait for it, and a look costs some microseconds.
const GLANCE: Duration = Duration::from_secs(1);

impl App {
    /// Tells the faces what other processes change, until the program ends.
    pub async fn follow_others(&self) {
        let mut glances = interval(GLANCE);
        // After a suspended night one look is enough.
        glances.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut known = None;
        loop {
            glances.tick().await;
            // A database that cannot be read is told to whoever wants something of it.
            let Ok(version) = self.beside(|inner| Ok(inner.db.data_version()?)).await else {
                continue;
            };
            if known.replace(version).is_some_and(|before| before != version) {
                self.tell(News::ProfilesChanged);
                self.tell(News::HistoryChanged);
            }
        }
    }
}
