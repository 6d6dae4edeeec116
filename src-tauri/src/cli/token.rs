//! `token`

use super::{
    Cli, Done,
    columns::{columns, pair},
};
use crate::{api::TokenView, clock::Timestamp};
use clap::Args;
use serde::Serialize;

/// Shows what is held of a sender's sign-in; never the token.
#[derive(Debug, Args)]
pub(super) struct Token {
    /// Its name or id.
    profile: String,
}

/// What is held, and why no access token could be had.
#[derive(Debug, Serialize)]
struct Held<'a> {
    #[serde(flatten)]
    view: &'a TokenView,
    problem: Option<&'a crate::explain::Problem>,
}

impl Token {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let id = cli.app.find_profile(&self.profile).await?;
        // Access tokens are never stored: this process has none until it asks for one.
        let problem = cli.app.renew_token(id).await.err();
        let view = cli.app.token_view(id).await?;
        let held = Held { view: &view, problem: problem.as_ref() };
        cli.out.held(&held, || columns(&words(&view)), problem.as_ref());
        Ok(problem.map_or(0, |problem| problem.code.exit_code()))
    }
}

/// What was not granted, and what to do about it.
fn missing(view: &TokenView) -> String {
    match view.missing_scopes.as_slice() {
        [] => String::new(),
        missing => format!(
            "{}: sign in again and allow it; what is not asked there an administrator has to grant",
            missing.join(" ")
        ),
    }
}

fn opaque(view: &TokenView) -> &'static str {
    if view.opaque { "none: the token is opaque, only its provider can read it" } else { "" }
}

fn words(view: &TokenView) -> Vec<Vec<String>> {
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let mut lines = vec![
        pair("signed in", if view.signed_in { "yes" } else { "no" }),
        pair("account", view.account.clone().unwrap_or_default()),
        pair("tenant", view.tenant.clone().unwrap_or_default()),
        pair("app id", view.app_id.clone().unwrap_or_default()),
        pair("scopes", view.scopes.join(" ")),
        pair("not granted", missing(view)),
        pair("audience", view.audience.clone().unwrap_or_default()),
        pair("permissions", view.permissions.join(" ")),
        pair("claims", opaque(view)),
        pair("access token until", moment(view.access_expires_at)),
        pair("signed in at", moment(view.signed_in_at)),
        pair("renewed at", moment(view.refreshed_at)),
    ];
    lines.extend(view.claims.iter().map(|(name, value)| pair(name, value)));
    lines.retain(|line| !line[1].is_empty());
    lines
}
