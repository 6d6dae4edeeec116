//! `remove`

use super::{Cli, Done};
use crate::{
    api::RegistrationView,
    profile::{ProfileId, RegistrationId},
};
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
        let is_app = |one: &RegistrationView| one.settings.id == Some(RegistrationId(owner));
        let backed_up = if registrations.iter().any(is_app) {
            cli.app.remove_registration(RegistrationId(owner)).await?;
            Vec::new()
        } else {
            cli.app.remove_profile_for_good(ProfileId(owner)).await?
        };
        let result = json!({ "removed": owner, "was_backup_of": backed_up });
        cli.out.result(&result, || words(&self.profile, &backed_up));
        Ok(0)
    }
}

fn words(removed: &str, backed_up: &[String]) -> String {
    let removed = format!("Removed {removed}, with its secrets.");
    match backed_up {
        [] => removed,
        names => {
            format!("{removed} It was the backup of {}, which have none now.", names.join(", "))
        }
    }
}
