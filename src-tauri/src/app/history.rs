//! What was sent, when, by which way, with what answer.

use super::App;
use crate::{
    api::{
        HistoryDetail, HistoryPage, HistoryQuery, Outcome, RecipientOutcome, RecipientReport,
        SendReport,
    },
    explain::Problem,
    profile::ProfileId,
};
use uuid::Uuid;

impl App {
    /// A page of the sends that fit `query`, newest first.
    pub async fn history(&self, query: HistoryQuery) -> Result<HistoryPage, Problem> {
        self.beside(move |inner| {
            let mut page = inner.outbox.find(&query)?;
            let providers = inner.store.look(|rows| rows.providers())?;
            for row in &mut page.rows {
                row.provider = row.profile_id.and_then(|id| providers.get(&id).copied());
            }
            Ok(page)
        })
        .await
    }

    /// The senders whose history a person means by `asked`: the one of that name or id, and those that
    /// had it and are removed.
    pub async fn find_senders_of_history(&self, asked: &str) -> Result<Vec<ProfileId>, Problem> {
        let asked = asked.to_owned();
        self.beside(move |inner| {
            let sent = inner.outbox.senders_called(&asked)?;
            inner.store.look(|rows| {
                let known = rows.profile_id(&asked);
                let there = rows.profile_ids()?;
                let gone = sent.into_iter().filter(|id| !there.contains(id));
                let all: Vec<_> = known.as_ref().ok().copied().into_iter().chain(gone).collect();
                match known {
                    Err(unknown) if all.is_empty() => Err(unknown.into()),
                    _ => Ok(all),
                }
            })
        })
        .await
    }

    /// One send with all its evidence.
    pub async fn history_detail(&self, id: Uuid) -> Result<HistoryDetail, Problem> {
        self.beside(move |inner| {
            let record = inner.outbox.get(id)?;
            let mut row = record.listed();
            let providers = inner.store.look(|rows| rows.providers())?;
            row.provider = row.profile_id.and_then(|id| providers.get(&id).copied());
            Ok(HistoryDetail {
                row,
                from: record.from,
                message_id: record.message_id,
                size: record.size,
                stage: record.stage,
                recipients: record.recipients,
                reply: record.reply,
                problem: record.problem,
                transcript: record.transcript,
                draft_left: record.draft_left,
            })
        })
        .await
    }

    /// The sends whose end nobody knows, and that the person was not shown yet: of every process and
    /// of every run.
    pub async fn unseen_uncertain(&self, (): ()) -> Result<Vec<Uuid>, Problem> {
        self.beside(|inner| Ok(inner.outbox.unseen()?)).await
    }

    /// The person was shown `sends`, and is not told of them again.
    pub async fn saw_uncertain(&self, sends: Vec<Uuid>) -> Result<(), Problem> {
        self.beside(move |inner| Ok(inner.outbox.saw(&sends)?)).await
    }

    /// The report of a send whose answer nobody waits for, because of `problem`. Its row stays as it is:
    /// the next start calls it uncertain. Where it cannot be read, `problem` is all there is to say.
    pub async fn in_doubt(&self, id: Uuid, problem: Problem) -> Result<SendReport, Problem> {
        let read = self.beside(move |inner| Ok(inner.outbox.get(id)?)).await;
        let Ok(record) = read else { return Err(problem) };
        let took = self.0.clock.now().since(record.started_at);
        let uncertain = |one| RecipientReport { outcome: RecipientOutcome::Uncertain, ..one };
        Ok(SendReport {
            id,
            outcome: Outcome::Uncertain,
            message_id: record.message_id,
            transport: record.transport,
            recipients: record.recipients.into_iter().map(uncertain).collect(),
            reply: None,
            stage: "message".to_owned(),
            elapsed_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            problem: Some(problem),
            note: None,
        })
    }
}
