//! Looking for sends: every word must be somewhere in what a person sees of it.

use super::{
    OutboxError, Record,
    rows::{record, word},
};
use crate::{
    api::{HistoryPage, HistoryQuery, HistoryRow, Outcome, RecipientOutcome},
    explain::Code,
};
use rusqlite::{Connection, ToSql, params_from_iter};

/// What is searched, as SQL: recipients with their replies, subject, sender, last reply, problem.
const SEARCHED: &str = "lower(recipients || ' ' || subject || ' ' || profile_name || ' ' \
     || from_address || ' ' || message_id || ' ' || coalesce(reply, '') || ' ' || coalesce(problem, ''))";

/// The longest page, in rows.
const LONGEST_PAGE: u32 = 1_000;

pub(super) fn find(look: &Connection, query: &HistoryQuery) -> Result<HistoryPage, OutboxError> {
    let (condition, values) = condition(query);
    let values = || params_from_iter(values.iter().map(AsRef::as_ref));
    let count = |sql: &str| look.query_row(sql, values(), |row| row.get::<_, i64>(0));
    let found = count(&format!("SELECT count(*) FROM sends WHERE {condition}"))?;
    let (whose, ids) = whose(query);
    let total = format!("SELECT count(*) FROM sends WHERE {whose}");
    let total: i64 = look.query_row(&total, params_from_iter(ids), |row| row.get(0))?;
    let mut rows = look.prepare(&page(&condition, query))?;
    let rows = rows.query_map(values(), record)?.map(|row| Ok(row?.listed()));
    Ok(HistoryPage {
        rows: rows.collect::<Result<_, rusqlite::Error>>()?,
        found: found.try_into().unwrap_or_default(),
        total: total.try_into().unwrap_or_default(),
    })
}

/// The rows of a page, newest first.
pub(super) fn page(condition: &str, query: &HistoryQuery) -> String {
    format!(
        "SELECT id, profile, profile_name, started_at, took_ms, transport, from_address, recipients,
             subject, message_id, size, outcome, stage, reply, problem, NULL AS transcript, sandbox, draft
         FROM sends WHERE {condition} ORDER BY started_at DESC, rowid DESC LIMIT {} OFFSET {}",
        query.limit.min(LONGEST_PAGE),
        query.offset,
    )
}

/// The query as a condition with its values, in order.
fn condition(query: &HistoryQuery) -> (String, Vec<Box<dyn ToSql>>) {
    let (whose, ids) = whose(query);
    let mut parts = vec![whose];
    let mut values: Vec<Box<dyn ToSql>> =
        ids.into_iter().map(|id| Box::new(id) as Box<dyn ToSql>).collect();
    if let Some(transport) = query.transport {
        parts.push("transport = ?".into());
        values.push(Box::new(transport.as_str()));
    }
    if let Some(since) = query.since {
        parts.push("started_at >= ?".into());
        values.push(Box::new(since));
    }
    if !query.outcomes.is_empty() {
        parts.push(among("outcome", query.outcomes.len()));
        values.extend(query.outcomes.iter().map(|o| Box::new(word(*o)) as Box<dyn ToSql>));
    }
    for wanted in query.search.split_whitespace() {
        parts.push(format!("instr({SEARCHED}, ?) > 0"));
        values.push(Box::new(wanted.to_lowercase()));
    }
    (parts.join(" AND "), values)
}

/// Whose sends are looked for, as a condition with its values.
fn whose(query: &HistoryQuery) -> (String, Vec<String>) {
    match query.profile_ids.as_slice() {
        [] => ("1".to_owned(), Vec::new()),
        ids => (among("profile", ids.len()), ids.iter().map(ToString::to_string).collect()),
    }
}

fn among(column: &str, values: usize) -> String {
    format!("{column} IN ({})", vec!["?"; values].join(", "))
}

impl Record {
    /// As it stands in a list; its provider is for `app` to fill in.
    pub fn listed(&self) -> HistoryRow {
        HistoryRow {
            id: self.id,
            profile_id: self.profile,
            profile_name: self.profile_name.clone(),
            provider: None,
            started_at: self.started_at,
            elapsed_ms: self.took_ms,
            transport: self.transport,
            to: self.addressed(),
            subject: self.subject.clone(),
            outcome: self.outcome,
            result: self.result(),
            cancelled: self.problem.as_ref().is_some_and(|problem| problem.code == Code::Cancelled),
            sandbox: self.sandbox,
        }
    }

    fn addressed(&self) -> String {
        match self.recipients.as_slice() {
            [] => String::new(),
            [one] => one.address.clone(),
            [first, more @ ..] => format!("{} and {} more", first.address, more.len()),
        }
    }

    fn result(&self) -> String {
        let said = || self.problem.as_ref().map(|problem| problem.title.clone());
        let taken = |r: &&_| matches!(r, RecipientOutcome::Accepted);
        match self.outcome {
            Outcome::Sending => "Sending".into(),
            Outcome::Accepted => "Accepted".into(),
            Outcome::Partly => {
                let outcomes: Vec<_> = self.recipients.iter().map(|r| r.outcome).collect();
                let accepted = outcomes.iter().filter(taken).count();
                format!("Accepted for {accepted} of {}", outcomes.len())
            }
            Outcome::Refused => said().unwrap_or_else(|| "Refused".into()),
            Outcome::NotSent => said().unwrap_or_else(|| "Not sent".into()),
            Outcome::Uncertain => "May have been sent".into(),
        }
    }
}
