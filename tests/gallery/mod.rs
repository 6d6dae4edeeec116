//! The gallery of misbehaviour: other sides that do one thing wrong each, and what the real program makes
//! of it, told by its exit code, its JSON and its history.

mod graph;
mod oauth;
mod proxy;
mod smtp;
mod tls;

use crate::world::sendright::Sendright;
use serde_json::Value;

/// How long the program waits for each answer here, in seconds.
pub(crate) const PATIENCE: &str = "2";

/// What a send came to: exit code, outcome, and the problem's code (empty: none).
pub(crate) type Verdict = (u8, String, String);

/// One installation whose profiles have a picture each.
pub(crate) struct Gallery(Sendright);

impl Gallery {
    /// With the profiles of a declarative file; `files` are the files that it names.
    pub(crate) fn of(toml: &str, files: &[(String, String)]) -> Self {
        let place = Sendright::new();
        for (name, text) in files {
            place.write(name, text);
        }
        place.write("profiles.toml", toml);
        place.json(&["apply", "-f", "profiles.toml"]);
        Self(place)
    }

    /// Sends one message from `profile`, and makes sure that the history says the same.
    pub(crate) fn send(&self, profile: &str, to: &[&str], more: &[&str]) -> Verdict {
        let fixed = ["send", profile, "--text", "Hello", "--json", "--timeout", PATIENCE, "--to"];
        let ended = self.0.run(&[&fixed, to, more].concat());
        let last = ended.stdout.lines().last().unwrap_or_default();
        let result: Value =
            serde_json::from_str(last).unwrap_or_else(|_| panic!("{}", ended.stderr));
        let history = self.0.json(&["history", "--profile", profile]);
        let row = &history["rows"][0];
        assert_eq!((&row["id"], &row["outcome"]), (&result["id"], &result["outcome"]), "{profile}");
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (ended.code, word(&result["outcome"]), word(&result["problem"]["code"]))
    }

    /// What the history says of the last message of `profile`.
    pub(crate) fn last(&self, profile: &str) -> Value {
        let history = self.0.json(&["history", "--profile", profile]);
        let id = history["rows"][0]["id"].as_str().expect("it was written down").to_owned();
        self.0.json(&["history", "show", &id])
    }

    /// A file of `size` octets, to be attached.
    pub(crate) fn file(&self, name: &str, size: usize) {
        self.0.write(name, &"0123456789abcde\n".repeat(size / 16));
    }
}
