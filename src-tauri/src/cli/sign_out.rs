//! `sign-out`

use super::{Cli, Done};
use crate::api::SignOutReport;
use clap::Args;

/// Forgets a sender's tokens, and revokes them where the provider can.
#[derive(Debug, Args)]
pub(super) struct SignOut {
    /// Its name or id.
    profile: String,
}

impl SignOut {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let id = cli.app.find_profile(&self.profile).await?;
        let report = cli.app.sign_out(id).await?;
        cli.out.held(&report, || words(&report), report.problem.as_ref());
        Ok(report.problem.map_or(0, |problem| problem.code.exit_code()))
    }
}

fn words(report: &SignOutReport) -> String {
    match (report.revoked, &report.end_access_at) {
        (true, _) => "Signed out, and the tokens are revoked.".to_owned(),
        (false, None) => "Signed out.".to_owned(),
        (false, Some(page)) => format!(
            "Signed out. This provider lets no program revoke tokens; to end the app's access, go to \
             {page}"
        ),
    }
}
