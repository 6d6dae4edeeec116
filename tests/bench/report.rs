//! The report: the machine, the targets, and a table for each scene, with every peer's figure as a ratio to Sendright's.

use super::{
    Played,
    clients::{Client, ONE_IN},
    targets,
};
use std::{fmt::Write as _, fs, path::Path, process::Command, thread, time::Duration};

const PREFACE: &str = "# Performance

Sendright beside other programs, in one run, on one machine. `make bench` writes this page anew (Linux; it installs what
is missing); `scripts/bench WORDS` plays only the scenes whose titles have these words, and writes nothing.

All of them send to the same Postfix, over STARTTLS on loopback with the queue in memory, to a recipient that is thrown
away; Postfix's log says that every message was taken once. Of several runs, all programs in turn, the best one counts.
Single figures depend on the machine: compare the ratios, which are the peer's figure divided by Sendright's (above 1:
Sendright needs less).

What is timed is the whole program, from its start to its end, with its good-bye to the server. For Sendright that
includes reading its database and the keychain (a real gnome-keyring), writing each send down before its first byte
leaves and its outcome after, and making the message; curl, msmtp and swaks are given a message that is made already.
`peak` is the most memory the process had. Round trips are counted by the relay that makes the line long, TCP's own
handshake included: each is one delay that nothing can hide. `chunking` is the setting `smtp.chunking`, which saves one
(why it is off by default: decisions/data-not-bdat.md).
Microsoft Graph is the tests' stand-in for it, which needs most of the time itself: what counts there is the memory.
";

/// Writes `docs/PERFORMANCE.md`.
pub(crate) fn write(played: &[Played], took: Duration) {
    let versions: Vec<_> = Client::ALL.iter().filter_map(|client| version(*client)).collect();
    let mut text = format!("{PREFACE}\nMeasured: {}.\n\n{}\n", versions.join(", "), machine());
    aims(&mut text, played, took);
    for one in played {
        table(&mut text, one);
    }
    let _ = writeln!(
        text,
        "\n\\* A connection for each message: of many, one in {ONE_IN} was sent, once, and the figures scaled up."
    );
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PERFORMANCE.md");
    fs::write(&page, text).expect("the project can be written");
    println!("\nwritten: {}", page.display());
}

fn aims(text: &mut String, played: &[Played], took: Duration) {
    let _ = writeln!(text, "\n## Targets\n\n| wanted | found | met |\n| --- | --- | --- |");
    for target in targets::judge(played, took) {
        let met = if target.met { "yes" } else { "**no**" };
        let _ = writeln!(text, "| {} | {} | {met} |", target.wanted, target.found);
    }
}

fn table(text: &mut String, Played { scene, rows }: &Played) {
    let ours = rows[0].best();
    let _ = writeln!(
        text,
        "\n## {}\n\n| program | wall | ratio | CPU | ratio | peak | ratio | round trips |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        scene.title
    );
    for row in rows {
        let figures = row.best();
        let _ = writeln!(
            text,
            "| {}{} | {:.3} s | {:.2} | {:.2} s | {:.2} | {:.0} MiB | {:.2} | {} |",
            row.client.name(),
            if row.client.one_by_one() { " *" } else { "" },
            figures.wall,
            figures.wall / ours.wall,
            figures.cpu,
            ratio(figures.cpu, ours.cpu),
            figures.peak,
            figures.peak / ours.peak,
            figures.round_trips.map_or_else(|| "–".to_owned(), |trips| format!("{trips:.0}")),
        );
    }
    let runs =
        if scene.rounds == 1 { "One run." } else { &format!("Best of {} runs.", scene.rounds) };
    let _ = writeln!(text, "\n{runs}");
}

/// What it was measured on, without whose it is.
fn machine() -> String {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.trim_start_matches(key).trim_matches([' ', '\t', ':', '=', '"']).to_owned()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let memory: u64 = value(&read("/proc/meminfo"), "MemTotal")
        .trim_end_matches(" kB")
        .parse()
        .unwrap_or_default();
    format!(
        "On: {cores} cores of {}, {} GiB, {}, Linux {}.",
        value(&read("/proc/cpuinfo"), "model name"),
        memory.div_ceil(1024 * 1024),
        value(&read("/etc/os-release"), "PRETTY_NAME"),
        read("/proc/sys/kernel/osrelease").trim(),
    )
}

/// A short run's processor time may be nothing that can be measured.
fn ratio(theirs: f64, ours: f64) -> f64 {
    theirs.max(0.01) / ours.max(0.01)
}

fn version(client: Client) -> Option<String> {
    let (program, argument) = match client {
        Client::Sendright => (env!("CARGO_BIN_EXE_sendright"), "--version"),
        Client::Curl => ("curl", "--version"),
        Client::Msmtp => ("msmtp", "--version"),
        Client::Swaks => ("swaks", "--version"),
        Client::Nodemailer => return Some("nodemailer 10.6.0".to_owned()),
        Client::OauthProxy => return Some("email-oauth2-proxy 2026.7.3".to_owned()),
        Client::Chunking => return None,
    };
    let output = Command::new(program).arg(argument).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<_> =
        said.lines().next()?.split_whitespace().filter(|word| *word != "version").take(2).collect();
    Some(words.join(" "))
}
