//! The main job end to end, inside one process: the sandbox, a consent, a message by each way.

use crate::world::parts::parts;
use sendright::{
    api::{ConsentStep, Outcome, Side},
    app::App,
    secret::memory::Memory,
};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_by_each_way_and_arrives() {
    let dir = tempfile::tempdir().unwrap();
    let app = App::open(parts(dir.path(), Arc::new(Memory::default()))).unwrap();
    let runs = app.demo().await.unwrap_or_else(|problem| panic!("{problem:#?}"));
    assert_eq!(runs.len(), 2, "one by SMTP, one by Graph");
    for run in runs {
        assert_eq!(run.steps.last(), Some(&ConsentStep::Done));
        assert_eq!(run.signed_in_as.as_deref(), Some("you@sandbox.test"));
        assert_eq!(run.sent.row.outcome, Outcome::Accepted, "{:#?}", run.sent);
        assert!(run.sent.transcript.iter().any(|line| line.side == Side::Server));
        assert_eq!(
            run.arrived.text.as_deref(),
            Some("It works: consent, a token, this message.\r\n")
        );
    }
}
