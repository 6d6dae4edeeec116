//! No secret anywhere: marked secrets go through the use cases, and then everything that is kept or
//! that crossed to a face is searched for them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sendright::{
    api::{
        BeginConsent, ConsentRoute, ConsentStep, HistoryQuery, MessageDraft, News, Outcome,
        SecretInput, SendReport, SendRequest, SetSecret,
    },
    app::{App, Parts},
    clock::Clock,
    net::limits::Limits,
    paths::Paths,
    profile::ProfileId,
    sandbox::{Client, Options, Sandbox, USER, desktop_client, visitor, web_client},
    secret::{Secret, SecretKey, SecretName, SecretStore, memory::Memory},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
};
use uuid::Uuid;

const CLIENT_SECRET: &str = "marked-client-secret-4711";
const ECHOED_SECRET: &str = "marked+echoed/secret=4712";
const PASSWORD: &str = "marked-password-4713";
const IMAP_PASSWORD: &str = "marked-imap-password-4714";
/// The declarative file, before addresses and ports are filled in.
const SENDERS: &str = include_str!("fixtures/marked_senders.toml");
/// How every JSON Web Token begins: `{"` in base64.
const TOKEN: &str = "eyJ";

/// An SMTP server that repeats, decoded and not, whatever password it is shown.
fn server_that_repeats_passwords() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut out, _) = listener.accept().unwrap();
        let lines = BufReader::new(out.try_clone().unwrap()).lines();
        let _ = out.write_all(b"220 parrot ESMTP\r\n");
        for line in lines.map_while(Result::ok) {
            let reply = match line.split_once(' ') {
                Some(("EHLO", _)) => "250-parrot\r\n250 AUTH PLAIN".to_owned(),
                Some(("AUTH", blob)) => {
                    let blob = blob.trim_start_matches("PLAIN").trim();
                    let plain = STANDARD.decode(blob).unwrap_or_default();
                    let plain = String::from_utf8_lossy(&plain).replace('\0', " ");
                    format!("535 5.7.8 {blob} is {plain}, and I do not like it")
                }
                _ => "221 bye".to_owned(),
            };
            let _ = out.write_all(format!("{reply}\r\n").as_bytes());
        }
    });
    port
}

/// A token endpoint that repeats the whole request in its refusal.
fn endpoint_that_repeats_requests() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let description = format!("I was asked {}", String::from_utf8(body).unwrap());
        let body = serde_json::json!({"error": "invalid_client", "error_description": description});
        let body = body.to_string();
        let head = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json";
        let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    });
    port
}

