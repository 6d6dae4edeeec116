//! What was sent, when, by which way, with what answer.

use super::App;
use crate::{
    api::{HistoryDetail, HistoryPage, HistoryQuery},
    explain::Problem,
    profile::{ProfileId, Provider},
};
use std::collections::HashMap;
use uuid::Uuid;

impl App {
    /// A page of the sends that fit `query`, newest first.
    pub async fn history(&self, query: HistoryQuery) -> Result<HistoryPage, Problem> {
        self.beside(move |inner| {
            let mut page = inner.outbox.find(&query)?;
            let providers = inner.providers()?;
            for row in &mut page.rows {
                row.provider = row.profile_id.and_then(|id| providers.get(&id).copied());
            }
            Ok(page)
        })
        .await
    }

    /// One send with all its evidence.
    pub async fn history_detail(&self, id: Uuid) -> Result<HistoryDetail, Problem> {
        self.beside(move |inner| {
            let record = inner.outbox.get(id)?;
            let mut row = record.listed();
            let providers = inner.providers()?;
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
}

impl super::Inner {
    /// The providers of all senders that have one.
    fn providers(&self) -> Result<HashMap<ProfileId, Provider>, Problem> {
        self.store.look(|rows| {
            let registrations = rows.registrations()?;
            let of = |id| registrations.iter().find(|r| r.id == id).map(|r| r.provider);
            let profiles = rows.profiles()?;
            Ok(profiles.iter().filter_map(|p| Some((p.id, of(p.registration?)?))).collect())
        })
    }
}
