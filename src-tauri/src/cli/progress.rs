//! What a send is at, on stderr, when it takes longer than a moment.

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

/// Has `say` tell what the send `id` is at until it is dropped: also a wait that began within the moment.
pub(super) async fn of_send(
    id: Uuid,
    mut news: broadcast::Receiver<News>,
    say: impl Fn(String) + Send,
) {
    let (mut now, mut said, mut over) = (String::new(), String::new(), false);
    let (mut step, mut patience) = (None, None);
    let mut moment = pin!(sleep(A_MOMENT));
    let mut a_while = pin!(sleep(A_WHILE));
    loop {
        tokio::select! {
            () = &mut moment, if !over => over = true,
            () = &mut a_while, if patience.is_some() => patience.take().into_iter().for_each(&say),
            heard = news.recv() => match heard {
                Ok(News::Send(at)) if at.send_id == id => {
                    now = words(&at);
                    let next = Some((at.stage.clone(), at.cancellable, uploads(&at)));
                    if next != step {
                        a_while.as_mut().reset(Instant::now() + A_WHILE);
                        patience = silence(&at);
                        step = next;
                    }
                }
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            },
        }
        if over && now != said {
            say(now.clone());
            said.clone_from(&now);
        }
    }
}

/// What is said of a server that keeps silent; `None`: it is not known how long it may, or it is not its turn.
fn silence(at: &SendNews) -> Option<String> {
    let SendNews { stage, check, .. } = at;
    let limit = at.limit_ms.filter(|_| !uploads(at))?.div_ceil(1_000);
    let check = check.as_ref().map(|check| format!(" {check}")).unwrap_or_default();
    let so_far = A_WHILE.as_secs();
    Some(format!("{stage}… silent for {so_far} s; given up after {limit} s.{check}"))
}

/// Whether the message itself is on its way: then the server has nothing to say.
fn uploads(SendNews { sent, total, .. }: &SendNews) -> bool {
    sent < total
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
    use tokio::sync::mpsc;

    /// At `stage`, where a server may be silent for three minutes.
    fn at(stage: &str) -> SendNews {
        SendNews {
            send_id: Uuid::nil(),
            stage: stage.to_owned(),
            sent: 0,
            total: 0,
            cancellable: true,
            wait_ms: None,
            limit_ms: Some(180_000),
            check: None,
        }
    }

    /// What is said of a send that is at each of `steps` for so many seconds.
    async fn said(steps: Vec<(SendNews, u64)>) -> Vec<String> {
        let (tell, news) = broadcast::channel(8);
        let (say, mut said) = mpsc::unbounded_channel();
        let telling = async {
            for (step, seconds) in steps {
                tell.send(News::Send(step)).unwrap();
                sleep(Duration::from_secs(seconds)).await;
            }
            drop(tell);
        };
        let saying = of_send(Uuid::nil(), news, move |words| say.send(words).unwrap());
        tokio::join!(telling, saying);
        std::iter::from_fn(|| said.try_recv().ok()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_keeps_silent_is_told_of_once_with_what_to_check_first() {
        let greeting = SendNews { check: Some("Is it the port?".to_owned()), ..at("ehlo") };
        assert_eq!(said(vec![(greeting.clone(), 4), (at("auth"), 4)]).await, ["ehlo…", "auth…"]);
        let silent = "ehlo… silent for 5 s; given up after 180 s. Is it the port?";
        assert_eq!(said(vec![(greeting, 60)]).await, ["ehlo…", silent]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_is_no_silence_and_the_wait_after_it_is_one_of_its_own() {
        let part = |sent| SendNews { sent, total: 900_000, ..at("message") };
        let whole = SendNews { cancellable: false, limit_ms: Some(600_000), ..part(900_000) };
        let upload = vec![(at("message"), 4), (part(0), 20), (part(600_000), 20)];
        assert_eq!(said(upload.clone()).await, ["message…"]);
        let silent = "message… silent for 5 s; given up after 600 s.";
        assert_eq!(said([upload, vec![(whole, 60)]].concat()).await, ["message…", silent]);
    }

    #[test]
    fn nobody_is_told_of_a_token_where_it_may_be_a_password_that_is_got() {
        assert_eq!(words(&at("token")), "credentials…");
        assert_eq!(words(&at("ehlo")), "ehlo…");
    }
}
