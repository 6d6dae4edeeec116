//! What a send is at, on stderr, when it takes longer than a moment.

use super::out::note;
use crate::api::{News, SendNews};
use std::time::Duration;
use tokio::{sync::broadcast, time::Instant};
use uuid::Uuid;

/// Shorter work is over before anybody could read what it is at.
const A_MOMENT: Duration = Duration::from_millis(300);

/// Says what the send `id` is at until it is dropped.
pub(super) async fn of_send(id: Uuid, mut news: broadcast::Receiver<News>) {
    let began = Instant::now();
    let mut last = String::new();
    loop {
        let at = match news.recv().await {
            Ok(News::Send(at)) if at.send_id == id => at,
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => continue,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        let words = words(&at);
        if began.elapsed() >= A_MOMENT && words != last {
            note(&words);
            last = words;
        }
    }
}

/// The stage; while the message itself travels, how much of it has.
fn words(SendNews { stage, sent, total, wait_ms, .. }: &SendNews) -> String {
    const MIB: u64 = 1024 * 1024;
    if let Some(wait) = wait_ms {
        return format!("{stage}… waiting for {} s", wait.div_ceil(1_000));
    }
    if *total < MIB || *sent == 0 {
        return format!("{stage}…");
    }
    let whole = |octets: u64| (octets + MIB / 2) / MIB;
    format!("{stage}… {} of {} MiB", whole(*sent), whole(*total))
}
