//! A line to a server that is some way off: every chunk arrives half a round trip later. It also counts round trips, which no
//! clock can blur.
//!
//! A relay and not the kernel's `netem`: that is missing in many containers, and this one runs everywhere.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

/// A listening relay; it ends with the program.
pub(crate) struct Relay {
    port: u16,
    turns: Arc<Mutex<Turns>>,
}

/// When the client spoke last since the server answered, and how often it had to wait for an answer.
#[derive(Default)]
struct Turns {
    client_spoke: Option<Instant>,
    round_trips: u32,
}

impl Relay {
    /// A way to `target`, a port of this computer, that takes `round_trip` for a word and its answer.
    pub(crate) fn start(target: u16, round_trip: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let turns = Arc::<Mutex<Turns>>::default();
        let counted = Arc::clone(&turns);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let turns = Arc::clone(&counted);
                thread::spawn(move || connect(client, target, round_trip, &turns));
            }
        });
        Self { port, turns }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How many round trips there were since this was asked last.
    pub(crate) fn take_round_trips(&self) -> u32 {
        std::mem::take(&mut *self.turns.lock().expect("nobody panics with it")).round_trips
    }
}

fn connect(client: TcpStream, target: u16, round_trip: Duration, turns: &Arc<Mutex<Turns>>) {
    // SYN and its answer: our own accept came at once.
    thread::sleep(round_trip);
    turns.lock().expect("nobody panics with it").round_trips += 1;
    let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { return };
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("the stream is open");
    }
    let both = (client.try_clone(), server.try_clone());
    let (Ok(client_again), Ok(server_again)) = both else { return };
    let (asked, answered) = (Arc::clone(turns), Arc::clone(turns));
    carry(client, server, round_trip / 2, move || {
        asked.lock().expect("nobody panics with it").client_spoke = Some(Instant::now());
    });
    carry(server_again, client_again, round_trip / 2, move || {
        let mut turns = answered.lock().expect("nobody panics with it");
        // An answer to one that waits comes half a round trip after its words. Whoever still speaks does not wait.
        if turns.client_spoke.is_some_and(|at| at.elapsed() >= round_trip / 4) {
            turns.client_spoke = None;
            turns.round_trips += 1;
        }
    });
}

/// Carries what `from` says to `to`, `delay` later. As much as you like is under way at once.
fn carry(mut from: TcpStream, to: TcpStream, delay: Duration, heard: impl Fn() + Send + 'static) {
    let (send, receive) = channel();
    thread::spawn(move || deliver(&receive, to));
    thread::spawn(move || {
        let mut buffer = vec![0; 256 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            heard();
            if send.send((Instant::now() + delay, buffer[..length].to_vec())).is_err() {
                break;
            }
        }
    });
}

fn deliver(chunks: &Receiver<(Instant, Vec<u8>)>, mut to: TcpStream) {
    while let Ok((at, chunk)) = chunks.recv() {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        if to.write_all(&chunk).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
