//! What somebody on this computer may say to the port that waits for a browser: for `tests/fuzz`.

use super::{Consents, Desk, answer};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{join, sink},
    sync::watch,
};

/// A connection on which `said` is said.
pub async fn browser(said: &[u8]) {
    let (_nobody_ends, ending) = watch::channel(None);
    let (shown, _) = watch::channel(false);
    let desk = Desk {
        port: 49_152,
        consents: Consents::default(),
        answer: Mutex::default(),
        ending,
        shown,
    };
    answer(join(said, sink()), Arc::new(desk)).await;
}
