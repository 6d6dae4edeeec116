//! What a send is at, on stderr, when it takes longer than a moment.

use super::out::note;
use crate::api::{News, SendNews};
use std::{pin::pin, time::Duration};
use tokio::{sync::broadcast, time::sleep};
use uuid::Uuid;

/// Shorter work is over before anybody could read what it is at.
const A_MOMENT: Duration = Duration::from_millis(300);

/// Says what the send `id` is at until it is dropped: also a wait that began within the moment.
pub(super) async fn of_send(id: Uuid, mut news: broadcast::Receiver<News>) {
    let (mut now, mut said, mut over) = (String::new(), String::new(), false);
    let mut moment = pin!(sleep(A_MOMENT));
    loop {
        tokio::select! {
            () = &mut moment, if !over => over = true,
            heard = news.recv() => match heard {
                Ok(News::Send(at)) if at.send_id == id => now = words(&at),
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            },
        }
        if over && now != said {
            note(&now);
            said.clone_from(&now);
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
