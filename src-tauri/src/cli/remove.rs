//! `remove`

use super::{Cli, Done};
use crate::profile::{ProfileId, RegistrationId};
use clap::Args;
use serde_json::json;

/// Removes a sender, or an app registration that no sender uses, with its secrets.
#[derive(Debug, Args)]
pub(super) struct Remove {
    /// Its name or id.
    profile: String,
}

impl Remove {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let owner = cli.app.find_owner(&self.profile).await?;
        let registrations = cli.app.list_registrations(()).await?;
        if registrations.iter().any(|one| one.settings.id == Some(RegistrationId(owner))) {
            cli.app.remove_registration(RegistrationId(owner)).await?;
        } else {
            cli.app.remove_profile_for_good(ProfileId(owner)).await?;
        }
        let words = || format!("Removed {}, with its secrets.", self.profile);
        cli.out.result(&json!({ "removed": owner }), words);
        Ok(0)
    }
}
