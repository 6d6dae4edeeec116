//! `export`

use super::{Cli, Done};
use clap::Args;
use serde_json::json;

/// Writes senders and their app registrations as a file for `apply`, without secrets.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Names or ids; everything when left out.
    #[arg(value_name = "PROFILE")]
    profiles: Vec<String>,
}

impl Export {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let mut ids = Vec::new();
        for asked in &self.profiles {
            ids.push(cli.app.find_profile(asked).await?);
        }
        let toml = cli.app.export(ids).await?;
        cli.out.file(&json!({ "toml": toml }), &toml);
        Ok(0)
    }
}
