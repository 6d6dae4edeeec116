//! `sign-out`

use super::{Cli, Done};
use clap::Args;
use serde_json::json;

/// Forgets a sender's tokens, and revokes them where the provider can.
#[derive(Debug, Args)]
pub(super) struct SignOut {
    /// Its name or id.
    profile: String,
}

impl SignOut {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let id = cli.app.find_profile(&self.profile).await?;
        cli.app.sign_out(id).await?;
        cli.out.result(&json!({ "id": id, "signed_in": false }), "Signed out.");
        Ok(0)
    }
}
