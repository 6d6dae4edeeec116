//! `history` and `history show`

use super::{
    Cli, Done,
    columns::{columns, pair},
};
use crate::{
    api::{HistoryDetail, HistoryPage, HistoryQuery, HistoryRow, Outcome, Side, TranscriptLine},
    profile::Transport,
};
use clap::{Args, Subcommand};
use uuid::Uuid;

/// Lists what was sent, when, by which way, with what answer.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct History {
    /// Only this sender's: its name or id, also of one that is removed.
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Only what has all these words in sender, recipient, subject, message id, reply or problem.
    #[arg(long, value_name = "WORDS", default_value = "")]
    search: String,
    /// At most so many, newest first.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u32,
    #[command(subcommand)]
    one: Option<One>,
}

#[derive(Debug, Subcommand)]
enum One {
    /// Shows one send with the whole conversation.
    ///
    /// What it shows you of a message that may have been sent, or not, the window does not tell you
    /// again; with `--json` it does.
    Show {
        /// Its id.
        id: Uuid,
    },
}

impl History {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        if let Some(One::Show { id }) = self.one {
            return show(cli, id).await;
        }
        let profile_ids = match &self.profile {
            Some(asked) => cli.app.find_senders_of_history(asked).await?,
            None => Vec::new(),
        };
        let page = cli
            .app
            .history(HistoryQuery {
                profile_ids,
                search: self.search,
                outcomes: Vec::new(),
                transport: None::<Transport>,
                since: None,
                limit: self.limit,
                offset: 0,
            })
            .await?;
        cli.out.result(&page, || list(&page));
        Ok(0)
    }
}

async fn show(cli: &Cli, id: Uuid) -> Done {
    let detail = cli.app.history_detail(id).await?;
    cli.out.result(&detail, || words(&detail));
    if detail.row.outcome == Outcome::Uncertain && cli.out.was_read() {
        cli.app.saw_uncertain(vec![id]).await?;
    }
    Ok(0)
}

fn list(page: &HistoryPage) -> String {
    if page.rows.is_empty() {
        let nothing = if page.total == 0 { "Nothing was sent yet." } else { "Nothing fits." };
        return nothing.to_owned();
    }
    columns(&page.rows.iter().map(row).collect::<Vec<_>>())
}

fn row(row: &HistoryRow) -> Vec<String> {
    vec![
        row.started_at.to_string(),
        row.result.clone(),
        row.profile_name.clone(),
        row.transport.to_string(),
        row.to.clone(),
        row.subject.clone(),
        row.id.to_string(),
    ]
}

/// One send with the whole conversation.
pub(super) fn words(detail: &HistoryDetail) -> String {
    let mut lines = vec![
        pair("id", detail.row.id.to_string()),
        pair("result", &detail.row.result),
        pair("sender", &detail.row.profile_name),
        pair("from", &detail.from),
        pair("subject", &detail.row.subject),
        pair("message-id", &detail.message_id),
        pair("started", detail.row.started_at.to_string()),
        pair("transport", detail.row.transport.to_string()),
        pair("stage", &detail.stage),
    ];
    for to in &detail.recipients {
        let said = to.reply.as_deref().unwrap_or("no reply");
        lines.push(pair("to", format!("{}: {said}", to.address)));
    }
    if detail.draft_left {
        let told = "may still be in the mailbox; the next send by Graph removes it";
        lines.push(pair("draft", told));
    }
    let problem = detail.problem.as_ref();
    lines.extend(problem.map(|problem| pair("problem", &problem.title)));
    let said = problem.and_then(|problem| problem.said.as_deref());
    lines.extend(said.map(|said| pair("said", said.lines().collect::<Vec<_>>().join(" "))));
    let said: Vec<_> = detail.transcript.iter().map(line).collect();
    format!("{}\n\n{}", columns(&lines), said.join("\n"))
}

fn line(TranscriptLine { at_ms, side, text, .. }: &TranscriptLine) -> String {
    let side = match side {
        Side::Client => "C:",
        Side::Server => "S:",
        Side::Note => "--",
    };
    format!("{at_ms:>6} ms {side} {text}")
}
