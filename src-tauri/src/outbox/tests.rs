mod drafts;
mod found;

use super::*;
use crate::{
    api::{RecipientOutcome, RecipientReport},
    explain::{Code, Problem},
};
use std::time::Duration;

/// When each world's clock stands at first.
const START: i64 = 1_795_000_000;

struct World {
    dir: tempfile::TempDir,
    clock: Clock,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Paths::at(dir.path()).create().unwrap();
        Self { dir, clock: Clock::set_to(Timestamp::from_unix(START).unwrap()) }
    }

    /// A process of its own, as far as the outbox can tell.
    fn open(&self) -> Outbox {
        let paths = Paths::at(self.dir.path());
        let db = Db::open(&paths.database()).unwrap();
        Outbox::open(db, self.clock.clone(), &paths).unwrap()
    }
}

fn recipient(address: &str, outcome: RecipientOutcome) -> RecipientReport {
    RecipientReport { address: address.into(), outcome, reply: None }
}

fn beginning(subject: &str, to: &str) -> Beginning {
    Beginning {
        id: Uuid::new_v4(),
        profile: ProfileId::new(),
        profile_name: "Invoices".into(),
        transport: Transport::Smtp,
        from: "invoices@kestrel.example".into(),
        recipients: vec![recipient(to, RecipientOutcome::NotSent)],
        subject: subject.into(),
        message_id: "<1@kestrel.example>".into(),
        size: 42,
        sandbox: false,
    }
}

fn ending(outcome: Outcome) -> Ending {
    Ending {
        started_at: Timestamp::from_unix(START).unwrap(),
        outcome,
        stage: "message".into(),
        recipients: vec![recipient("ana@example.org", RecipientOutcome::Accepted)],
        reply: Some("250 2.0.0 OK".into()),
        problem: None,
        transcript: Vec::new(),
        took_ms: 812,
    }
}

#[test]
fn one_send_ends_and_the_next_begins_together() {
    let outbox = World::new().open();
    let (first, next) = (beginning("1", "ana@example.org"), beginning("2", "ana@example.org"));
    outbox.begin(&first).unwrap();
    outbox.turn(first.id, &ending(Outcome::Accepted), &next).unwrap().unwrap();
    assert_eq!(outbox.get(first.id).unwrap().outcome, Outcome::Accepted);
    assert_eq!(outbox.get(next.id).unwrap().outcome, Outcome::Sending);
}

#[test]
fn an_end_is_written_down_although_the_next_cannot_begin() {
    let outbox = World::new().open();
    let (first, repeated) = (beginning("1", "ana@example.org"), beginning("2", "ana@example.org"));
    outbox.begin(&first).unwrap();
    outbox.begin(&repeated).unwrap();
    let refused = outbox.turn(first.id, &ending(Outcome::Accepted), &repeated);
    assert!(matches!(refused, Ok(Err(OutboxError::Repeated(id))) if id == repeated.id));
    assert_eq!(outbox.get(first.id).unwrap().outcome, Outcome::Accepted);
}

#[test]
fn an_end_that_is_lost_is_not_taken_for_a_next_that_cannot_begin() {
    let outbox = World::new().open();
    let (first, next) = (beginning("1", "ana@example.org"), beginning("2", "ana@example.org"));
    outbox.begin(&first).unwrap();
    let drop_table = |change: &rusqlite::Transaction<'_>| {
        Ok::<_, OutboxError>(change.execute_batch("DROP TABLE sends")?)
    };
    outbox.db.change(drop_table).unwrap();
    let lost = outbox.turn(first.id, &ending(Outcome::Accepted), &next);
    assert!(matches!(lost, Err(OutboxError::Db(_))), "{lost:?}");
}

