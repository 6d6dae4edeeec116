//! Profiles where they are kept: two programs at once, and a data directory that is in a bad way.

use crate::world::parts::parts;
use rusqlite::Connection;
use sendright::{
    api::{News, SaveProfile, SaveRegistration},
    app::App,
    clock::Clock,
    db::Db,
    explain::{Code, Problem},
    paths::Paths,
    profile::store::{Profiles, StoreError},
    secret::memory::Memory,
};
use std::{fs, path::Path, sync::Arc, thread, time::Duration};
use tokio::{
    sync::broadcast::Receiver,
    time::{sleep, timeout},
};

fn open(dir: &Path) -> Result<App, Problem> {
    App::open(parts(dir, Arc::new(Memory::default())))
}

fn relay(name: &str) -> String {
    format!(
        "[[profile]]\nname = \"{name}\"\nsign_in = \"none\"\nmailbox = \"relay@kestrel.example\"\n\
         smtp = {{ host = \"relay.example\", port = 2525, security = \"none\" }}\n"
    )
}

async fn apply(app: &App, text: String) -> Result<(), Problem> {
    app.apply(text, "".into(), |_| None).await.map(drop)
}

/// The problem of opening `dir`, and that nothing in its database was touched.
fn refused(dir: &Path) -> Problem {
    let database = Paths::at(dir).database();
    let before = fs::read(&database).unwrap();
    let problem = open(dir).unwrap_err();
    assert!(fs::read(&database).unwrap() == before, "the file is as it was");
    problem
}

#[tokio::test]
async fn window_and_command_line_write_at_the_same_time() {
    let dir = tempfile::tempdir().unwrap();
    let apps = [open(dir.path()).unwrap(), open(dir.path()).unwrap()];
    let writers = [0, 1].map(|writer| {
        let app = apps[writer].clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            for number in 0..20 {
                let text = relay(&format!("{writer}-{number}"));
                runtime.block_on(apply(&app, text)).unwrap();
            }
        })
    });
    for writer in writers {
        writer.join().unwrap();
    }
    let seen = [apps[0].list_profiles(()).await.unwrap(), apps[1].list_profiles(()).await.unwrap()];
    assert_eq!(seen[0].len(), 40);
    assert_eq!(seen[0], seen[1], "both see what both wrote");
}

/// What is told next, by its name.
async fn told(news: &mut Receiver<News>) -> serde_json::Value {
    let news = timeout(Duration::from_secs(20), news.recv()).await.expect("there are news");
    serde_json::to_value(news.unwrap()).unwrap()["event"].take()
}

#[tokio::test(start_paused = true)]
async fn what_another_process_changes_is_told_and_what_this_one_changes_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    let [window, other] = [open(dir.path()).unwrap(), open(dir.path()).unwrap()];
    let mut news = window.news();
    let following = tokio::spawn({
        let window = window.clone();
        async move { window.follow_others().await }
    });
    // The clock is the test's: it moves while nothing else is to be done, and several looks go by.
    sleep(Duration::from_secs(5)).await;
    assert!(news.is_empty(), "nobody has changed anything");
    apply(&other, relay("Theirs")).await.unwrap();
    assert_eq!(
        [told(&mut news).await, told(&mut news).await],
        ["profiles_changed", "history_changed"]
    );
    apply(&window, relay("Own")).await.unwrap();
    assert_eq!(told(&mut news).await, "profiles_changed");
    // Were the own change told again, it would come before this one.
    apply(&other, relay("Another")).await.unwrap();
    assert_eq!(
        [told(&mut news).await, told(&mut news).await],
        ["profiles_changed", "history_changed"]
    );
    sleep(Duration::from_secs(5)).await;
    assert!(news.is_empty(), "once is enough");
    following.abort();
}

