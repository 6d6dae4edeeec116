//! Sendright beside its peers, in one run, on the same real servers: `make bench`.
//!
//! Every client sends to the same Postfix, which says in its log how many messages it took. Single figures depend on the machine;
//! what is meant to be compared are the ratios. The result is written to `docs/PERFORMANCE.md`.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod clients;
#[path = "../world/keyring.rs"]
mod keyring;
mod measure;
mod relay;
mod report;
#[path = "../peers/servers/mod.rs"]
mod servers;
mod targets;
mod world;

use clients::Client;
use measure::Figures;
use std::time::{Duration, Instant};
use world::World;

/// A round trip over the delayed line.
const DELAY: Duration = Duration::from_millis(50);

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// One message of 10 KB.
    One,
    /// So many messages of 2 KB.
    Many(u32),
    /// One message with an attachment of 100 MB.
    Large,
    /// One message of 10 KB, signed in by OAuth.
    Token,
    /// The message with the attachment, by Microsoft Graph.
    Graph,
}

/// A row of the report: every client does the same work the same way.
struct Scene {
    title: &'static str,
    work: Work,
    delay: Option<Duration>,
    /// How often each client does it. Those that need a long time for it do it once.
    rounds: u32,
}

#[rustfmt::skip]
const SCENES: &[Scene] = &[
    Scene { title: "One message of 10 KB",                          work: Work::One,        delay: None,        rounds: 9 },
    Scene { title: "One message of 10 KB, signed in by OAuth",      work: Work::Token,      delay: None,        rounds: 5 },
    Scene { title: "1,000 messages of 2 KB",                        work: Work::Many(1000), delay: None,        rounds: 9 },
    Scene { title: "An attachment of 100 MB",                       work: Work::Large,      delay: None,        rounds: 5 },
    Scene { title: "An attachment of 100 MB by Microsoft Graph",    work: Work::Graph,      delay: None,        rounds: 2 },
    Scene { title: "One message of 10 KB, 50 ms away",              work: Work::One,        delay: Some(DELAY), rounds: 3 },
    Scene { title: "100 messages of 2 KB, 50 ms away",              work: Work::Many(100),  delay: Some(DELAY), rounds: 1 },
    Scene { title: "An attachment of 100 MB, 50 ms away",           work: Work::Large,      delay: Some(DELAY), rounds: 1 },
];

/// What one client needed in one scene.
struct Row {
    client: Client,
    figures: Vec<Figures>,
}

impl Row {
    fn best(&self) -> Figures {
        measure::best(&self.figures)
    }
}

/// What all of them needed; Sendright is the first.
struct Played {
    scene: &'static Scene,
    rows: Vec<Row>,
}

fn main() {
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let began = Instant::now();
    let world = World::start();
    let scenes = SCENES.iter().filter(|scene| wanted(scene, only.as_deref()));
    let played: Vec<_> = scenes.map(|scene| play(scene, &world)).collect();
    let took = began.elapsed();
    println!("\n{} s in all", took.as_secs());
    if only.is_none() {
        report::write(&played, took);
    }
}

fn wanted(scene: &Scene, only: Option<&str>) -> bool {
    only.is_none_or(|words| scene.title.to_lowercase().contains(&words.to_lowercase()))
}

/// All clients in turn, round after round, so that what the machine does meanwhile meets each of them.
fn play(scene: &'static Scene, world: &World) -> Played {
    println!("\n{}", scene.title);
    let able = Client::ALL.iter().filter(|client| client.can(scene.work));
    let mut rows: Vec<_> = able.map(|&client| Row { client, figures: Vec::new() }).collect();
    for round in 0..scene.rounds {
        for row in rows.iter_mut().filter(|row| round == 0 || !row.client.is_slow(scene.work)) {
            row.figures.push(measure::measure(row.client, scene, world));
        }
    }
    for row in &rows {
        println!("  {:<22} {}", row.client.name(), row.best());
    }
    Played { scene, rows }
}