#[test]
fn a_pace_counts_from_when_a_message_had_its_turn_and_each_way_on_its_own() {
    let world = World::new();
    let outbox = world.open();
    let start = world.clock.now();
    let send = |transport, outcome, waited| {
        let send = Beginning { transport, ..beginning("1", "ana@example.org") };
        outbox.begin(&send).unwrap();
        let started_at = start.after(Duration::from_secs(waited));
        outbox.end(send.id, &Ending { started_at, ..ending(outcome) }).unwrap();
        send.profile
    };
    let begun = |profile, via| {
        let since = outbox.begun_since(profile, via, start.after(Duration::from_secs(1)));
        since.unwrap().into_iter().map(|begun| begun.since(start).as_secs()).collect::<Vec<_>>()
    };
    let accepted = send(Transport::Smtp, Outcome::Accepted, 3);
    assert_eq!(begun(accepted, Transport::Smtp), [3], "not when it was written down");
    assert!(begun(accepted, Transport::Graph).is_empty());
    let refused = send(Transport::Graph, Outcome::Refused, 5);
    assert_eq!(begun(refused, Transport::Graph), [5], "the server had it to deal with");
    assert!(begun(send(Transport::Smtp, Outcome::NotSent, 5), Transport::Smtp).is_empty());
}

#[test]
fn a_send_is_written_down_before_and_after() {
    let outbox = World::new().open();
    let send = beginning("Your order", "ana@example.org");
    outbox.begin(&send).unwrap();
    assert_eq!(outbox.get(send.id).unwrap().outcome, Outcome::Sending);
    outbox.end(send.id, &ending(Outcome::Accepted)).unwrap();
    let record = outbox.get(send.id).unwrap();
    assert_eq!((record.outcome, record.took_ms), (Outcome::Accepted, Some(812)));
    assert_eq!(record.reply.as_deref(), Some("250 2.0.0 OK"));
}

#[test]
fn the_same_send_begins_once() {
    let outbox = World::new().open();
    let send = beginning("Your order", "ana@example.org");
    outbox.begin(&send).unwrap();
    assert!(matches!(outbox.begin(&send), Err(OutboxError::Repeated(id)) if id == send.id));
}

#[test]
fn an_outcome_is_given_once() {
    let outbox = World::new().open();
    let send = beginning("Your order", "ana@example.org");
    outbox.begin(&send).unwrap();
    outbox.end(send.id, &ending(Outcome::Accepted)).unwrap();
    outbox.end(send.id, &ending(Outcome::NotSent)).unwrap();
    assert_eq!(outbox.get(send.id).unwrap().outcome, Outcome::Accepted);
}

#[test]
fn a_send_that_is_taken_back_leaves_no_row_and_one_that_has_ended_stays() {
    let outbox = World::new().open();
    let (unsent, sent) = (beginning("1", "ana@example.org"), beginning("2", "ana@example.org"));
    outbox.begin(&unsent).unwrap();
    outbox.begin(&sent).unwrap();
    outbox.end(sent.id, &ending(Outcome::Accepted)).unwrap();
    outbox.withdraw(unsent.id).unwrap();
    outbox.withdraw(sent.id).unwrap();
    assert!(matches!(outbox.get(unsent.id), Err(OutboxError::Unknown(id)) if id == unsent.id));
    assert_eq!(outbox.get(sent.id).unwrap().outcome, Outcome::Accepted);
}

#[test]
fn a_send_cut_off_by_a_crash_is_uncertain_on_the_next_start() {
    let world = World::new();
    let crashed = world.open();
    let send = beginning("Your order", "ana@example.org");
    crashed.begin(&send).unwrap();
    drop(crashed);
    let next = world.open();
    let record = next.get(send.id).unwrap();
    assert_eq!(record.outcome, Outcome::Uncertain);
    assert_eq!(record.recipients[0].outcome, RecipientOutcome::Uncertain);
    next.end(send.id, &ending(Outcome::Accepted)).unwrap();
    assert_eq!(next.get(send.id).unwrap().outcome, Outcome::Uncertain, "nobody may guess later");
}

#[test]
fn an_uncertain_send_of_any_process_is_unseen_until_the_person_was_shown_it() {
    let world = World::new();
    let crashed = world.open();
    let cut_off = beginning("1", "ana@example.org");
    crashed.begin(&cut_off).unwrap();
    drop(crashed);
    let (command_line, window) = (world.open(), world.open());
    let [unanswered, accepted] = [Outcome::Uncertain, Outcome::Accepted].map(|outcome| {
        let send = beginning("2", "ana@example.org");
        command_line.begin(&send).unwrap();
        command_line.end(send.id, &ending(outcome)).unwrap();
        send.id
    });
    let mut unseen = window.unseen().unwrap();
    unseen.sort();
    let mut uncertain = [cut_off.id, unanswered];
    uncertain.sort();
    assert_eq!(unseen, uncertain);
    window.saw(&[cut_off.id, accepted]).unwrap();
    assert_eq!(world.open().unseen().unwrap(), [unanswered], "in the next run, too");
    assert_eq!(window.get(cut_off.id).unwrap().outcome, Outcome::Uncertain);
}

