//! A server that takes the connection and does not greet: whether port and security fit is what to check first.

use crate::world::{parts::parts, smtp_script::SmtpScript};
use sendright::{
    api::{MessageDraft, News, SendNews, SendRequest},
    app::{App, Parts},
    net::limits::Limits,
    secret::memory::Memory,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// How long a server is waited for that says nothing anyway.
const SOON: Duration = Duration::from_millis(50);

/// What a send with `security` to a server that does as `script` says is told.
async fn told(script: &str, security: &str, limits: Limits) -> Value {
    sent(script, security, limits).await.0
}

/// What it is told, and all that was told of it on the way.
async fn sent(script: &str, security: &str, limits: Limits) -> (Value, Vec<SendNews>) {
    let port = SmtpScript::start(script).await.port;
    let dir = tempfile::tempdir().unwrap();
    let vault = Arc::new(Memory::default());
    let app = App::open(Parts { limits, ..parts(dir.path(), vault) }).unwrap();
    let file = format!(
        "[[profile]]\nname = \"P\"\nmailbox = \"ana@kestrel.example\"\nsign_in = \"none\"\n\
         smtp = {{ host = \"localhost\", port = {port}, security = \"{security}\" }}\n"
    );
    app.apply(file, dir.path().into(), |_| None).await.unwrap();
    let message = MessageDraft {
        to: vec!["bo@example.org".to_owned()],
        text: "Hello".to_owned(),
        ..MessageDraft::default()
    };
    let profile_id = app.find_profile("P").await.unwrap();
    let request = SendRequest { send_id: Uuid::new_v4(), profile_id, message, via: None };
    let mut news = app.news();
    let problem = serde_json::to_value(app.send(request).await.unwrap().problem).unwrap();
    let mut steps = Vec::new();
    while let Ok(one) = news.try_recv() {
        if let News::Send(step) = one {
            steps.push(step);
        }
    }
    (problem, steps)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_or_hangs_up_may_wait_for_tls() {
    let silent = Limits { greeting: SOON, ..Limits::default() };
    for (script, limits) in [("SILENCE", silent), ("CLOSE", Limits::default())] {
        for security in ["starttls", "none"] {
            let problem = told(script, security, limits).await;
            let means = problem["means"].as_str().unwrap();
            assert!(means.contains("did not greet, so nothing was sent"), "{script}: {means}");
            assert!(means.contains("set the security to TLS."), "{script}: {means}");
            assert_eq!(means.contains("load balancer"), script == "CLOSE", "{script}: {means}");
            assert_eq!(problem["causes"][0]["code"], "port-and-security", "{script}: {problem}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_has_greeted_does_not() {
    let greets = "S: 220 hi\nC: EHLO\n";
    let silent = Limits { command: SOON, ..Limits::default() };
    for (end, limits) in [("SILENCE", silent), ("CLOSE", Limits::default())] {
        let problem = told(&[greets, end].concat(), "starttls", limits).await;
        assert_eq!(problem["causes"], json!([]), "{end}: {problem}");
        let means = problem["means"].to_string();
        assert_eq!(means.contains("load balancer"), end == "CLOSE", "{end}: {means}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_waited_for_it_is_told_for_how_long_and_what_to_check_first() {
    let silent = Limits { greeting: SOON, ..Limits::default() };
    let (_, steps) = sent("SILENCE", "none", silent).await;
    let greeting = steps.iter().find(|step| step.stage == "ehlo").unwrap();
    assert_eq!(greeting.limit_ms, Some(50));
    let check = greeting.check.as_deref().unwrap();
    assert!(check.contains("set the security to TLS"), "{check}");
}
