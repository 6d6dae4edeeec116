//! The window: the only module that knows Tauri.
//!
//! Invariants: the webview reaches the app through the commands of `permissions/app.toml` only; no
//! secret goes to it; it names no path, file or program of this computer.

mod certificates;
mod commands;
mod context_menu;
mod dialog;
mod display;
mod files;
mod link;
mod news;
mod scheme;
mod window;

use crate::{app::App, explain::Problem, log, start::Start};
use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use std::process::ExitCode;
use tauri::{Builder, Manager as _, RunEvent};

/// What the window is started with.
#[derive(Debug, Parser)]
#[command(name = "sendright-desktop", version, about = "The window of Sendright")]
struct Arguments {
    #[command(flatten)]
    start: Start,
    /// A link that the browser hands over; only the system starts us with one
    link: Option<String>,
}

/// The app, or why there is none: then every command answers with that.
struct Running(Result<App, Problem>);

impl Running {
    fn open(start: &Start) -> Self {
        // The window asks for a passphrase once it is there.
        Self(start.parts(|| None).and_then(|parts| {
            if let Err(error) = log::begin(&parts.paths) {
                // Without a log there is still mail to send; nowhere to say so but here.
                tracing::warn!(%error, "no log is written");
            }
            App::open(parts)
        }))
    }

    fn app(&self) -> Result<&App, Problem> {
        self.0.as_ref().map_err(Problem::clone)
    }
}

/// Opens the window and returns when it is closed.
pub fn run() -> ExitCode {
    let command = Start::without_empty_variables(Arguments::command());
    let read = Arguments::from_arg_matches(&command.get_matches());
    let Arguments { start, link: _ } = read.unwrap_or_else(|error| error.exit());
    if let Some(why) = display::missing() {
        #[allow(clippy::print_stderr)] // there is no window to say it in
        {
            eprintln!("{why}");
        }
        return ExitCode::FAILURE;
    }
    Builder::default()
        // First, so that a second start does nothing but hand its link over.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| window::show(app)))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(commands::handler())
        .setup(move |app| {
            app.manage(Running::open(&start));
            app.manage(files::Files::default());
            window::open(app.handle())?;
            news::pass_on(app.handle());
            link::listen(app.handle());
            Ok(())
        })
        .build(tauri::generate_context!())
        .expect("the window's configuration was checked when it was built")
        .run(|_, event| {
            if let RunEvent::Exit = event {
                tracing::info!("closed");
            }
        });
    ExitCode::SUCCESS
}