#[test]
fn unseen_sends_are_found_without_reading_all_others() {
    let outbox = World::new().open();
    let explain = format!("EXPLAIN QUERY PLAN SELECT id FROM sends WHERE {}", unseen::UNSEEN);
    let plan = outbox.db.look(|look| {
        Ok::<_, OutboxError>(look.query_row(&explain, [], |row| row.get::<_, String>("detail"))?)
    });
    assert_eq!(plan.unwrap(), "SCAN sends USING INDEX sends_unseen");
}

#[test]
fn a_send_of_a_living_process_is_left_alone() {
    let world = World::new();
    let busy = world.open();
    let send = beginning("Your order", "ana@example.org");
    busy.begin(&send).unwrap();
    let second = world.open();
    assert_eq!(second.get(send.id).unwrap().outcome, Outcome::Sending);
    busy.end(send.id, &ending(Outcome::Accepted)).unwrap();
    assert_eq!(second.get(send.id).unwrap().outcome, Outcome::Accepted);
}

#[test]
fn old_sends_are_forgotten_except_one_under_way_and_one_whose_end_nobody_was_told() {
    let world = World::new();
    let outbox = world.open();
    let sent = |outcome| {
        let send = beginning("a", "a@example.org");
        outbox.begin(&send).unwrap();
        let started_at = world.clock.now();
        outbox.end(send.id, &Ending { started_at, ..ending(outcome) }).unwrap();
        send.id
    };
    let under_way = beginning("b", "b@example.org");
    outbox.begin(&under_way).unwrap();
    let [accepted, uncertain] = [Outcome::Accepted, Outcome::Uncertain].map(sent);
    let kept = || [accepted, uncertain, under_way.id].map(|id| outbox.get(id).is_ok());
    world.clock.advance(91 * A_DAY);
    sent(Outcome::Accepted);
    world.clock.advance(A_DAY);
    outbox.forget_old_in_passing(90 * A_DAY).unwrap();
    assert_eq!(kept(), [false, true, true]);
    outbox.saw(&[uncertain]).unwrap();
    assert_eq!(outbox.forget_old(90 * A_DAY).unwrap(), 1);
    assert_eq!(kept(), [false, false, true]);
}

#[test]
fn a_clock_that_is_ahead_for_less_than_a_day_makes_nothing_old_even_if_something_is_sent() {
    let world = World::new();
    let outbox = world.open();
    let send = beginning("before", "a@example.org");
    outbox.begin(&send).unwrap();
    outbox.end(send.id, &ending(Outcome::Accepted)).unwrap();
    world.clock.advance(400 * A_DAY);
    assert_eq!(outbox.forget_old(90 * A_DAY).unwrap(), 0, "nothing newer is there");
    outbox.begin(&beginning("meanwhile", "a@example.org")).unwrap();
    assert_eq!(outbox.forget_old(90 * A_DAY).unwrap(), 0);
    let right = Outbox { clock: Clock::set_to(Timestamp::from_unix(START).unwrap()), ..outbox };
    right.clock.advance(2 * A_DAY);
    assert_eq!(
        right.forget_old(90 * A_DAY).unwrap(),
        0,
        "what is dated in the future says nothing"
    );
}

#[test]
fn what_is_under_way_and_the_newest_sends_are_found_without_reading_all_others() {
    let plan = |sql: &str| {
        let outbox = World::new().open();
        let steps = outbox.db.look(|look| {
            let mut steps = look.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let steps = steps.query_map([], |row| row.get::<_, String>("detail"))?;
            Ok::<_, OutboxError>(steps.collect::<Result<Vec<_>, _>>()?)
        });
        steps.unwrap().join("; ")
    };
    assert_eq!(plan(WORKERS), "SCAN sends USING COVERING INDEX sends_under_way");
    let newest = search::page("1", &HistoryQuery::all());
    assert_eq!(plan(&newest), "SCAN sends USING INDEX sends_by_time");
}
