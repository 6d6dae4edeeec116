//! One run of one client: how long, how much processor, how much memory, how many round trips.

use super::{Scene, Work, clients::Client, relay::Relay, world::World};
use std::{fmt, fs, process::Stdio, time::Instant};

/// What a run needed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// From start to end of the process, in seconds.
    pub(crate) wall: f64,
    /// User and system time, in seconds.
    pub(crate) cpu: f64,
    /// The most memory it had, in MiB.
    pub(crate) peak: f64,
    /// Words and answers; known where the line is a relay.
    pub(crate) round_trips: Option<f64>,
}

/// Runs `client` once, and makes sure that the server took what was sent.
pub(crate) fn measure(client: Client, scene: &Scene, world: &World) -> Figures {
    let relay = scene.delay.map(|delay| Relay::start(world.submission(), delay));
    let port = relay.as_ref().map_or(world.submission(), Relay::port);
    let messages = client.messages(scene.work);
    client.prepare(scene.work, port, world);
    let before = world.taken();
    let spent = world.file("spent");
    let mut command = world.command("/usr/bin/time");
    command.args(["-f", "%U %S %M", "-o"]).arg(&spent);
    client.run(&mut command, scene.work, port, world);
    let began = Instant::now();
    let output = command
        .stdin(client.input(scene.work, world))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .expect("/usr/bin/time is installed (package time)");
    let wall = began.elapsed().as_secs_f64();
    let said = || String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {}", client.name(), said());
    world.wait_for(before + messages, client.name());
    let spent = fs::read_to_string(spent).expect("time wrote it");
    let numbers: Vec<f64> =
        spent.split_whitespace().map(|word| word.parse().expect("time writes numbers")).collect();
    let per = share(scene.work, messages);
    Figures {
        wall: wall * per,
        cpu: (numbers[0] + numbers[1]) * per,
        peak: numbers[2] / 1024.0,
        round_trips: relay.map(|relay| f64::from(relay.take_round_trips()) * per),
    }
}

/// By what a run that sent fewer messages is multiplied.
fn share(work: Work, messages: u32) -> f64 {
    match work {
        Work::Many(all) => f64::from(all) / f64::from(messages),
        _ => 1.0,
    }
}

/// The least of each figure by itself, which what else the machine does disturbs least; of the memory
/// the most.
pub(crate) fn best(runs: &[Figures]) -> Figures {
    let least = |of: fn(&Figures) -> f64| runs.iter().map(of).fold(f64::INFINITY, f64::min);
    Figures {
        wall: least(|run| run.wall),
        cpu: least(|run| run.cpu),
        peak: runs.iter().map(|run| run.peak).fold(0.0, f64::max),
        round_trips: runs[0].round_trips,
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8.3} s  {:7.2} s CPU  {:6.1} MiB", self.wall, self.cpu, self.peak)?;
        self.round_trips.map_or(Ok(()), |trips| write!(f, "  {trips:.0} round trips"))
    }
}
