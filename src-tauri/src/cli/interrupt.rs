//! Ctrl-C, and the system's request to end.

#[cfg(unix)]
use tokio::signal::unix::Signal;
#[cfg(not(unix))]
use tokio::signal::windows::CtrlC as Signal;

use std::{future::poll_fn, task::Poll};

/// Hears how often the person or the system wants the program to end: from its making on, not only
/// while it is waited for.
pub(super) struct Interrupts {
    signals: Vec<Signal>,
    heard: u32,
}

impl Interrupts {
    pub(super) fn listen() -> Self {
        Self { signals: signals(), heard: 0 }
    }

    /// Whether one was heard.
    pub(super) fn any(&self) -> bool {
        self.heard > 0
    }

    /// Waits for one more; gives how many there were.
    pub(super) async fn next(&mut self) -> u32 {
        poll_fn(|context| {
            let came = self.signals.iter_mut().any(|one| one.poll_recv(context).is_ready());
            if came { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        self.heard += 1;
        self.heard
    }
}

/// Waits until the person or the system wants the program to end. It listens from the call on.
pub(super) fn interrupted() -> impl Future<Output = ()> {
    let mut interrupts = Interrupts::listen();
    async move {
        interrupts.next().await;
    }
}

#[cfg(unix)]
fn signals() -> Vec<Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    let both = [SignalKind::interrupt(), SignalKind::terminate()];
    both.into_iter().filter_map(|kind| signal(kind).ok()).collect()
}

#[cfg(not(unix))]
fn signals() -> Vec<Signal> {
    tokio::signal::windows::ctrl_c().into_iter().collect()
}
