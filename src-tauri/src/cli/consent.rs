//! `consent`

mod admin;

use super::{Cli, Done, interrupt::interrupted, out::note, show::other_account};
use crate::{
    api::{
        BeginConsent, ConsentAnswer, ConsentNews, ConsentRoute, ConsentStep, ConsentView,
        DeviceCode, News,
    },
    explain::{Code, Problem},
};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::{
    io::{self, BufRead as _},
    pin::pin,
    thread,
};
use tokio::sync::{broadcast, mpsc};

/// Signs a sender in: a person allows it in the browser.
#[derive(Debug, Args)]
pub(super) struct Consent {
    /// Its name or id; with --admin also those of an app registration.
    profile: String,
    /// Asks an administrator to allow the app for the whole organisation, and signs nobody in.
    #[arg(long)]
    admin: bool,
    /// How the answer comes back; as the app registration says when left out.
    #[arg(long, value_enum)]
    route: Option<Route>,
    /// Prints the address without opening the browser.
    #[arg(long)]
    no_browser: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Route {
    /// To a port of this computer.
    Loopback,
    /// By a link of the scheme org.sendright.app.
    DeepLink,
    /// The final address is pasted on stdin.
    Paste,
    /// A code is shown, and typed in a browser on any device.
    Device,
}

impl Consent {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let route = self.route.map(|route| match route {
            Route::Loopback => ConsentRoute::Loopback,
            Route::DeepLink => ConsentRoute::DeepLink,
            Route::Paste => ConsentRoute::Paste,
            Route::Device => ConsentRoute::Device,
        });
        if self.admin {
            return admin::run(cli, &self.profile, route, !self.no_browser).await;
        }
        let profile_id = cli.app.find_profile(&self.profile).await?;
        let (news, ctrl_c) = (cli.app.news(), interrupted());
        let asked = BeginConsent { profile_id, route, open_browser: !self.no_browser };
        let view = cli.app.begin_consent(asked).await?;
        match &view.device {
            Some(code) => cli.out.event("device", &to_type(&view, code), || typing(&view, code)),
            None => cli.out.event("open", &view, || opening(&view)),
        }
        if let Some(words) = &view.note {
            note(words);
        }
        let ended = watch(cli, &view, news, ctrl_c).await;
        cli.app.browsers_served().await;
        let account = ended?;
        let words = || match &account {
            Some(account) => format!("Signed in as {account}."),
            None => "Signed in.".to_owned(),
        };
        let other = other_account(&cli.app.get_profile(profile_id).await?);
        let result = json!({ "ok": true, "account": account, "note": other, "problem": null });
        cli.out.event("result", &result, words);
        note(other.unwrap_or_default());
        Ok(0)
    }
}

/// What a program has to know to have a code typed.
fn to_type(view: &ConsentView, code: &DeviceCode) -> Value {
    json!({
        "id": view.id, "profile_id": view.profile_id,
        "verification_uri": code.verification_uri, "user_code": code.user_code,
        "verification_uri_complete": code.verification_uri_complete,
        "expires_at": view.ends_at, "login_hint": view.login_hint, "scopes": view.scopes,
    })
}

fn typing(view: &ConsentView, code: &DeviceCode) -> String {
    let DeviceCode { user_code, verification_uri, verification_uri_complete } = code;
    let complete = verification_uri_complete
        .as_ref()
        .map(|uri| format!("\nThe same page with the code in it:\n  {uri}"))
        .unwrap_or_default();
    format!(
        "In a browser on any device, open\n  {verification_uri}\nand type the code\n  {user_code}\nSign \
         in as {}. The code runs out at {}.{complete}",
        view.login_hint, view.ends_at,
    )
}

fn opening(view: &ConsentView) -> String {
    let then = match view.route {
        ConsentRoute::Loopback | ConsentRoute::Device => "",
        ConsentRoute::DeepLink | ConsentRoute::Paste => {
            "\nThen paste the address where the browser ended, and press Enter."
        }
    };
    format!("Open this address to sign in as {}:\n{}{then}", view.login_hint, view.url)
}

