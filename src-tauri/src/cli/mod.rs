//! The command line: one file per command. Results go to stdout, progress and problems to stderr;
//! with `--json` the result is JSON, a problem included.

mod apply;
mod ask;
mod certificate;
mod columns;
mod consent;
mod demo;
mod duplicate;
mod enable;
mod export;
mod history;
mod interrupt;
mod not_yet;
mod out;
mod profiles;
mod progress;
mod read;
mod remove;
mod repeat;
mod sandbox;
mod secret;
mod send;
mod show;
mod sign_out;
mod token;
mod usage;

use crate::{
    app::App,
    explain::{Code, Problem},
    log,
    start::Start,
};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use not_yet::{NotYet, not_yet};
use out::Out;
use std::{process::ExitCode, time::Instant};

/// Sender profiles for people whose programs must send mail.
#[derive(Debug, Parser)]
#[command(name = "sendright", version, propagate_version = true, max_term_width = 100)]
struct Line {
    /// Prints JSON on stdout.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    start: Start,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Apply(apply::Apply),
    Export(export::Export),
    /// Takes over other programs' settings: not there yet.
    Import(NotYet),
    Profiles(profiles::Profiles),
    Show(show::Show),
    Remove(remove::Remove),
    Enable(enable::Enable),
    Disable(enable::Disable),
    Duplicate(duplicate::Duplicate),
    Secret(secret::Secret),
    Certificate(certificate::Certificate),
    Consent(consent::Consent),
    SignOut(sign_out::SignOut),
    Token(token::Token),
    Send(Box<send::Send>),
    /// Checks a sender stage by stage: not there yet.
    Verify(NotYet),
    /// Explains a server's reply: not there yet.
    Explain(NotYet),
    /// Writes the set-up steps with a sender's values: not there yet.
    Kit(NotYet),
    History(history::History),
    /// Sends a message of the history again: not there yet.
    Resend(NotYet),
    Sandbox(sandbox::Sandbox),
    Demo(demo::Demo),
}

/// How a command ended when nothing has to be explained: its exit code.
type Done = Result<u8, Problem>;

/// The command reads or writes secrets: a vault file's passphrase is worth asking for.
const SECRETS: bool = true;
/// The command needs no secret.
const NO_SECRETS: bool = false;

/// What every command works with.
struct Cli {
    app: App,
    out: Out,
}

/// Reads the arguments, does what they ask, and says how it ended.
pub fn run() -> ExitCode {
    let began = Instant::now();
    let line = match Line::of_arguments() {
        Ok(line) => line,
        Err(error) => return usage::refused(&error, began),
    };
    let out = Out::new(line.json);
    let sends = matches!(line.command, Command::Send(_));
    let code = match line.run(out.clone()) {
        Ok(code) => code,
        Err(problem) if sends => send::not_begun(&out, &problem, began),
        Err(problem) => out.failed(&problem),
    };
    out.ended(code)
}

impl Line {
    fn of_arguments() -> Result<Self, clap::Error> {
        let command = Start::without_empty_variables(Self::command());
        Self::from_arg_matches(&command.try_get_matches()?)
    }

    fn run(self, out: Out) -> Done {
        // One thread talks, and threads of their own wait for disk and keychain: a second one that talks
        // would cost more in handing over than it brings.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| no_threads(&error))?;
        let done = runtime.block_on(self.command.run(&self.start, out));
        // Somebody may still be typing on stdin: nobody waits for that.
        runtime.shutdown_background();
        done
    }
}

impl Command {
    async fn run(self, start: &Start, out: Out) -> Done {
        let open = |secrets| Ok::<_, Problem>(Cli { app: open(start, secrets)?, out: out.clone() });
        match self {
            Self::Apply(command) => command.run(&open(SECRETS)?).await,
            Self::Export(command) => command.run(&open(NO_SECRETS)?).await,
            Self::Profiles(command) => command.run(&open(NO_SECRETS)?).await,
            Self::Show(command) => command.run(&open(NO_SECRETS)?).await,
            Self::Remove(command) => command.run(&open(SECRETS)?).await,
            Self::Enable(command) => command.run(&open(NO_SECRETS)?).await,
            Self::Disable(command) => command.run(&open(NO_SECRETS)?).await,
            Self::Duplicate(command) => command.run(&open(NO_SECRETS)?).await,
            Self::Secret(command) => command.run(&open(SECRETS)?).await,
            Self::Certificate(command) => command.run(&open(NO_SECRETS)?).await,
            Self::Consent(command) => command.run(&open(SECRETS)?).await,
            Self::SignOut(command) => command.run(&open(SECRETS)?).await,
            Self::Token(command) => command.run(&open(SECRETS)?).await,
            Self::Send(command) => Box::pin(command.run(&open(SECRETS)?)).await,
            Self::History(command) => command.run(&open(NO_SECRETS)?).await,
            Self::Sandbox(command) => command.run(&open(NO_SECRETS)?).await,
            Self::Demo(command) => command.run(out).await,
            Self::Import(_) => Err(not_yet("import", "Write the senders as TOML and apply that.")),
            Self::Verify(_) => {
                Err(not_yet("verify", "`send` says at which stage a message failed."))
            }
            Self::Explain(_) => {
                Err(not_yet("explain", "`history show` has the server's own words."))
            }
            Self::Kit(_) => {
                Err(not_yet("kit", "`show` names the redirect address and the scopes."))
            }
            Self::Resend(_) => {
                Err(not_yet("resend", "The history keeps no messages; `send` it anew."))
            }
        }
    }
}

/// Opens the app. `secrets`: the command will need the vault, so that its passphrase is worth asking
/// for.
fn open(start: &Start, secrets: bool) -> Result<App, Problem> {
    let vault = start.paths()?.vault_file();
    let parts = start.parts(|| secrets.then(|| ask::passphrase(&vault)).flatten())?;
    if secrets {
        parts.vault.prepare(); // while the rest begins
    }
    let paths = parts.paths.clone();
    let app = App::open(parts)?;
    // A log that cannot be written is no reason not to send.
    let _ = log::begin(&paths);
    Ok(app)
}

fn no_threads(error: &std::io::Error) -> Problem {
    let means = "The operating system gave it no threads. Close other programs and try again.";
    Problem::new(Code::Unexplained, "Sendright could not start", means).said(error.to_string())
}
