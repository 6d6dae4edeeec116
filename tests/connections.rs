//! No more connections of one mailbox than its server takes.

use crate::world::parts::parts;
use sendright::{
    api::{MessageDraft, News, Outcome, SendRequest},
    app::App,
    secret::memory::Memory,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(20);

/// Exchange Online behind a SOCKS proxy: greets nobody before it may.
struct Exchange {
    port: u16,
    may_greet: watch::Sender<bool>,
    /// How many connections there were at once, at most.
    most: Arc<AtomicUsize>,
}

impl Exchange {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (may_greet, greets) = watch::channel(false);
        let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let known = Arc::clone(&most);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (mut greets, open, most) = (greets.clone(), open.clone(), known.clone());
                tokio::spawn(async move {
                    most.fetch_max(open.fetch_add(1, SeqCst) + 1, SeqCst);
                    let mut stream = connected(stream).await;
                    let _ = greets.wait_for(|may| *may).await;
                    take(&mut stream).await;
                    open.fetch_sub(1, SeqCst);
                    let _ = stream.write_all(b"221 bye\r\n").await;
                });
            }
        });
        Self { port, may_greet, most }
    }
}

/// A SOCKS call for a name, answered.
async fn connected(mut stream: TcpStream) -> TcpStream {
    let mut greeting = [0; 3];
    stream.read_exact(&mut greeting).await.unwrap();
    stream.write_all(&[5, 0]).await.unwrap();
    let mut request = [0; 5];
    stream.read_exact(&mut request).await.unwrap();
    let mut name = vec![0; usize::from(request[4]) + 2];
    stream.read_exact(&mut name).await.unwrap();
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 25]).await.unwrap();
    stream
}

/// Takes every message, until the other side says good-bye or hangs up.
async fn take(stream: &mut TcpStream) {
    let mut stream = BufReader::new(stream);
    let _ = stream.write_all(b"220 exchange\r\n").await;
    let (mut line, mut in_message) = (String::new(), false);
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        let word = line.trim_end().to_owned();
        line.clear();
        if word == "QUIT" {
            return;
        }
        if in_message && word != "." {
            continue;
        }
        in_message = word == "DATA";
        let reply = if in_message { "354 go\r\n" } else { "250 2.0.0 ok\r\n" };
        let _ = stream.write_all(reply.as_bytes()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_more_than_a_mailbox_may_have_waits_and_can_be_cancelled() {
    let exchange = Exchange::start().await;
    let dir = tempfile::tempdir().unwrap();
    let app = App::open(parts(dir.path(), Arc::new(Memory::default()))).unwrap();
    let file = format!(
        "[[profile]]\nname = \"Relay\"\nsign_in = \"none\"\nmailbox = \"a@kestrel.example\"\n\
         route = \"socks5://127.0.0.1:{}\"\n\
         smtp = {{ host = \"smtp.office365.com\", port = 587, security = \"none\" }}\n",
        exchange.port
    );
    app.apply(file, dir.path().into(), |_| None).await.unwrap();
    let profile_id = app.find_profile("Relay").await.unwrap();
    let mut news = app.news();
    let mut sends = JoinSet::new();
    for _ in 0..5 {
        let message = MessageDraft { to: vec!["c@d.example".to_owned()], ..Default::default() };
        let request = SendRequest { send_id: Uuid::new_v4(), profile_id, via: None, message };
        let app = app.clone();
        sends.spawn(async move { app.send(request).await.unwrap() });
    }

    let (mut waiting, mut greeted) = (Vec::new(), 0);
    while waiting.len() + greeted < 5 {
        match timeout(SOON, news.recv()).await.expect("each is told of").unwrap() {
            News::Send(at) if at.stage == "connection" => waiting.push(at.send_id),
            News::Send(at) if at.stage == "ehlo" => greeted += 1,
            _ => {}
        }
    }
    assert_eq!((waiting.len(), greeted), (2, 3));
    app.cancel_send(waiting[0]).await.unwrap();
    let cancelled = timeout(SOON, sends.join_next()).await.expect("it is over").unwrap().unwrap();
    assert_eq!((cancelled.id, cancelled.outcome), (waiting[0], Outcome::NotSent));

    exchange.may_greet.send_replace(true);
    let sent = timeout(SOON, sends.join_all()).await.expect("a place is free again");
    assert!(sent.iter().all(|report| report.outcome == Outcome::Accepted), "{sent:?}");
    assert_eq!((sent.len(), exchange.most.load(SeqCst)), (4, 3));
}
