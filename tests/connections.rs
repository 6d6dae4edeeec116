//! No more connections of one mailbox, and messages in a minute, than its server takes.

use crate::world::parts::parts;
use sendright::{
    api::{MessageDraft, News, Outcome, SendNews, SendReport, SendRequest, SetEnabled},
    app::{App, Parts},
    clock::{Clock, Timestamp},
    explain::{Code, Problem},
    profile::ProfileId,
    secret::memory::Memory,
};
use std::{
    future::poll_fn,
    iter,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::Poll,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::{broadcast, watch},
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

/// A sender of Exchange, and what is told of its sends.
struct World {
    _dir: tempfile::TempDir,
    exchange: Exchange,
    app: App,
    clock: Clock,
    profile_id: ProfileId,
    news: broadcast::Receiver<News>,
}

impl World {
    async fn new() -> Self {
        let exchange = Exchange::start().await;
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::set_to(Timestamp::from_unix(1_795_000_000).unwrap());
        let vault = Arc::new(Memory::default());
        let parts = Parts { clock: clock.clone(), ..parts(dir.path(), vault) };
        let app = App::open(parts).unwrap();
        let file = format!(
            "[[profile]]\nname = \"Relay\"\nsign_in = \"none\"\nmailbox = \"a@kestrel.example\"\n\
             route = \"socks5://127.0.0.1:{}\"\n\
             smtp = {{ host = \"smtp.office365.com\", port = 587, security = \"none\" }}\n",
            exchange.port
        );
        app.apply(file, dir.path().into(), |_| None).await.unwrap();
        let profile_id = app.find_profile("Relay").await.unwrap();
        let news = app.news();
        Self { _dir: dir, exchange, app, clock, profile_id, news }
    }

    /// Sends one message.
    fn send(&self) -> impl Future<Output = Result<SendReport, Problem>> + use<> {
        self.send_as(Uuid::new_v4())
    }

    /// Sends one message, which is known as `send_id`.
    fn send_as(&self, send_id: Uuid) -> impl Future<Output = Result<SendReport, Problem>> + use<> {
        let message = MessageDraft { to: vec!["c@d.example".to_owned()], ..Default::default() };
        let profile_id = self.profile_id;
        let request = SendRequest { send_id, profile_id, via: None, message };
        let app = self.app.clone();
        async move { app.send(request).await }
    }

    /// The next that is told of a send which is at one of `stages`.
    async fn told(&mut self, stages: &[&str]) -> SendNews {
        loop {
            match timeout(SOON, self.news.recv()).await.expect("it is told") {
                Ok(News::Send(at)) if stages.contains(&at.stage.as_str()) => return at,
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(closed) => panic!("{closed}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_more_than_a_mailbox_may_have_waits_and_can_be_cancelled() {
    let mut world = World::new().await;
    let mut sends = JoinSet::new();
    for _ in 0..5 {
        sends.spawn(world.send());
    }
    let (mut waiting, mut greeted) = (Vec::new(), 0);
    while waiting.len() + greeted < 5 {
        match world.told(&["connection", "ehlo"]).await {
            at if at.stage == "ehlo" => greeted += 1,
            at => waiting.push(at.send_id),
        }
    }
    assert_eq!((waiting.len(), greeted), (2, 3));
    world.app.cancel_send(waiting[0]).await.unwrap();
    let cancelled = timeout(SOON, sends.join_next()).await.expect("it is over").unwrap();
    let cancelled = cancelled.unwrap().unwrap();
    assert_eq!((cancelled.id, cancelled.outcome), (waiting[0], Outcome::NotSent));

    world.exchange.may_greet.send_replace(true);
    let sent = timeout(SOON, sends.join_all()).await.expect("a place is free again");
    let accepted = |sent: &Result<SendReport, Problem>| {
        sent.as_ref().is_ok_and(|report| report.outcome == Outcome::Accepted)
    };
    assert!(sent.iter().all(accepted), "{sent:?}");
    assert_eq!((sent.len(), world.exchange.most.load(SeqCst)), (4, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_is_switched_off_while_its_messages_wait_for_a_connection_sends_none_of_them()
{
    let mut world = World::new().await;
    let mut sends = JoinSet::new();
    for _ in 0..4 {
        sends.spawn(world.send());
    }
    for _ in 0..4 {
        world.told(&["connection", "ehlo"]).await;
    }
    let off = SetEnabled { id: world.profile_id, enabled: false };
    world.app.set_enabled(off).await.unwrap();
    world.exchange.may_greet.send_replace(true);
    for sent in timeout(SOON, sends.join_all()).await.expect("a place is free again") {
        let SendReport { outcome, problem, .. } = sent.unwrap();
        assert_eq!((outcome, problem.unwrap().code), (Outcome::NotSent, Code::ProfileDisabled));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_over_thirty_a_minute_waits_for_its_turn_and_can_be_cancelled() {
    let mut world = World::new().await;
    world.exchange.may_greet.send_replace(true);
    for _ in 0..30 {
        world.send().await.unwrap();
    }
    world.clock.advance(Duration::from_secs(20));
    let sending = tokio::spawn(world.send());
    let left = |told: &SendNews| told.wait_ms.is_some_and(|ms| (1..=40_000).contains(&ms));
    let told = world.told(&["pace"]).await;
    assert!(left(&told), "{told:?}");
    let behind = tokio::spawn(world.send());
    assert_eq!(world.told(&["pace"]).await.wait_ms, None, "who stands behind it cannot know");
    world.app.cancel_send(told.send_id).await.unwrap();
    let cancelled = timeout(SOON, sending).await.expect("it is over").unwrap().unwrap_err();
    assert_eq!(cancelled.code, Code::Cancelled);

    let told = world.told(&["pace"]).await;
    assert!(left(&told), "the place of the one before is free: {told:?}");
    world.app.cancel_send(told.send_id).await.unwrap();
    timeout(SOON, behind).await.expect("it is over").unwrap().unwrap_err();
    world.clock.advance(Duration::from_secs(40));
    assert_eq!(world.send().await.unwrap().outcome, Outcome::Accepted, "a minute is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_can_be_cancelled_at_every_step_before_its_server_is_called() {
    let mut world = World::new().await;
    let mut steps = 0;
    loop {
        let id = Uuid::new_v4();
        let mut sending = pin!(world.send_as(id));
        steps += 1;
        let called = goes_on(sending.as_mut(), steps, &mut world.news).await;
        world.app.cancel_send(id).await.unwrap();
        let ended = timeout(SOON, sending).await;
        let ended = ended.unwrap_or_else(|_| panic!("cancelled after {steps} steps, it goes on"));
        let problem = ended.map_or_else(Some, |report| report.problem);
        assert_eq!(problem.unwrap().code, Code::Cancelled, "after {steps} steps");
        if called {
            break;
        }
    }
    assert!(steps > 1, "there is something to read and to write before: {steps}");
}

/// Lets `work` go on `steps` times, or until a server is called: then it gives true.
async fn goes_on(
    mut work: Pin<&mut impl Future<Output = Result<SendReport, Problem>>>,
    mut steps: usize,
    news: &mut broadcast::Receiver<News>,
) -> bool {
    poll_fn(|context| {
        assert!(work.as_mut().poll(context).is_pending(), "nobody is greeted");
        steps -= 1;
        let mut told = iter::from_fn(|| news.try_recv().ok());
        let called = told.any(|it| matches!(it, News::Send(_)));
        if called || steps == 0 { Poll::Ready(called) } else { Poll::Pending }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_is_asked_for_twice_is_refused_the_second_time_and_goes_on() {
    let mut world = World::new().await;
    let id = Uuid::new_v4();
    let mut sending = pin!(world.send_as(id));
    goes_on(sending.as_mut(), 1, &mut world.news).await;
    let again = world.send_as(id).await.unwrap_err();
    assert_eq!(again.fields[0].field, "send_id", "{again:?}");
    world.exchange.may_greet.send_replace(true);
    assert_eq!(sending.await.unwrap().outcome, Outcome::Accepted);
    assert_eq!(world.send_as(id).await.unwrap_err().fields[0].field, "send_id");
}
