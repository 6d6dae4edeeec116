//! Ctrl-C, and the system's request to end.

/// Waits until the person or the system wants the program to end. It listens from the call on, not
/// only while it is waited for.
#[cfg(unix)]
pub(super) fn interrupted() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    async fn came(signal: Option<Signal>) {
        match signal {
            Some(mut signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
    let both = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
    let [ctrl_c, end] = both.map(came);
    async {
        tokio::select! {
            () = ctrl_c => {}
            () = end => {}
        }
    }
}

/// Waits until the person wants the program to end. It listens from the call on.
#[cfg(not(unix))]
pub(super) fn interrupted() -> impl Future<Output = ()> {
    let ctrl_c = tokio::signal::windows::ctrl_c();
    async {
        match ctrl_c {
            Ok(mut ctrl_c) => drop(ctrl_c.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
}
