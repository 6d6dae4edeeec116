//! When a send is said to get its credentials.

use super::*;
use crate::world::{
    graph_script::{GraphScript, answer},
    smtp_script::SmtpScript,
    token_endpoint::{Say, TokenEndpoint},
};
use sendright::{api::News, app::Then, profile::ProfileId};
use tokio::sync::{Notify, broadcast::Receiver};

const TAKEN: &str =
    "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\nS: 250 queued\n";

const TOKEN: &str = r#"{"access_token":"acce55","token_type":"Bearer","expires_in":3600}"#;

/// The app with a sender of the settings in `file`, which is called P.
async fn sender(file: &str) -> (tempfile::TempDir, App, ProfileId) {
    let dir = tempfile::tempdir().unwrap();
    let app = App::open(parts(dir.path(), Arc::new(Memory::default()))).unwrap();
    app.apply(file.to_owned(), dir.path().into(), |_| Some(Secret::new("hunter2"))).await.unwrap();
    let id = app.find_profile("P").await.unwrap();
    (dir, app, id)
}

fn by_smtp(sign_in: &str, port: u16) -> String {
    format!(
        "[[profile]]\nname = \"P\"\nsign_in = {sign_in}\nmailbox = \"a@b.example\"\n\
         smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
    )
}

fn by_graph(provider: &TokenEndpoint, graph: &GraphScript) -> String {
    format!(
        "[[registration]]\nname = \"r\"\nprovider = \"microsoft\"\ntenant = \"b.example\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n\
         client_secret = {{ env = \"SECRET\" }}\n\
         authorize_endpoint = \"{0}/a\"\ntoken_endpoint = \"{0}/token\"\ngraph_url = \"{1}\"\n\n\
         [[profile]]\nname = \"P\"\nregistration = \"r\"\nsign_in = \"app-only\"\ntransport = \"graph\"\n\
         mailbox = \"a@b.example\"\n",
        provider.authority, graph.url
    )
}

/// The stages of two messages of P over one line.
async fn two(app: &App, id: ProfileId) -> [Vec<String>; 2] {
    let mut news = app.news();
    let line = app.line(id, None).await.unwrap();
    let mut told = [Vec::new(), Vec::new()];
    for (told, then) in told.iter_mut().zip([Then::Open, Then::Quit]) {
        let ready = line.prepare(Uuid::new_v4(), &message()).await.unwrap();
        let report = line.send(ready, then).await;
        assert_eq!(report.problem, None);
        *told = stages(&mut news);
    }
    line.close().await;
    told
}

/// The stages that were told so far, in their order, each once.
fn stages(news: &mut Receiver<News>) -> Vec<String> {
    let mut stages: Vec<_> =
        std::iter::from_fn(|| news.try_recv().ok()).filter_map(stage).collect();
    stages.dedup();
    stages
}

fn stage(news: News) -> Option<String> {
    match news {
        News::Send(at) => Some(at.stage),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_with_nothing_gets_no_credentials() {
    let hello = "S: 220 hi\nC: EHLO\nS: 250 mail.example\n";
    let script = [hello, TAKEN, TAKEN, "C: QUIT\nS: 221 bye\n"].concat();
    let server = SmtpScript::start(&script).await;
    let (_dir, app, id) = sender(&by_smtp("\"none\"", server.port)).await;
    for stages in two(&app, id).await {
        assert_eq!(stages.last().unwrap(), "message");
        assert!(!stages.contains(&"token".to_owned()), "{stages:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_an_open_connection_nobody_gets_credentials() {
    let hello = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 AUTH PLAIN\nC: AUTH\nS: 235 ok\n";
    let script = [hello, TAKEN, TAKEN, "C: QUIT\nS: 221 bye\n"].concat();
    let server = SmtpScript::start(&script).await;
    let password = "\"password\"\npassword = { env = \"PASSWORD\" }";
    let (_dir, app, id) = sender(&by_smtp(password, server.port)).await;
    let [_, second] = two(&app, id).await;
    assert_eq!(second, ["sender", "message"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_got_once_it_is_all_that_is_waited_for() {
    let World { _dir, app, request, let_answer, .. } =
        World::new(true, true, Limits::default()).await;
    let mut news = app.news();
    let sending = tokio::spawn(async move { app.send(request).await.unwrap() });
    let mut told = Vec::new();
    while told.last().is_none_or(|stage| stage != "token") {
        let next = tokio::time::timeout(Duration::from_secs(20), news.recv()).await;
        told.extend(stage(next.expect("it is told").unwrap()));
    }
    let_answer.send(()).unwrap();
    assert_eq!(sending.await.unwrap().problem.unwrap().code, Code::AuthRefused);
    told.extend(stages(&mut news));
    assert_eq!(told[told.len() - 3..], ["ehlo", "token", "auth"], "{told:?}");
    assert_eq!(told.iter().filter(|stage| *stage == "token").count(), 1, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_graph_is_got_while_none_is_held() {
    let provider = TokenEndpoint::start(|_| Say::Json(200, TOKEN.to_owned())).await;
    let send = ("POST /v1.0/users/a@b.example/sendMail", answer("202 Accepted", "", ""));
    let graph = GraphScript::start([send.clone(), send]).await;
    let (_dir, app, id) = sender(&by_graph(&provider, &graph)).await;
    let [first, second] = two(&app, id).await;
    assert_eq!((first[0].as_str(), second[0].as_str()), ("token", "message"));
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_is_switched_off_while_its_token_is_got_asks_graph_for_nothing() {
    let go_on = Arc::new(Notify::new());
    let provider = TokenEndpoint::saying(vec![Say::When(go_on.clone(), TOKEN.to_owned())]).await;
    let graph = GraphScript::start::<&str>([]).await;
    let (_dir, app, id) = sender(&by_graph(&provider, &graph)).await;
    let line = app.line(id, None).await.unwrap();
    let ready = line.prepare(Uuid::new_v4(), &message()).await.unwrap();
    let switched_off = async {
        provider.is_asked().await;
        app.set_enabled(SetEnabled { id, enabled: false }).await.unwrap();
        go_on.notify_one();
    };
    let (report, ()) = tokio::join!(line.send(ready, Then::Quit), switched_off);
    assert_eq!(report.problem.unwrap().code, Code::ProfileDisabled);
    assert_eq!(graph.lines(), [""; 0]);
}
