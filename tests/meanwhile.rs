//! What a message is signed in with is fetched while its server is greeted.

mod told;

use crate::world::parts::parts;
use sendright::{
    api::{MessageDraft, SendReport, SendRequest, SetEnabled},
    app::{App, Parts},
    explain::Code,
    net::limits::Limits,
    secret::{Secret, SecretKey, SecretStore, VaultError, VaultKind, memory::Memory},
};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};
use uuid::Uuid;

/// A vault that keeps whoever asks waiting until it is told not to.
#[derive(Debug)]
struct Slow {
    secrets: Memory,
    answers: Mutex<mpsc::Receiver<()>>,
}

impl SecretStore for Slow {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn put(&self, key: &SecretKey, secret: &Secret, label: &str) -> Result<(), VaultError> {
        self.secrets.put(key, secret, label)
    }

    fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        match self.answers.lock().unwrap().recv_timeout(Duration::from_secs(20)) {
            Ok(()) => self.secrets.get(key),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => panic!("the server was not greeted meanwhile"),
        }
    }

    fn forget(&self, key: &SecretKey) -> Result<(), VaultError> {
        self.secrets.forget(key)
    }
}

/// A server that refuses every sign-in. Once it was greeted it lets the vault answer.
fn server(let_answer: mpsc::Sender<()>) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, heard) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().map(Result::unwrap) {
            let mut out = stream.try_clone().unwrap();
            let _ = out.write_all(b"220 ready\r\n");
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let word = line.split(' ').next().unwrap().to_owned();
                let reply: &[u8] = match word.as_str() {
                    "EHLO" => b"250-mail.example\r\n250 AUTH PLAIN\r\n",
                    "QUIT" => b"221 bye\r\n",
                    _ => b"535 5.7.8 no\r\n",
                };
                let _ = tell.send(word.clone());
                let _ = out.write_all(reply);
                if word == "EHLO" {
                    let _ = let_answer.send(());
                }
            }
        }
    });
    (port, heard)
}

/// A sender whose password is `stored` or not, its server, and a message of it.
struct World {
    _dir: tempfile::TempDir,
    app: App,
    request: SendRequest,
    heard: mpsc::Receiver<String>,
    /// As long as this is there, the vault lets whoever asks wait.
    let_answer: mpsc::Sender<()>,
}

impl World {
    /// The vault answers once the server was greeted, or, where it is `locked`, not at all.
    async fn new(stored: bool, locked: bool, limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (let_answer, answers) = mpsc::channel();
        if stored {
            let_answer.send(()).unwrap(); // `apply` opens the vault, and a new sender has nothing in it
        }
        let nobody = mpsc::channel().0;
        let (port, heard) = server(if locked { nobody } else { let_answer.clone() });
        let vault = Slow { secrets: Memory::default(), answers: Mutex::new(answers) };
        let app = App::open(Parts { limits, ..parts(dir.path(), Arc::new(vault)) }).unwrap();
        let password = if stored { "password = { env = \"PASSWORD\" }\n" } else { "" };
        let file = format!(
            "[[profile]]\nname = \"Slow\"\nsign_in = \"password\"\nmailbox = \"a@b.example\"\n{password}\
             smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
        );
        app.apply(file, dir.path().into(), |_| Some(Secret::new("hunter2"))).await.unwrap();
        let profile_id = app.find_profile("Slow").await.unwrap();
        let request =
            SendRequest { send_id: Uuid::new_v4(), profile_id, via: None, message: message() };
        Self { _dir: dir, app, request, heard, let_answer }
    }

    /// Sends it; gives the report and what the server heard.
    async fn send(self) -> (SendReport, Vec<String>) {
        let report = self.app.send(self.request).await.unwrap();
        (report, self.heard.try_iter().collect())
    }
}

fn message() -> MessageDraft {
    MessageDraft {
        to: vec!["c@d.example".to_owned()],
        subject: "Meanwhile".to_owned(),
        text: "meanwhile".to_owned(),
        ..MessageDraft::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_greeted_while_the_vault_is_asked() {
    let (report, heard) = World::new(true, false, Limits::default()).await.send().await;
    assert_eq!(report.problem.unwrap().code, Code::AuthRefused);
    assert_eq!(heard[..2], ["EHLO", "AUTH"], "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_nothing_to_sign_in_with_hears_of_it_and_the_server_hears_nothing_more() {
    let (report, heard) = World::new(false, false, Limits::default()).await.send().await;
    assert_eq!(report.problem.unwrap().code, Code::SignInNeeded);
    assert_eq!(heard, ["EHLO"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_waited_too_long_is_greeted_anew() {
    let limits = Limits { idle: Duration::ZERO, ..Limits::default() };
    let (report, heard) = World::new(true, false, limits).await.send().await;
    assert_eq!(report.problem.unwrap().code, Code::AuthRefused);
    assert_eq!(heard[..3], ["EHLO", "EHLO", "AUTH"], "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_can_be_cancelled_while_a_locked_vault_is_asked() {
    let World { _dir, app, request, heard, let_answer } =
        World::new(true, true, Limits::default()).await;
    let id = request.send_id;
    let sending = tokio::spawn({
        let app = app.clone();
        async move { app.send(request).await.unwrap() }
    });
    let heard = tokio::task::spawn_blocking(move || heard.recv_timeout(Duration::from_secs(20)));
    assert_eq!(heard.await.unwrap().unwrap(), "EHLO");
    app.cancel_send(id).await.unwrap();
    let report = tokio::time::timeout(Duration::from_secs(10), sending).await;
    let report = report.expect("the vault is not waited for").unwrap();
    assert_eq!(report.problem.unwrap().code, Code::Cancelled);
    drop(let_answer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_is_switched_off_while_a_locked_vault_is_asked_does_not_sign_in() {
    let World { _dir, app, request, heard, let_answer } =
        World::new(true, true, Limits::default()).await;
    let off = SetEnabled { id: request.profile_id, enabled: false };
    let sending = tokio::spawn({
        let app = app.clone();
        async move { app.send(request).await.unwrap() }
    });
    let (first, heard) =
        tokio::task::spawn_blocking(move || (heard.recv_timeout(Duration::from_secs(20)), heard))
            .await
            .unwrap();
    assert_eq!(first.unwrap(), "EHLO");
    app.set_enabled(off).await.unwrap();
    let_answer.send(()).unwrap();
    assert_eq!(sending.await.unwrap().problem.unwrap().code, Code::ProfileDisabled);
    assert_eq!(heard.try_iter().collect::<Vec<_>>(), [""; 0]);
}
