//! What a send is at, on stderr, when it takes longer than a moment.

use super::out::note;
use crate::api::{News, SendNews};
use std::{pin::pin, time::Duration};
use tokio::{
    sync::broadcast,
    time::{Instant, sleep},
};
use uuid::Uuid;

/// Shorter work is over before anybody could read what it is at.
const A_MOMENT: Duration = Duration::from_millis(300);

/// After this long at one step somebody wonders whether anything happens.
const A_WHILE: Duration = Duration::from_secs(5);

/// Says what the send `id` is at until it is dropped: also a wait that began within the moment.
pub(super) async fn of_send(id: Uuid, mut news: broadcast::Receiver<News>) {
    let (mut now, mut said, mut over) = (String::new(), String::new(), false);
    let (mut stage, mut patience) = (String::new(), None);
    let mut moment = pin!(sleep(A_MOMENT));
    let mut a_while = pin!(sleep(A_WHILE));
    loop {
        tokio::select! {
            () = &mut moment, if !over => over = true,
            () = &mut a_while, if patience.is_some() => patience.take().into_iter().for_each(note),
            heard = news.recv() => match heard {
                Ok(News::Send(at)) if at.send_id == id => {
                    now = words(&at);
                    if at.stage != stage {
                        a_while.as_mut().reset(Instant::now() + A_WHILE);
                        patience = silence(&at);
                        stage = at.stage;
                    }
                }
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

/// What is said of a server that keeps silent; `None`: it is not known how long it may.
fn silence(SendNews { stage, limit_ms, check, .. }: &SendNews) -> Option<String> {
    let (so_far, limit) = (A_WHILE.as_secs(), limit_ms.as_ref()?.div_ceil(1_000));
    let check = check.as_ref().map(|check| format!(" {check}")).unwrap_or_default();
    Some(format!("{stage}… silent for {so_far} s; given up after {limit} s.{check}"))
}

/// The stage; while the message itself travels, how much of it has.
fn words(SendNews { stage, sent, total, wait_ms, .. }: &SendNews) -> String {
    const MIB: u64 = 1024 * 1024;
    // It may be a password that is got.
    let stage = if stage == "token" { "credentials" } else { stage };
    if let Some(wait) = wait_ms {
        return format!("{stage}… waiting for {} s", wait.div_ceil(1_000));
    }
    if *total < MIB || *sent == 0 {
        return format!("{stage}…");
    }
    let whole = |octets: u64| (octets + MIB / 2) / MIB;
    format!("{stage}… {} of {} MiB", whole(*sent), whole(*total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_of_a_token_where_it_may_be_a_password_that_is_got() {
        let at = |stage: &str| SendNews {
            send_id: Uuid::nil(),
            stage: stage.to_owned(),
            sent: 0,
            total: 0,
            cancellable: true,
            wait_ms: None,
            limit_ms: None,
            check: None,
        };
        assert_eq!(words(&at("token")), "credentials…");
        assert_eq!(words(&at("ehlo")), "ehlo…");
    }
}
