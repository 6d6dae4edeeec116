//! `duplicate`

use super::{Cli, Done};
use clap::Args;

/// Copies a sender, without its secrets and its sign-in.
#[derive(Debug, Args)]
pub(super) struct Duplicate {
    /// Its name or id.
    profile: String,
}

impl Duplicate {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let id = cli.app.find_profile(&self.profile).await?;
        let copy = cli.app.duplicate_profile(id).await?;
        let row = cli.app.get_profile(copy).await?.row;
        let words = || format!("Made {}. It has no secrets and no sign-in yet.", row.name);
        cli.out.result(&row, words);
        Ok(0)
    }
}
