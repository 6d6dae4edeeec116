//! No secret anywhere: marked secrets go through the use cases, and then everything that is kept or
//! that crossed to a face is searched for them.

use crate::world::{
    marked::{
        self, CLIENT_SECRET, ECHOED_SECRET, PASSWORD, TOKENS, files, forms,
        server_that_repeats_passwords,
    },
    parts::parts,
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use sendright::{
    api::{
        BeginConsent, ConsentRoute, ConsentStep, HistoryQuery, MessageDraft, News, Outcome,
        SecretInput, SendReport, SendRequest, SetSecret,
    },
    app::App,
    clock::Clock,
    paths::Paths,
    profile::ProfileId,
    sandbox::{Options, Sandbox, USER, visitor},
    secret::{Secret, SecretKey, SecretName, SecretStore, memory::Memory},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
};
use uuid::Uuid;

const IMAP_PASSWORD: &str = "marked-imap-password-4714";

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
        let data = dir.path().join("data");
        let options = Options {
            clients: vec![marked::client()],
            ..Options::new(Paths::at(&data).sandbox(), Clock::system())
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        let vault = Arc::new(Memory::default());
        let app = App::open(parts(&data, vault.clone())).unwrap();
        Self { dir, vault, sandbox, app, crossed: Vec::new() }
    }

    fn note(&mut self, from: &str, what: &impl Serialize) {
        self.crossed.push((from.to_owned(), serde_json::to_string(what).unwrap()));
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
        let applied =
            self.app.apply(marked::senders(self.sandbox.addresses()), base, environment).await;
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
            to: vec![USER.to_owned()],
            subject: "Nothing secret".to_owned(),
            text: "Nothing.".to_owned(),
            ..MessageDraft::default()
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
        let unseen = self.app.unseen_uncertain(()).await.unwrap();
        self.note("unseen_uncertain", &unseen);
        let export = self.app.export(Vec::new()).await.unwrap();
        self.note("export", &export);
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
    let mut wanted: Vec<_> = TOKENS.into_iter().flat_map(forms).collect();
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

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_client_secret_loses_the_blanks_around_it_and_a_password_does_not() {
    let mut world = World::new().await;
    let ids = world.set_up().await;
    let registrations = world.app.list_registrations(()).await.unwrap();
    let registration = registrations[0].settings.id.unwrap().0;
    let password: Uuid = ids["Password"].into();
    for (owner, name, expected) in [
        (registration, SecretName::ClientSecret, "s3cret"),
        (password, SecretName::Password, " s3cret\n"),
    ] {
        let key = SetSecret { owner, name };
        world.app.set_secret(SecretInput { key, value: Secret::new(" s3cret\n") }).await.unwrap();
        let kept = world.vault.get(&SecretKey { owner, name }).unwrap().unwrap();
        assert_eq!(kept.expose(), expected);
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
    let secret = "a secret+/?";
    let found = |text: &str| forms(secret).iter().any(|form| text.contains(form));
    for before in ["", "x", "xy", "\0you@sandbox.test\0"] {
        let text = format!("{before}{secret} and more");
        assert!(found(&STANDARD.encode(&text)) && found(&URL_SAFE_NO_PAD.encode(&text)), "{text}");
    }
    for text in [secret, "a+secret%2B%2F%3F", "a%20secret%2B%2F%3F"] {
        assert!(found(text), "{text}");
    }
    assert!(!found("a secre+/?") && !found(&STANDARD.encode("a secre+/?")));
}
