//! What a message is signed in with is fetched while its server is greeted.

use sendright::{
    api::{MessageDraft, SendReport, SendRequest},
    app::{App, Parts},
    clock::Clock,
    explain::Code,
    net::{limits::Limits, route::Surroundings},
    paths::Paths,
    secret::{Secret, SecretKey, SecretStore, VaultError, VaultKind, memory::Memory},
};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex, mpsc},
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
        let told = self.answers.lock().unwrap().recv_timeout(Duration::from_secs(20));
        told.expect("the server was greeted meanwhile");
        self.secrets.get(key)
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
                let _ = out.write_all(reply);
                if word == "EHLO" {
                    let _ = let_answer.send(());
                }
                let _ = tell.send(word);
            }
        }
    });
    (port, heard)
}

/// Sends with a sender whose password is `stored` or not; gives the report and what the server heard.
async fn send(stored: bool, limits: Limits) -> (SendReport, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let (let_answer, answers) = mpsc::channel();
    // One for the look that `apply` takes.
    let_answer.send(()).unwrap();
    let (port, heard) = server(let_answer);
    let vault = Slow { secrets: Memory::default(), answers: Mutex::new(answers) };
    let app = App::open(Parts {
        paths: Paths::at(dir.path()),
        db: None,
        vault: Arc::new(vault),
        clock: Clock::system(),
        limits,
        surroundings: Surroundings::default(),
    })
    .unwrap();
    let password = if stored { "password = { env = \"PASSWORD\" }\n" } else { "" };
    let file = format!(
        "[[profile]]\nname = \"Slow\"\nsign_in = \"password\"\nmailbox = \"a@b.example\"\n{password}\
         smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
    );
    app.apply(file, dir.path().into(), |_| Some(Secret::new("hunter2"))).await.unwrap();
    let message = MessageDraft {
        from: String::new(),
        to: vec!["c@d.example".to_owned()],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Meanwhile".to_owned(),
        text: "meanwhile".to_owned(),
        html: String::new(),
        headers: Vec::new(),
        dsn: Vec::new(),
        dsn_return: None,
        attachments: Vec::new(),
        save_to_sent_items: None,
    };
    let profile_id = app.find_profile("Slow").await.unwrap();
    let send_id = Uuid::new_v4();
    let request = SendRequest { send_id, profile_id, via: None, message };
    let report = app.send(request).await.unwrap();
    (report, heard.try_iter().collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_greeted_while_the_vault_is_asked() {
    let (report, heard) = send(true, Limits::default()).await;
    assert_eq!(report.problem.unwrap().code, Code::AuthRefused);
    assert_eq!(heard[..2], ["EHLO", "AUTH"], "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_nothing_to_sign_in_with_hears_of_it_and_the_server_hears_nothing_more() {
    let (report, heard) = send(false, Limits::default()).await;
    assert_eq!(report.problem.unwrap().code, Code::SignInNeeded);
    assert_eq!(heard, ["EHLO"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_waited_too_long_is_greeted_anew() {
    let (report, heard) = send(true, Limits { idle: Duration::ZERO, ..Limits::default() }).await;
    assert_eq!(report.problem.unwrap().code, Code::AuthRefused);
    assert_eq!(heard[..3], ["EHLO", "EHLO", "AUTH"], "{heard:?}");
}
