//! The main job end to end, inside one process: the sandbox, a consent, a message by each way.

use crate::world::parts::parts;
use sendright::{
    api::{
        BeginConsent, ConsentRoute, ConsentStep, Health, MessageDraft, News, Outcome, SendReport,
        SendRequest, Side,
    },
    app::App,
    explain::Code,
    profile::{ProfileId, Transport},
    sandbox::{USER, visitor},
    secret::memory::Memory,
};
use std::sync::Arc;
use uuid::Uuid;

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

/// The person signs in for the sender, with a browser.
async fn sign_in(app: &App, profile_id: ProfileId) {
    let mut news = app.news();
    let route = Some(ConsentRoute::Loopback);
    let request = BeginConsent { profile_id, route, open_browser: false };
    let consent = app.begin_consent(request).await.unwrap();
    let url = consent.url.parse().unwrap();
    let browser = tokio::spawn(async move { visitor::sign_in(&url, USER).await });
    loop {
        match news.recv().await.unwrap() {
            News::Consent(step) if step.step == ConsentStep::Done => break,
            News::Consent(step) => assert!(step.problem.is_none(), "{step:#?}"),
            _ => {}
        }
    }
    browser.await.unwrap().unwrap();
}

async fn send(app: &App, profile_id: ProfileId, via: Option<Transport>) -> SendReport {
    let message = MessageDraft { to: vec![USER.to_owned()], ..MessageDraft::default() };
    let request = SendRequest { send_id: Uuid::new_v4(), profile_id, message, via };
    app.send(request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_was_not_allowed_the_other_way_keeps_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let app = App::open(parts(dir.path(), Arc::new(Memory::default()))).unwrap();
    app.start_sandbox(()).await.unwrap();
    let senders = app.list_profiles(()).await.unwrap();
    let graph = senders.iter().find(|row| row.transport == Transport::Graph).unwrap().id;
    sign_in(&app, graph).await;

    assert_eq!(send(&app, graph, None).await.outcome, Outcome::Accepted);
    let by_smtp = send(&app, graph, Some(Transport::Smtp)).await;
    let problem = by_smtp.problem.unwrap();
    assert_eq!((by_smtp.outcome, problem.code), (Outcome::NotSent, Code::PermissionMissing));
    assert!(problem.means.contains("make SMTP the sender's transport"), "{problem:#?}");
    assert_eq!(app.get_profile(graph).await.unwrap().row.health, Health::Ready);
    assert_eq!(send(&app, graph, None).await.outcome, Outcome::Accepted);
}
