//! `demo`

use super::{Cli, Done, history, out::Out};
use crate::{
    api::{ConsentStep, DemoRun},
    app::{App, Parts},
    secret::memory::Memory,
    start::Start,
};
use clap::Args;
use serde_json::json;
use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use uuid::Uuid;

/// Shows the main job from nothing: a consent, a message by SMTP and by Graph, both as they arrived.
#[derive(Debug, Args)]
pub(super) struct Demo {}

impl Demo {
    pub(super) async fn run(self, out: Out) -> Done {
        let dir = Passing(env::temp_dir().join(format!("sendright-demo-{}", Uuid::new_v4())));
        let parts = Start { data_dir: Some(dir.0.clone()), ..Start::default() }.parts(|| None)?;
        let vault = Arc::new(Memory::default());
        let cli = Cli { app: App::open(Parts { vault, ..parts })?, out };
        let runs = cli.app.demo().await?;
        cli.out.result(&json!({ "runs": runs }), || words(&runs, &dir.0));
        Ok(0)
    }
}

/// A directory that goes with its owner.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // What stays behind holds nothing but the demo, in a directory for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn words(runs: &[DemoRun], dir: &Path) -> String {
    let place = format!(
        "A sandbox on this computer, with two senders in {}. Nothing left this computer.",
        dir.display()
    );
    std::iter::once(place).chain(runs.iter().map(one)).collect::<Vec<_>>().join("\n\n")
}

fn one(run: &DemoRun) -> String {
    let steps: Vec<_> = run.steps.iter().map(|step| word(*step)).collect();
    format!(
        "=== {}\nConsent: {}\nSigned in as {}\n\n{}\n\nAs it arrived:\n{}",
        run.sender,
        steps.join(", "),
        run.signed_in_as.as_deref().unwrap_or("nobody"),
        history::words(&run.sent),
        run.arrived.source.replace('\r', "").trim_end(),
    )
}

fn word(step: ConsentStep) -> &'static str {
    match step {
        ConsentStep::Opened => "browser opened",
        ConsentStep::Waiting => "waiting",
        ConsentStep::CodeReceived => "answer received",
        ConsentStep::TokensStored => "tokens in the vault",
        ConsentStep::IdentityChecked => "account known",
        ConsentStep::Done => "done",
        ConsentStep::Failed => "failed",
        ConsentStep::Cancelled => "cancelled",
    }
}
