//! How many connections or requests may be open for one mailbox.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The way of one mailbox into one service. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Lane(Arc<Semaphore>);

/// A place in a lane, free again once it is dropped.
#[derive(Debug)]
pub struct Turn(#[allow(dead_code)] OwnedSemaphorePermit);

impl Lane {
    /// With room for `at_once`.
    pub fn with_room(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// A place, if one is free and nobody waits for it.
    pub fn enter_now(&self) -> Option<Turn> {
        Arc::clone(&self.0).try_acquire_owned().ok().map(Turn)
    }

    /// Waits for a place.
    pub async fn enter(&self) -> Turn {
        Turn(Arc::clone(&self.0).acquire_owned().await.expect("nobody closes it"))
    }
}

/// The lanes of all mailboxes that this process sends with.
#[derive(Debug, Default)]
pub struct Lanes(Mutex<HashMap<(String, String), Lane>>);

impl Lanes {
    /// The lane of `mailbox` at `service`, which takes so many `at_once`; shared with everybody who
    /// asks for it.
    pub fn of(&self, service: &str, mailbox: &str, at_once: usize) -> Lane {
        // A panic leaves nothing half done: each holder does one map operation.
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (service.to_lowercase(), mailbox.to_lowercase());
        lanes.entry(key).or_insert_with(|| Lane::with_room(at_once)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_has_so_many_places_at_a_service_and_no_more() {
        let lanes = Lanes::default();
        let lane = lanes.of("smtp.office365.com", "ana@kestrel.example", 3);
        let mut turns: Vec<_> = (0..3).map(|_| lane.enter_now().unwrap()).collect();
        let same = lanes.of("SMTP.Office365.com", "Ana@Kestrel.example", 3);
        assert!(same.enter_now().is_none(), "the fourth waits");
        assert!(lanes.of("smtp.office365.com", "bo@kestrel.example", 3).enter_now().is_some());
        assert!(lanes.of("smtp.kestrel.example", "ana@kestrel.example", 3).enter_now().is_some());
        turns.pop();
        assert!(same.enter_now().is_some(), "until one of them is over");
    }
}