struct World {
    dir: tempfile::TempDir,
    vault: Arc<Memory>,
    sandbox: Sandbox,
    app: App,
    /// Everything that crossed to a face, by where it came from.
    crossed: Vec<(String, String)>,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::at(dir.path().join("data"));
        let marked = Client { secret: Some(Secret::new(CLIENT_SECRET)), ..web_client() };
        let marked = Client { id: Uuid::from_u128(7).to_string(), ..marked };
        let options =
            Options { clients: vec![marked], ..Options::new(paths.sandbox(), Clock::system()) };
        let sandbox = Sandbox::start(options).await.unwrap();
        let vault = Arc::new(Memory::default());
        let app = App::open(Parts {
            paths,
            vault: vault.clone(),
            clock: Clock::system(),
            limits: Limits::default(),
        })
        .unwrap();
        Self { dir, vault, sandbox, app, crossed: Vec::new() }
    }

    fn note(&mut self, from: &str, what: &impl Serialize) {
        self.crossed.push((from.to_owned(), serde_json::to_string(what).unwrap()));
    }

    /// The declarative file: one sender for each way of signing in.
    fn file(&self) -> String {
        let at = self.sandbox.addresses();
        let smtp = at.smtp_starttls_port;
        let values = [
            ("tenant", at.tenant.to_owned()),
            ("desktop", desktop_client().id),
            ("authorize", at.authorize_endpoint.to_string()),
            ("token", at.token_endpoint.to_string()),
            ("graph", at.graph_url.to_string()),
            ("marked", Uuid::from_u128(7).to_string()),
            ("server", format!(r#"smtp = {{ host = "localhost", port = {smtp} }}"#)),
            ("parrot", server_that_repeats_passwords().to_string()),
            ("echo", endpoint_that_repeats_requests().to_string()),
            ("USER", USER.to_owned()),
        ];
        values.iter().fold(SENDERS.to_owned(), |file, (name, value)| {
            file.replace(&format!("@{name}@"), value)
        })
    }

    async fn set_up(&mut self) -> BTreeMap<String, ProfileId> {
        let environment = |name: &str| {
            let value = match name {
                "CLIENT_SECRET" => CLIENT_SECRET,
                "ECHOED_SECRET" => ECHOED_SECRET,
                "PASSWORD" => PASSWORD,
                _ => return None,
            };
            Some(Secret::new(value))
        };
        let base = self.dir.path().to_owned();
        let applied = self.app.apply(self.file(), base, environment).await;
        let applied = applied.unwrap_or_else(|problem| panic!("{problem:#?}"));
        assert_eq!(applied.created.len(), 7, "{applied:#?}");
        self.note("apply", &applied);
        let rows = self.app.list_profiles(()).await.unwrap();
        self.note("list_profiles", &rows);
        rows.into_iter().map(|row| (row.name, row.id)).collect()
    }

    async fn sign_in(&mut self, profile_id: ProfileId) {
        let mut news = self.app.news();
        let route = Some(ConsentRoute::Loopback);
        let request = BeginConsent { profile_id, route, open_browser: false };
        let consent = self.app.begin_consent(request).await.unwrap();
        self.note("begin_consent", &consent);
        let url = consent.url.parse().unwrap();
        let landed = visitor::sign_in(&url, USER).await.unwrap();
        assert!(landed.query().is_none(), "the browser's address bar keeps no code: {landed}");
        loop {
            let told = news.recv().await.unwrap();
            self.note("news", &told);
            if matches!(&told, News::Consent(step) if step.step == ConsentStep::Done) {
                return;
            }
        }
    }

    async fn send(&mut self, profile_id: ProfileId) -> SendReport {
        let message = MessageDraft {
            from: String::new(),
            to: vec![USER.to_owned()],
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: "Nothing secret".to_owned(),
            text: "Nothing.".to_owned(),
            html: String::new(),
            headers: Vec::new(),
            dsn: Vec::new(),
            dsn_return: None,
            attachments: Vec::new(),
        };
        let request = SendRequest { send_id: Uuid::new_v4(), profile_id, message, via: None };
        let report = self.app.send(request).await.unwrap();
        self.note("send", &report);
        report
    }

    /// Everything that the window can ask for.
    async fn look_at_everything(&mut self, ids: impl Iterator<Item = ProfileId>) {
        for id in ids {
            let view = self.app.get_profile(id).await.unwrap();
            self.note("get_profile", &view);
            let token = self.app.token_view(id).await.unwrap();
            self.note("token_view", &token);
        }
        let registrations = self.app.list_registrations(()).await.unwrap();
        self.note("list_registrations", &registrations);
        let view = self.app.app_view(()).await.unwrap();
        self.note("app_view", &view);
        let page = self.app.history(HistoryQuery::all()).await.unwrap();
        self.note("history", &page);
        for row in page.rows {
            let detail = self.app.history_detail(row.id).await.unwrap();
            self.note("history_detail", &detail);
        }
        let export = self.app.export(Vec::new()).await.unwrap();
        self.note("export", &export);
    }
}

/// Every form in which a secret may turn up.
fn forms(secret: &str) -> Vec<String> {
    let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let plain = STANDARD.encode(format!("\0{USER}\0{secret}"));
    vec![secret.to_owned(), url, STANDARD.encode(secret), plain]
}

/// Every file below `dir` with its bytes as text.
fn files(dir: &Path, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), into);
        } else {
            let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
            into.push((entry.path().display().to_string(), text));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_kept_outside_the_vault_or_crosses_to_a_face() {
    let mut world = World::new().await;
    let ids = world.set_up().await;
    for (name, value) in
        [(SecretName::ImapPassword, IMAP_PASSWORD), (SecretName::Password, PASSWORD)]
    {
        let key = SetSecret { owner: ids["Password"].into(), name };
        world.app.set_secret(SecretInput { key, value: Secret::new(value) }).await.unwrap();
    }
    world.sign_in(ids["Delegated"]).await;
    let outcomes = [
        ("Delegated", Outcome::Accepted),
        ("App-only", Outcome::Accepted),
        ("Echo", Outcome::NotSent),
        ("Password", Outcome::Refused),
    ];
    for (name, expected) in outcomes {
        let report = world.send(ids[name]).await;
        assert_eq!(report.outcome, expected, "{name}: {report:#?}");
    }
    world.look_at_everything(ids.values().copied()).await;

    let refresh = SecretKey::new(ids["Delegated"], SecretName::RefreshToken);
    let refresh = world.vault.get(&refresh).unwrap().expect("the sign-in left a refresh token");
    let refresh: serde_json::Value = serde_json::from_str(refresh.expose()).unwrap();
    let refresh = refresh["refresh_token"].as_str().unwrap().to_owned();
    let mut wanted = vec![TOKEN.to_owned()];
    for secret in [CLIENT_SECRET, ECHOED_SECRET, PASSWORD, IMAP_PASSWORD, &refresh] {
        wanted.extend(forms(secret));
    }

    let mut places = world.crossed.clone();
    places.push(("debug".to_owned(), format!("{:?}", world.app)));
    files(&world.dir.path().join("data"), &mut places);
    assert!(places.iter().any(|(from, _)| from.ends_with("sendright.db-wal")), "the database too");
    for (from, text) in &places {
        for secret in &wanted {
            assert!(!text.contains(secret.as_str()), "{secret} stands in {from}:\n{text}");
        }
    }
}

#[test]
fn the_command_line_prints_and_keeps_no_secret() {
    const PASSPHRASE: &str = "marked-passphrase-4715";
    let dir = tempfile::tempdir().unwrap();
    let (data, passphrase) = (dir.path().join("data"), dir.path().join("passphrase"));
    fs::write(&passphrase, PASSPHRASE).unwrap();
    let port = server_that_repeats_passwords();
    let senders = format!(
        "[[profile]]\nname = \"Password\"\nsign_in = \"password\"\nmailbox = \"{USER}\"\n\
         password = {{ env = \"PASSWORD\" }}\n\
         smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
    );
    fs::write(dir.path().join("senders.toml"), senders).unwrap();
    let mut places = Vec::new();
    let mut run = |arguments: &[&str], stdin: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sendright"))
            .args(arguments)
            .current_dir(dir.path())
            .env("SENDRIGHT_DATA_DIR", &data)
            .env("SENDRIGHT_VAULT", "file")
            .env("SENDRIGHT_PASSPHRASE_FILE", &passphrase)
            .env("PASSWORD", PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        places.push((arguments.join(" "), said));
        done.status.code()
    };
    assert_eq!(run(&["apply", "-f", "senders.toml"], ""), Some(0));
    assert_eq!(run(&["secret", "set", "Password", "imap-password"], IMAP_PASSWORD), Some(0));
    assert_eq!(run(&["send", "Password", "--to", USER, "--text", "x", "--json"], ""), Some(5));
    assert_eq!(run(&["history", "--json"], ""), Some(0));
    assert_eq!(run(&["show", "Password", "--json"], ""), Some(0));
    assert_eq!(run(&["export"], ""), Some(0));
    files(&data, &mut places);
    assert!(places.iter().any(|(from, _)| from.ends_with("vault.age")), "the vault file too");
    for (from, text) in &places {
        for secret in [PASSWORD, IMAP_PASSWORD, PASSPHRASE].into_iter().flat_map(forms) {
            assert!(!text.contains(&secret), "{secret} stands in {from}:\n{text}");
        }
    }
}

#[test]
fn the_search_would_find_what_it_looks_for() {
    let forms = forms("a secret+");
    assert!(forms.contains(&"a+secret%2B".to_owned()));
    assert!(forms.contains(&STANDARD.encode("\0you@sandbox.test\0a secret+")));
}
