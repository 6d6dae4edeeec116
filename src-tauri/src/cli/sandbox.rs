//! `sandbox`

use super::{Cli, Done, interrupt::interrupted, out::note};
use clap::Args;
use serde_json::json;

/// Runs a mail world on this computer: identity provider, SMTP, Graph, IMAP, one inbox.
#[derive(Debug, Args)]
pub(super) struct Sandbox {
    /// Listens on six ports from N on; on free ones when left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=65_530))]
    port_base: Option<u16>,
}

impl Sandbox {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let at = cli.app.run_sandbox(self.port_base).await?;
        let addresses = json!(at);
        cli.out.result(&addresses, || format!("{addresses:#}"));
        note(
            "The sandbox runs until you press Ctrl-C. It is not Microsoft, and nothing leaves it.",
        );
        interrupted().await;
        Ok(0)
    }
}