#[tokio::test]
async fn settings_that_somebody_else_has_changed_are_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let [window, other] = [open(dir.path()).unwrap(), open(dir.path()).unwrap()];
    let app = "[[registration]]\nname = \"Kestrel\"\nprovider = \"microsoft\"\ntenant = \"kestrel.example\"\n\
               client_id = \"11111111-2222-3333-4444-555555555555\"\n";
    apply(&window, app.to_owned() + &relay("Invoices")).await.unwrap();
    let id = window.find_profile("Invoices").await.unwrap();
    let seen = window.get_profile(id).await.unwrap().settings;
    let seen_app = window.list_registrations(()).await.unwrap().remove(0).settings;

    apply(
        &other,
        app.replace("kestrel.example", "other.example") + &relay("Invoices").replace("2525", "25"),
    )
    .await
    .unwrap();
    let mut settings = seen.clone();
    settings.reply_to = "help@kestrel.example".to_owned();
    let late = SaveProfile { settings: settings.clone(), seen: Some(seen) };
    let problem = window.save_profile(late).await.unwrap_err();
    assert_eq!((problem.code, problem.code.exit_code()), (Code::ChangedElsewhere, 2));
    let mut app = seen_app.clone();
    app.name = "Renamed".to_owned();
    let late = SaveRegistration { settings: app, seen: Some(seen_app) };
    let problem = window.save_registration(late).await.unwrap_err();
    assert_eq!(problem.code, Code::ChangedElsewhere);
    assert!(problem.title.contains("\"Kestrel\""), "{}", problem.title);

    let now = window.get_profile(id).await.unwrap().settings;
    assert_eq!(now.smtp.as_ref().map(|server| server.port), Some(25));
    assert_eq!(now.reply_to, "", "nothing was saved");
    settings.smtp.clone_from(&now.smtp);
    window.save_profile(SaveProfile { settings: settings.clone(), seen: Some(now) }).await.unwrap();
    assert_eq!(window.get_profile(id).await.unwrap().settings, settings);
}

#[tokio::test]
async fn two_that_copy_one_sender_at_once_get_two_copies() {
    let dir = tempfile::tempdir().unwrap();
    let [first, second] = [open(dir.path()).unwrap(), open(dir.path()).unwrap()];
    apply(&first, relay("Invoices")).await.unwrap();
    let id = first.find_profile("invoices").await.unwrap();
    let (one, other) = tokio::join!(first.duplicate_profile(id), second.duplicate_profile(id));
    assert_ne!(one.unwrap(), other.unwrap());
    let names: Vec<_> =
        first.list_profiles(()).await.unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["Invoices", "Invoices copy", "Invoices copy 2"]);
}

#[test]
fn a_newer_database_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let database = Connection::open(Paths::at(dir.path()).database()).unwrap();
    database.pragma_update(None, "journal_mode", "DELETE").unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let problem = refused(dir.path());
    assert_eq!(problem.code, Code::DatabaseNewer);
    assert!(problem.means.contains("version 99"), "{}", problem.means);
}

#[test]
fn a_damaged_database_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(Paths::at(dir.path()).database(), [b'x'; 8_192]).unwrap();
    assert_eq!(refused(dir.path()).code, Code::DatabaseDamaged);
}

#[test]
fn a_file_in_the_directorys_place_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("data");
    fs::write(&file, "").unwrap();
    let problem = open(&file).unwrap_err();
    assert_eq!(problem.code, Code::NotWritable);
    assert!(problem.title.contains("data"), "{}", problem.title);
}

#[tokio::test]
async fn a_full_disk_keeps_what_was_there_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(&dir.path().join("sendright.db")).unwrap();
    let room = |pages: u32| {
        db.look::<_, StoreError>(|connection| {
            let limit = connection.pragma_update(None, "max_page_count", pages);
            Ok(limit?)
        })
        .unwrap();
    };
    let store = Profiles::new(db.clone());
    let vault = Memory::default();
    let applied = |text: &str| {
        let source = sendright::profile::file::Source {
            text,
            base_dir: Path::new("/"),
            environment: &|_| None,
            files: &sendright::profile::file::KnownFiles::default(),
            found: &[],
        };
        let now = Clock::system().now();
        sendright::profile::file::apply(&source, &store, &vault, now)
    };
    applied(&relay("Small")).unwrap();
    // SQLite takes the smallest limit that holds what is there, and reports more as a full disk.
    room(1);
    let many: String = (0..500).map(|number| relay(&format!("Relay {number}"))).collect();
    let problem = Problem::from(applied(&many).unwrap_err());
    assert_eq!(problem.code, Code::DiskFull, "{problem:?}");
    let kept = store.look::<_, StoreError>(|rows| rows.profiles()).unwrap();
    assert_eq!(kept.len(), 1, "nothing of the change was kept");
    room(1_000_000);
    applied(&many).unwrap();
}
