//! How many requests may be under way for one mailbox.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

/// Exchange takes so many requests of one app for one mailbox at a time.
/// Source: <https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits>, 2026-11.
const AT_ONCE: usize = 4;

/// The requests of one mailbox. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Lane(Arc<Semaphore>);

impl Default for Lane {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Lane {
    /// Waits for its turn, which ends when what it gives is dropped.
    pub(super) async fn enter(&self) -> SemaphorePermit<'_> {
        self.0.acquire().await.expect("nobody closes it")
    }
}

/// The lanes of all mailboxes that this process sends with.
#[derive(Debug, Default)]
pub struct Lanes(Mutex<HashMap<(String, String), Lane>>);

impl Lanes {
    /// The lane of `mailbox` at `service`, shared with everybody who asks for it.
    pub fn of(&self, service: &Url, mailbox: &str) -> Lane {
        // A panic leaves nothing half done: each holder does one map operation.
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (service.origin().ascii_serialization(), mailbox.to_lowercase());
        lanes.entry(key).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn four_requests_of_a_mailbox_are_under_way_at_most() {
        let lanes = Lanes::default();
        let service: Url = "https://graph.microsoft.com".parse().unwrap();
        let lane = lanes.of(&service, "ana@kestrel.example");
        let mut turns = Vec::new();
        for _ in 0..AT_ONCE {
            turns.push(lane.enter().await);
        }
        let same = lanes.of(&service, "Ana@Kestrel.example");
        assert!(same.0.try_acquire().is_err(), "the fifth waits");
        assert!(lanes.of(&service, "bo@kestrel.example").0.try_acquire().is_ok());
        turns.pop();
        assert!(same.0.try_acquire().is_ok(), "until one of them is over");
    }
}
