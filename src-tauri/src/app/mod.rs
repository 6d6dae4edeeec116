//! The use cases: one method each, a file per area. Faces call these and nothing below.

mod drafts;
mod history;
mod profiles;
mod registrations;
mod settings;
mod views;

use crate::{
    api::News, clock::Clock, db::Db, explain::Problem, net::limits::Limits, outbox::Outbox,
    paths::Paths, profile::store::Profiles, secret::SecretStore, settings::Settings,
};
use std::sync::Arc;
use tokio::sync::broadcast;

/// How many news a slow face may be behind before it has to read everything again.
const NEWS_KEPT: usize = 1_024;

/// The running program. Cloning shares it.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where everything is kept.
    pub paths: Paths,
    /// Where secrets are kept.
    pub vault: Arc<dyn SecretStore>,
    /// What time it is.
    pub clock: Clock,
    /// How long waits may last.
    pub limits: Limits,
}

#[derive(Debug)]
struct Inner {
    paths: Paths,
    vault: Arc<dyn SecretStore>,
    clock: Clock,
    limits: Limits,
    db: Db,
    store: Profiles,
    outbox: Outbox,
    news: broadcast::Sender<News>,
}

impl App {
    /// Opens the data directory: makes it when it is missing, brings the database up to date, calls
    /// uncertain what a crash cut off.
    ///
    /// # Errors
    /// Says what cannot be used, and changes nothing then.
    pub fn open(parts: Parts) -> Result<Self, Problem> {
        let Parts { paths, vault, clock, limits } = parts;
        paths.create().map_err(|error| Problem::writing(paths.root(), &error))?;
        let db = Db::open(&paths.database())?;
        let outbox = Outbox::open(db.clone(), clock.clone(), &paths)?;
        let store = Profiles::new(db.clone());
        let (news, _) = broadcast::channel(NEWS_KEPT);
        let settings = Settings::load(&db)?;
        let inner = Inner { paths, vault, clock, limits, db, store, outbox, news };
        inner.forget_old_history(settings)?;
        Ok(Self(Arc::new(inner)))
    }

    /// What happens from now on.
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.0.news.subscribe()
    }

    /// Tells the faces; nobody listening is no failure.
    fn tell(&self, news: News) {
        let _ = self.0.news.send(news);
    }

    /// Runs `work`, which may wait for the disk or the keychain, beside the async threads.
    async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&inner))
            .await
            .expect("use cases do not panic, and the runtime outlives them")
    }
}
