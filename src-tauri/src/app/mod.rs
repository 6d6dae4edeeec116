//! The use cases: one method each, a file per area. Faces call these and nothing below.

mod by_graph;
mod by_smtp;
mod certificates;
mod consent;
mod declared;
mod demo;
mod discovery;
mod drafts;
mod ending;
mod history;
mod ledger;
mod line;
mod others;
mod pace;
mod profiles;
mod reach;
mod registrations;
mod sandbox;
mod secrets;
mod send;
mod sender;
mod settings;
mod tokens;
mod vault;
mod views;

pub use crate::transport::Then;
pub use ledger::{Answered, Ready};
pub use line::Line;
pub use pace::Pace;

use crate::{
    api::News,
    clock::Clock,
    db::Db,
    explain::Problem,
    net::{limits::Limits, route::Surroundings},
    oauth::{Consents, Wallet},
    outbox::Outbox,
    paths::Paths,
    profile::store::Profiles,
    sandbox::Sandbox,
    secret::{SecretStore, current::CurrentVault},
    settings::Settings,
    transport::Lanes,
};
use consent::UnderWay;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::broadcast;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// How many news a slow face may be behind before it has to read everything again.
const NEWS_KEPT: usize = 1_024;

/// How long a removal can be undone in the window.
const UNDO: Duration = Duration::from_secs(10);

/// The running program. Cloning shares it.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where everything is kept.
    pub paths: Paths,
    /// The database, where it is open already.
    pub db: Option<Db>,
    /// Where secrets are kept.
    pub vault: Arc<dyn SecretStore>,
    /// What time it is.
    pub clock: Clock,
    /// How long waits may last.
    pub limits: Limits,
    /// Where the operating system's proxy settings are read from.
    pub surroundings: Surroundings,
}

#[derive(Debug)]
struct Inner {
    paths: Paths,
    vault: Arc<CurrentVault>,
    clock: Clock,
    limits: Limits,
    surroundings: Arc<Surroundings>,
    db: Db,
    store: Profiles,
    outbox: Outbox,
    wallet: Wallet,
    consents: Consents,
    under_way: Mutex<UnderWay>,
    /// The consents with their browsers, which are shown a page after everything is over.
    browsers: TaskTracker,
    lanes: Lanes,
    sending: Mutex<HashMap<Uuid, CancellationToken>>,
    /// The same sends, each until its end is written down.
    sends: TaskTracker,
    sandbox: tokio::sync::Mutex<Option<Sandbox>>,
    news: broadcast::Sender<News>,
}

impl App {
    /// Opens the data directory: makes it when it is missing, brings the database up to date, calls
    /// uncertain what a crash cut off.
    ///
    /// # Errors
    /// Says what cannot be used, and changes nothing then.
    pub fn open(parts: Parts) -> Result<Self, Problem> {
        let Parts { paths, db, vault, clock, limits, surroundings } = parts;
        paths.create().map_err(|error| Problem::writing(paths.root(), &error))?;
        let db = db.map_or_else(|| Db::open(&paths.database()), Ok)?;
        let outbox = Outbox::open(db.clone(), clock.clone(), &paths)?;
        let settings = Settings::load(&db)?;
        let vault = Arc::new(CurrentVault::new(vault, paths.vault_file()));
        let inner = Inner {
            store: Profiles::new(db.clone()),
            wallet: Wallet::new(vault.clone(), paths.clone(), clock.clone()),
            consents: Consents::new(clock.clone()),
            under_way: Mutex::default(),
            browsers: TaskTracker::new(),
            lanes: Lanes::default(),
            sending: Mutex::default(),
            sends: TaskTracker::new(),
            sandbox: tokio::sync::Mutex::default(),
            news: broadcast::channel(NEWS_KEPT).0,
            paths,
            vault,
            clock,
            limits,
            surroundings: Arc::new(surroundings),
            db,
            outbox,
        };
        inner.forget_old_history_in_passing(settings)?;
        if let Some(then) = inner.clock.now().before(UNDO)
            && let Err(problem) = inner.purge_removed(then)
        {
            // The vault may be locked: the next start tries again.
            tracing::warn!(code = ?problem.code, "a removed sender's secrets could not be removed");
        }
        Ok(Self(Arc::new(inner)))
    }

    /// What happens from now on.
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.0.news.subscribe()
    }

    /// Waits until every browser that signed somebody in has its last page, 5 seconds at most: for a
    /// program that ends with its one consent.
    pub async fn browsers_served(&self) {
        self.0.browsers.close();
        self.0.browsers.wait().await;
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

impl Inner {
    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        held(&self.under_way)
    }

    fn sending(&self) -> MutexGuard<'_, HashMap<Uuid, CancellationToken>> {
        held(&self.sending)
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each holder does one map operation; a panic leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
