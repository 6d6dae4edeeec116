//! What was accepted is never sent again, whatever happens to its record.

use crate::world::parts::parts;
use sendright::{
    api::{MessageDraft, Outcome, SendReport, SendRequest},
    app::App,
    explain::{Code, Problem},
    paths::Paths,
    profile::ProfileId,
    secret::memory::Memory,
};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};
use uuid::Uuid;

/// A server that accepts whatever it gets, and counts; `first` happens before it says so.
fn server(first: impl Fn() + Send + 'static) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let messages = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&messages);
    thread::spawn(move || {
        for stream in listener.incoming().map(Result::unwrap) {
            let mut out = stream.try_clone().unwrap();
            let _ = out.write_all(b"220 ready\r\n");
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let reply = match line.as_str() {
                    "DATA" => "354 go on",
                    "." => {
                        first();
                        count.fetch_add(1, Ordering::SeqCst);
                        "250 2.0.0 OK"
                    }
                    "QUIT" => "221 bye",
                    _ if line.starts_with(|c: char| c.is_ascii_uppercase())
                        && !line.contains(": ") =>
                    {
                        "250 OK"
                    }
                    _ => continue,
                };
                let _ = out.write_all(format!("{reply}\r\n").as_bytes());
            }
        }
    });
    (port, messages)
}

struct World {
    _dir: tempfile::TempDir,
    app: App,
    profile_id: ProfileId,
    messages: Arc<AtomicUsize>,
}

impl World {
    async fn new(breaks: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = Paths::at(dir.path()).database();
        let (port, messages) = server(move || {
            if breaks {
                let db = rusqlite::Connection::open(&database).unwrap();
                db.execute_batch("DROP TABLE sends").unwrap();
            }
        });
        let app = App::open(parts(dir.path(), Arc::new(Memory::default()))).unwrap();
        let file = format!(
            "[[profile]]\nname = \"Plain\"\nsign_in = \"none\"\nmailbox = \"a@b.example\"\n\
             smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
        );
        app.apply(file, dir.path().into(), |_| None).await.unwrap();
        let profile_id = app.find_profile("Plain").await.unwrap();
        Self { _dir: dir, app, profile_id, messages }
    }

    async fn send(&self, send_id: Uuid) -> Result<SendReport, Problem> {
        let message = MessageDraft {
            to: vec!["c@d.example".to_owned()],
            subject: "Once".to_owned(),
            text: "once".to_owned(),
            ..MessageDraft::default()
        };
        let profile_id = self.profile_id;
        self.app.send(SendRequest { send_id, profile_id, message, via: None }).await
    }

    fn messages(&self) -> usize {
        self.messages.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn an_accepted_message_is_reported_even_when_it_cannot_be_written_down() {
    let world = World::new(true).await;
    let report = world.send(Uuid::new_v4()).await.unwrap();
    assert_eq!((report.outcome, report.problem), (Outcome::Accepted, None));
    assert!(report.note.unwrap().contains("could not be written down"));
    assert_eq!(world.messages(), 1);
}

#[tokio::test]
async fn a_send_that_is_asked_for_twice_is_sent_once() {
    let world = World::new(false).await;
    let id = Uuid::new_v4();
    let report = world.send(id).await.unwrap();
    assert_eq!((report.outcome, report.note), (Outcome::Accepted, None));
    let refused = world.send(id).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.fields[0].field.as_str()),
        (Code::InvalidSettings, "send_id")
    );
    assert_eq!(world.messages(), 1);
}
