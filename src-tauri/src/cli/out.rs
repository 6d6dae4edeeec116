//! What is printed, and where. Nobody reading any more is no failure; a result that is lost is.

use crate::{
    explain::{Code, FieldFault, Problem},
    tame,
};
use serde::Serialize;
use serde_json::json;
use std::{
    io::{self, Write as _},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Prints results for people or for programs.
#[derive(Debug, Clone)]
pub(super) struct Out {
    json: bool,
    /// Whether something could not be printed.
    lost: Arc<AtomicBool>,
    /// Whether nobody reads any more.
    unread: Arc<AtomicBool>,
}

impl Out {
    /// JSON, or words for people.
    pub(super) fn new(json: bool) -> Self {
        Self { json, lost: Arc::default(), unread: Arc::default() }
    }

    /// A result: `data` for programs, `words` for people.
    pub(super) fn result(&self, data: &impl Serialize, words: impl FnOnce() -> String) {
        self.print(&if self.json { json_line(data) } else { shown(&words()) });
    }

    /// A result that is a file: people get it as it is.
    pub(super) fn file(&self, data: &impl Serialize, text: &str) {
        if self.json { self.print(&json_line(data)) } else { self.print(text) }
    }

    /// A result that is not all that was wanted, and why.
    pub(super) fn held(
        &self,
        data: &impl Serialize,
        words: impl FnOnce() -> String,
        problem: Option<&Problem>,
    ) {
        self.result(data, words);
        self.why(problem);
    }

    /// Something that happened on the way to the result.
    pub(super) fn event(&self, name: &str, data: &impl Serialize, words: impl FnOnce() -> String) {
        if self.json {
            self.print(&json_line(&Event { event: name, data }));
            return;
        }
        let words = words();
        if !words.is_empty() {
            self.print(&shown(&words));
        }
    }

    /// The last event of a command that may end well or badly. Where it cannot be printed, people are
    /// told beside it: what was sent must not look as if it was not.
    pub(super) fn outcome(
        &self,
        data: &impl Serialize,
        words: impl Fn() -> String,
        problem: Option<&Problem>,
    ) {
        self.event("result", data, &words);
        if self.is_lost() {
            note(words());
        }
        self.why(problem);
    }

    /// Says why there is no result; gives the exit code.
    pub(super) fn failed(&self, problem: &Problem) -> u8 {
        self.event("result", &json!({ "ok": false, "problem": problem }), String::new);
        self.why(Some(problem));
        problem.code.exit_code()
    }

    /// The exit code of a command that ended with `code`: what was not printed is not done.
    pub(super) fn ended(&self, code: u8) -> ExitCode {
        let lost = code == 0 && self.is_lost();
        ExitCode::from(if lost { Code::NotWritable.exit_code() } else { code })
    }

    /// Says what went wrong on the way, without ending.
    pub(super) fn problem(&self, problem: &Problem) {
        if self.json {
            self.event("problem", &json!({ "problem": problem }), String::new);
        } else {
            note(said(problem));
        }
    }

    /// Says to people what programs read in the result.
    fn why(&self, problem: Option<&Problem>) {
        let wanted = !self.json || self.is_lost();
        if let (true, Some(problem)) = (wanted, problem) {
            note(said(problem));
        }
    }

    fn print(&self, text: &str) {
        let mut stdout = io::stdout().lock();
        self.printed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()));
    }

    /// Says once that something could not be printed.
    pub(super) fn printed(&self, how: io::Result<()>) {
        let Err(error) = how else { return };
        if error.kind() == io::ErrorKind::BrokenPipe {
            self.unread.store(true, Ordering::Relaxed);
        } else if !self.lost.swap(true, Ordering::Relaxed) {
            note(said(&unprinted(&error)));
        }
    }

    /// Whether people were shown all that was printed.
    pub(super) fn was_read(&self) -> bool {
        !self.json && !self.is_lost() && !self.unread.load(Ordering::Relaxed)
    }

    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Says something beside the result, to people.
pub(super) fn note(words: impl AsRef<str>) {
    let words = words.as_ref();
    if !words.is_empty() {
        // Nowhere is left to say that this could not be said.
        let _ = io::stderr().lock().write_all(shown(words).as_bytes());
    }
}

/// What failed, why, and what the other side or the system said: nobody's own words are ascribed.
fn said(problem: &Problem) -> String {
    let Problem { title, means, said, fields, source, .. } = problem;
    let mut words = vec![title.clone()];
    if fields.is_empty() {
        words.push(means.clone());
    }
    let fault = |f: &FieldFault| format!("  {}: {}. {}.", tame::line(&f.field), f.fault, f.remedy);
    words.extend(fields.iter().map(fault));
    words.extend(said.iter().map(|said| theirs("Details:", said)));
    words.extend(source.iter().map(|source| format!("See {source}")));
    words.join("\n")
}

/// The other side's words behind `label`. Several lines are marked, each as theirs: none can pass for
/// ours.
pub(super) fn theirs(label: &str, words: &str) -> String {
    if words.lines().count() < 2 {
        return format!("{label} {words}");
    }
    let marked = words.lines().map(|line| format!("\n  > {line}"));
    std::iter::once(label.to_owned()).chain(marked).collect()
}

/// Something that happened, as a line of JSON.
#[derive(Serialize)]
struct Event<'a, T> {
    event: &'a str,
    #[serde(flatten)]
    data: &'a T,
}

fn json_line(data: &impl Serialize) -> String {
    let json = serde_json::to_string(data).expect("the contract's types are JSON");
    format!("{json}\n")
}

fn unprinted(error: &io::Error) -> Problem {
    let means = "Only what the command had to say is lost; what it does, it does. Look at \
                 `sendright history` before you send anything again.";
    Problem::new(Code::NotWritable, "The result could not be printed", means)
        .said(error.to_string())
}

/// Words with a line end, and without characters that would steer the terminal: some of them are
/// other people's.
fn shown(words: &str) -> String {
    format!("{}\n", tame::lines(words.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_the_other_side_passes_for_one_of_ours() {
        let problem = Problem::new(Code::ProviderRefused, "Refused", "It said no.");
        let short = problem.clone().said("invalid_grant");
        assert_eq!(said(&short), "Refused\nIt said no.\nDetails: invalid_grant");
        let long = problem.said("no\r\nSigned in as root.\u{202e}");
        let marked = "Details:\n  > no\n  > Signed in as root.\u{fffd}";
        assert_eq!(said(&long), format!("Refused\nIt said no.\n{marked}"));
    }

    #[test]
    fn a_fields_own_name_passes_for_no_line_of_ours() {
        let [field, fault, remedy] =
            ["headers.A\u{202e}\nB", "no name", "Use letters"].map(str::to_owned);
        let problem = Problem::invalid(vec![FieldFault { field, fault, remedy }]);
        let name = "headers.A\u{fffd} B";
        assert_eq!(
            said(&problem),
            format!("{name} cannot be accepted\n  {name}: no name. Use letters.")
        );
    }
}
