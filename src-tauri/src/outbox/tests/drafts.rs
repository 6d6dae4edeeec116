//! Drafts that are left behind.

use super::*;
use crate::transport::graph::Leftover;

#[test]
#[rustfmt::skip]
fn a_draft_that_was_left_behind_settles_what_became_of_its_send() {
    let table = [
        // how it ended        what became of the draft  what is known then
        (Outcome::Uncertain, Leftover::Removed,  Outcome::NotSent),
        (Outcome::Uncertain, Leftover::WasSent,  Outcome::Accepted),
        (Outcome::Uncertain, Leftover::Gone,     Outcome::Uncertain),
        (Outcome::Refused,   Leftover::Removed,  Outcome::Refused),
    ];
    for (ended, leftover, known) in table {
        let world = World::new();
        let outbox = world.open();
        let send = beginning("Large", "ana@example.org");
        outbox.begin(&send).unwrap();
        outbox.note_draft(send.id, Some("D1")).unwrap();
        assert!(outbox.drafts_left(send.profile).unwrap().is_empty(), "it is under way");
        outbox.end(send.id, &ending(ended)).unwrap();
        assert!(outbox.get(send.id).unwrap().draft_left);
        assert_eq!(outbox.drafts_left(send.profile).unwrap(), [(send.id, "D1".to_owned())]);
        outbox.settle_draft(send.id, leftover).unwrap();
        let record = outbox.get(send.id).unwrap();
        assert_eq!((record.outcome, record.draft_left), (known, false), "{leftover:?}");
    }
}

#[test]
fn a_crash_in_the_middle_of_a_large_mail_leaves_its_draft_to_be_found() {
    let world = World::new();
    let crashed = world.open();
    let send = beginning("Large", "ana@example.org");
    crashed.begin(&send).unwrap();
    crashed.note_draft(send.id, Some("D1")).unwrap();
    drop(crashed);
    let next = world.open();
    assert_eq!(next.get(send.id).unwrap().outcome, Outcome::Uncertain);
    assert_eq!(next.drafts_left(send.profile).unwrap(), [(send.id, "D1".to_owned())]);
}
