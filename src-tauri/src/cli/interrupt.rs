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
    let mut all: Vec<_> = those![signal(SignalKind::interrupt()), signal(SignalKind::terminate())];
    if !hang_up::is_to_be_survived() {
        all.extend(signal(SignalKind::hangup()).ok().map(hang_up::once));
    }
    all
}

/// A console that is closed gives its programs a few seconds, a shutdown its services.
#[cfg(windows)]
fn signals() -> Vec<Signal> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    those![ctrl_c(), ctrl_break(), ctrl_close(), ctrl_shutdown()]
}

/// The terminal is closed, or the connection to it is gone.
#[cfg(unix)]
mod hang_up {
    use super::Signal;
    use std::{
        fs,
        io::{self, IsTerminal as _},
        task::Poll,
    };
    use tokio::signal::unix;

    /// Both the shell and the system say so: the second time is no second wish.
    pub(super) fn once(mut hang_up: unix::Signal) -> Signal {
        let mut heard = false;
        Box::new(move |context| {
            if heard {
                return Poll::Pending;
            }
            let came = hang_up.poll_recv(context);
            heard = came.is_ready();
            came
        })
    }

    /// Whether whoever started the program wants it to go on without the terminal, as `nohup` does:
    /// it is told to ignore the signal. Where that cannot be read, `nohup` has left nothing of it on
    /// a terminal.
    pub(super) fn is_to_be_survived() -> bool {
        match fs::read_to_string("/proc/self/status") {
            Ok(status) => is_ignored(&status),
            Err(_) => !io::stdout().is_terminal() && !io::stderr().is_terminal(),
        }
    }

    /// SIGHUP is the first bit of the mask.
    ///
    /// Source: `proc_pid_status(5)`, 2026-11.
    fn is_ignored(status: &str) -> bool {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .is_some_and(|mask| mask & 1 != 0)
    }
}
