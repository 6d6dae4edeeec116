//! What is printed, and where. Nobody reading any more is no failure.

use crate::explain::{FieldFault, Problem};
use serde::Serialize;
use serde_json::json;
use std::{
    io::{self, Write as _},
    process::ExitCode,
};

/// Prints results for people or for programs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    json: bool,
}

impl Out {
    /// JSON, or words for people.
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// A result: `data` for programs, `words` for people.
    pub(super) fn result(self, data: &impl Serialize, words: impl FnOnce() -> String) {
        print(&if self.json { json_line(data) } else { shown(&words()) });
    }

    /// A result that is not all that was wanted, and why.
    pub(super) fn held(
        self,
        data: &impl Serialize,
        words: impl FnOnce() -> String,
        problem: Option<&Problem>,
    ) {
        self.result(data, words);
        self.why(problem);
    }

    /// Something that happened on the way to the result.
    pub(super) fn event(self, name: &str, data: &impl Serialize, words: impl FnOnce() -> String) {
        if self.json {
            print(&json_line(&Event { event: name, data }));
            return;
        }
        let words = words();
        if !words.is_empty() {
            print(&shown(&words));
        }
    }

    /// The last event of a command that may end well or badly.
    pub(super) fn outcome(
        self,
        data: &impl Serialize,
        words: impl FnOnce() -> String,
        problem: Option<&Problem>,
    ) {
        self.event("result", data, words);
        self.why(problem);
    }

    /// Says why there is no result.
    pub(super) fn failed(self, problem: &Problem) -> ExitCode {
        self.outcome(&json!({ "ok": false, "problem": problem }), String::new, Some(problem));
        ExitCode::from(problem.code.exit_code())
    }

    /// Says what went wrong on the way, without ending.
    pub(super) fn problem(self, problem: &Problem) {
        if self.json {
            self.event("problem", &json!({ "problem": problem }), String::new);
        } else {
            note(said(problem));
        }
    }

    /// Says to people what programs read in the result.
    fn why(self, problem: Option<&Problem>) {
        if let (false, Some(problem)) = (self.json, problem) {
            note(said(problem));
        }
    }
}

/// Says something beside the result, to people.
pub(super) fn note(words: impl AsRef<str>) {
    let _ = io::stderr().lock().write_all(shown(words.as_ref()).as_bytes());
}

/// What failed, why, and what the other side said.
fn said(problem: &Problem) -> String {
    let Problem { title, means, said, fields, source, .. } = problem;
    let mut words = vec![title.clone()];
    if fields.is_empty() {
        words.push(means.clone());
    }
    let fault = |f: &FieldFault| format!("  {}: {}. {}.", f.field, f.fault, f.remedy);
    words.extend(fields.iter().map(fault));
    words.extend(said.iter().map(|said| format!("In its own words: {said}")));
    words.extend(source.iter().map(|source| format!("See {source}")));
    words.join("\n")
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

fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Words with a line end, and without characters that would steer the terminal: some of them are
/// other people's.
fn shown(words: &str) -> String {
    let tame = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    let words: String = words.trim_end().chars().map(tame).collect();
    format!("{words}\n")
}
