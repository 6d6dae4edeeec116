//! Looking for sends.

use super::*;

#[test]
fn every_word_that_is_searched_must_be_found() {
    let world = World::new();
    let outbox = world.open();
    for (subject, to) in [("Your order 1", "ana@example.org"), ("Your order 2", "bo@example.org")] {
        outbox.begin(&beginning(subject, to)).unwrap();
        world.clock.advance(Duration::from_secs(1));
    }
    let found = |words: &str| {
        let page =
            outbox.find(&HistoryQuery { search: words.into(), ..HistoryQuery::all() }).unwrap();
        assert_eq!((page.found, page.total), (page.rows.len() as u64, 2));
        page.rows.into_iter().map(|row| row.subject).collect::<Vec<_>>()
    };
    assert_eq!(found(""), ["Your order 2", "Your order 1"], "newest first");
    assert_eq!(found("ORDER ana@"), ["Your order 1"]);
    assert!(found("order nobody").is_empty());
    assert!(found("%' OR 1=1 --").is_empty());
}

#[test]
fn filters_narrow_what_is_found() {
    let world = World::new();
    let outbox = world.open();
    let (old, new) = (beginning("old", "ana@example.org"), beginning("new", "bo@example.org"));
    outbox.begin(&old).unwrap();
    let mut refused = ending(Outcome::Refused);
    refused.problem = Some(Problem::new(Code::AuthRefused, "Sign-in refused", "…"));
    outbox.end(old.id, &refused).unwrap();
    world.clock.advance(Duration::from_secs(60));
    let later = world.clock.now();
    outbox.begin(&new).unwrap();
    let subjects = |query: HistoryQuery| {
        outbox.find(&query).unwrap().rows.into_iter().map(|row| row.subject).collect::<Vec<_>>()
    };
    assert_eq!(subjects(HistoryQuery { since: Some(later), ..HistoryQuery::all() }), ["new"]);
    let of_old = HistoryQuery { profile_ids: vec![old.profile], ..HistoryQuery::all() };
    assert_eq!(outbox.find(&of_old).unwrap().total, 1, "the other profile's do not count");
    assert_eq!(subjects(of_old), ["old"]);
    assert_eq!(
        subjects(HistoryQuery { outcomes: vec![Outcome::Refused], ..HistoryQuery::all() }),
        ["old"]
    );
    assert_eq!(subjects(HistoryQuery { limit: 1, offset: 1, ..HistoryQuery::all() }), ["old"]);
    let page = outbox
        .find(&HistoryQuery { outcomes: vec![Outcome::Refused], ..HistoryQuery::all() })
        .unwrap();
    assert_eq!(page.rows[0].result, "Sign-in refused");
}
