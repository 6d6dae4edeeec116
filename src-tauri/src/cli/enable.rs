//! `enable` and `disable`

use super::{Cli, Done};
use crate::api::SetEnabled;
use clap::Args;
use serde_json::json;

/// Switches a sender on.
#[derive(Debug, Args)]
pub(super) struct Enable {
    /// Its name or id.
    profile: String,
}

/// Switches a sender off: it sends nothing until it is switched on.
#[derive(Debug, Args)]
pub(super) struct Disable {
    /// Its name or id.
    profile: String,
}

impl Enable {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        set(cli, &self.profile, true).await
    }
}

impl Disable {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        set(cli, &self.profile, false).await
    }
}

async fn set(cli: &Cli, asked: &str, enabled: bool) -> Done {
    let id = cli.app.find_profile(asked).await?;
    cli.app.set_enabled(SetEnabled { id, enabled }).await?;
    let words = if enabled { "Switched on." } else { "Switched off." };
    cli.out.result(&json!({ "id": id, "enabled": enabled }), || words.to_owned());
    Ok(0)
}
