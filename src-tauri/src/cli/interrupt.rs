//! Ctrl-C, and the system's request to end.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

/// One of the system's ways to say so: Windows has a type for each.
type Signal = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<()>> + Send>;

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
            let came = self.signals.iter_mut().any(|signal| signal(context).is_ready());
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

/// Those of `$signal` that the system offers.
macro_rules! those {
    ($($signal:expr),* $(,)?) => {
        [$($signal.ok().map(|mut signal| -> Signal {
            Box::new(move |context| signal.poll_recv(context))
        })),*]
        .into_iter()
        .flatten()
        .collect()
    };
}

#[cfg(unix)]
fn signals() -> Vec<Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    those![signal(SignalKind::interrupt()), signal(SignalKind::terminate())]
}

/// A console that is closed gives its programs a few seconds, a shutdown its services.
#[cfg(windows)]
fn signals() -> Vec<Signal> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    those![ctrl_c(), ctrl_break(), ctrl_close(), ctrl_shutdown()]
}
