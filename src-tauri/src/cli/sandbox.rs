//! `sandbox`

use super::{Cli, Done, interrupt::interrupted, out::note};
use clap::Args;
use serde_json::json;

/// Runs a mail world on this computer: identity provider, SMTP, Graph, one inbox.
#[derive(Debug, Args)]
pub(super) struct Sandbox {
    /// Listens on the ports from N on; on free ones when left out.
    #[arg(long, value_name = "N")]
    port_base: Option<u16>,
}

impl Sandbox {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let at = cli.app.run_sandbox(self.port_base).await?;
        let addresses = json!({
            "authority": at.authority,
            "tenant": at.tenant,
            "authorize_endpoint": at.authorize_endpoint,
            "token_endpoint": at.token_endpoint,
            "device_endpoint": at.device_endpoint,
            "graph_url": at.graph_url,
            "smtp_host": at.smtp_host,
            "smtp_starttls_port": at.smtp_starttls_port,
            "smtp_tls_port": at.smtp_tls_port,
            "ca_file": at.ca_file,
            "inbox": at.inbox,
            "user": at.user,
            "password": at.password,
            "desktop_client_id": at.desktop_client_id,
            "web_client_id": at.web_client_id,
            "web_client_secret": at.web_client_secret,
        });
        cli.out.result(&addresses, format!("{addresses:#}"));
        note(
            "The sandbox runs until you press Ctrl-C. It is not Microsoft, and nothing leaves it.",
        );
        interrupted().await;
        Ok(0)
    }
}
