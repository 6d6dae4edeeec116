//! The report: a table for each scene, with every peer's figure as a ratio to Sendright's.

use super::{Row, Scene, clients::Client, measure};
use std::{fmt::Write as _, fs, path::Path, process::Command};

/// What is written to `docs/PERFORMANCE.md`.
pub(crate) struct Report(String);

const PREFACE: &str = "# Performance

Sendright beside other programs, in one run, on one machine: `make bench` writes this page anew. All of them send to the same
Postfix, over STARTTLS on loopback with the queue in memory, to a recipient that is thrown away; Postfix's log says that every
message was taken once. Single figures depend on the machine: compare the ratios, which are the peer's figure divided by
Sendright's (above 1: Sendright needs less).

What is timed is the whole program, from its start to its end. For Sendright that includes reading its database and the
keychain (a real gnome-keyring), writing the send down before its first byte leaves and its outcome after, and making the
message; curl, msmtp and swaks are given a message that is made already. `peak` is the most memory the process had.
Round trips are counted by the relay that makes the line long, TCP's own handshake included: each is one delay that nothing can hide.
";

impl Report {
    pub(crate) fn begin() -> Self {
        let mut text = PREFACE.to_owned();
        let versions: Vec<_> = Client::ALL.iter().filter_map(|client| version(*client)).collect();
        let _ = writeln!(text, "\nMeasured: {}.", versions.join(", "));
        Self(text)
    }

    pub(crate) fn add(&mut self, scene: &Scene, rows: &[Row]) {
        let ours = measure::median(&rows[0].figures);
        let _ = writeln!(self.0, "\n## {}\n", scene.title);
        let _ = writeln!(
            self.0,
            "| program | wall | ratio | CPU | ratio | peak | ratio | round trips |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        );
        for row in rows {
            let figures = measure::median(&row.figures);
            let _ = writeln!(
                self.0,
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
        let _ = writeln!(self.0, "\nMedian of {} runs, all programs in turn.", scene.rounds);
    }

    /// Writes the page.
    pub(crate) fn write(mut self) {
        self.0.push_str("\n\\* A connection for each message; of many, 20 were sent and the figures scaled up.\n");
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PERFORMANCE.md");
        fs::write(&page, self.0).expect("the project can be written");
        println!("\nwritten: {}", page.display());
    }
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
    };
    let output = Command::new(program).arg(argument).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<_> =
        said.lines().next()?.split_whitespace().filter(|word| *word != "version").take(2).collect();
    Some(words.join(" "))
}