/// Follows a consent to its end; the account that signed in, where the provider says.
async fn watch(
    cli: &Cli,
    view: &ConsentView,
    mut news: broadcast::Receiver<News>,
    ctrl_c: impl Future<Output = ()>,
) -> Result<Option<String>, Problem> {
    let mut pasted = match view.route {
        ConsentRoute::Loopback | ConsentRoute::Device => None,
        ConsentRoute::DeepLink | ConsentRoute::Paste => Some(lines_of_stdin()),
    };
    let (mut account, mut stopped) = (None, false);
    let mut ctrl_c = pin!(ctrl_c);
    loop {
        tokio::select! {
            told = news.recv() => match told {
                Ok(News::Consent(step)) if step.consent_id == view.id => {
                    let ended = told_step(cli, view.route, step, &mut account);
                    if let Some(ended) = ended {
                        return ended.map(|()| account);
                    }
                }
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return Err(lost()),
            },
            line = next(&mut pasted) => {
                let over = match line {
                    Some(text) => answer(cli, view, text).await,
                    None => cli.app.cancel_consent(view.id).await.map(|()| true)?,
                };
                if over {
                    pasted = None; // nothing more is read: that the input ends cancels nothing any more
                }
            },
            () = &mut ctrl_c, if !stopped => {
                stopped = true;
                cli.app.cancel_consent(view.id).await?;
            }
        }
    }
}

/// Prints a step; when it was the last one, how it ended.
fn told_step(
    cli: &Cli,
    route: ConsentRoute,
    step: ConsentNews,
    account: &mut Option<String>,
) -> Option<Result<(), Problem>> {
    let words = match step.step {
        ConsentStep::Waiting if route == ConsentRoute::Device => {
            "Waiting for the code to be typed…"
        }
        ConsentStep::Waiting => "Waiting for the browser…",
        ConsentStep::CodeReceived => "The answer is here.",
        ConsentStep::TokensStored => "The tokens are in the vault.",
        ConsentStep::Opened | ConsentStep::IdentityChecked | ConsentStep::Done => "",
        ConsentStep::Failed | ConsentStep::Cancelled => {
            return Some(Err(step.problem.unwrap_or_else(lost)));
        }
    };
    cli.out.event("step", &step, String::new);
    for words in [Some(words), step.note.as_deref()].into_iter().flatten() {
        if step.step != ConsentStep::IdentityChecked {
            note(words);
        }
    }
    if let Some(problem) = &step.problem {
        cli.out.problem(problem);
    }
    if step.step == ConsentStep::IdentityChecked {
        account.clone_from(&step.note);
    }
    (step.step == ConsentStep::Done).then_some(Ok(()))
}

/// Hands in what was pasted; whether it was taken. What is no answer is said, and another one may
/// follow.
async fn answer(cli: &Cli, view: &ConsentView, text: String) -> bool {
    if text.trim().is_empty() {
        return false;
    }
    let pasted = ConsentAnswer { consent_id: view.id, text };
    let taken = cli.app.answer_consent(pasted).await;
    taken.map_err(|problem| cli.out.problem(&problem)).is_ok()
}

/// What is typed or piped in, line by line. The thread ends with the program: nothing can interrupt
/// it while it reads.
fn lines_of_stdin() -> mpsc::Receiver<String> {
    let (give, take) = mpsc::channel(1);
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if give.blocking_send(line).is_err() {
                break;
            }
        }
    });
    take
}

/// The next line; never, when nobody is read from. `None`: there will be no more.
async fn next(lines: &mut Option<mpsc::Receiver<String>>) -> Option<String> {
    match lines {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}

fn lost() -> Problem {
    Problem::new(
        Code::Unexplained,
        "The sign-in ended without saying how",
        "This is a fault in Sendright. Try again.",
    )
}
