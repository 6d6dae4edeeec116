//! Files that are applied while other processes change the same senders.

use super::*;
use std::process::{Child, Stdio};

/// The sender of [`KESTREL`] with a password, and nothing else.
const RELAY: &str = r#"
[[profile]]
name = "Relay"
sign_in = "password"
mailbox = "relay@kestrel.example"
password = { env = "KESTREL_SECRET" }
smtp = { host = "relay.example", port = 465 }
"#;

const APPLY: [&str; 4] = ["apply", "-f", "relay.toml", "--json"];

fn spawned(sendright: &Sendright) -> Child {
    let mut command = sendright.command(&APPLY);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Its report, after it ended well.
fn report(applying: Child) -> Value {
    let ended = applying.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    serde_json::from_slice(&ended.stdout).unwrap()
}

#[test]
fn eight_that_apply_one_file_at_once_all_end_well_and_make_one_of_each() {
    let sendright = Sendright::new();
    sendright.write("relay.toml", RELAY);
    let all: Vec<_> = (0..8).map(|_| spawned(&sendright)).collect();
    let reports: Vec<_> = all.into_iter().map(report).collect();
    let made = reports.iter().filter(|report| report["created"] == json!(["Relay"])).count();
    let found = reports.iter().filter(|report| report["unchanged"] == json!(["Relay"])).count();
    assert_eq!((made, found), (1, 7), "{reports:?}");
    let listed = sendright.json(&["profiles"]);
    assert_eq!(listed["profiles"].as_array().unwrap().len(), 1, "{listed}");
}

#[test]
fn who_reads_does_not_wait_for_who_writes() {
    let sendright = kestrel();
    let database = rusqlite::Connection::open(sendright.path("data/sendright.db")).unwrap();
    database
        .execute_batch(
            "INSERT INTO sends (id, worker, profile, profile_name, transport, from_address, recipients, \
             subject, message_id, size, sandbox, started_at, outcome, stage) \
             SELECT hex(randomblob(16)), 'gone', id, name, 'smtp', 'a@b.example', '[]', '', '', 0, 0, 0, 'accepted', '' \
             FROM profiles LIMIT 1;
             BEGIN IMMEDIATE",
        )
        .unwrap();
    for command in [&["profiles"][..], &["show", "Relay"], &["export"], &["history"]] {
        let ended = sendright.run(command);
        assert_eq!(ended.code, 0, "{command:?}: {}", ended.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_sender_that_is_switched_off_while_its_file_is_applied_is_on_again() {
    let sendright = kestrel();
    sendright.write("relay.toml", RELAY);
    let (applying, vault) = applied_up_to_its_vault(&sendright);
    sendright.json(&["disable", "Relay"]);
    vault.answer();
    assert_eq!(report(applying)["changed"], json!(["Relay"]));
    assert_eq!(sendright.json(&["show", "Relay"])["settings"]["enabled"], true);
}

#[cfg(unix)]
#[test]
fn a_sender_that_is_removed_while_its_file_is_applied_is_made_anew_and_leaves_no_secret() {
    use sendright::{
        profile::ProfileId,
        secret::{Secret, SecretKey, SecretName, SecretStore as _, file::FileVault},
    };
    let sendright = kestrel();
    sendright.write("relay.toml", RELAY);
    let id = || -> ProfileId {
        let shown = sendright.json(&["show", "Relay"]);
        shown["settings"]["id"].as_str().unwrap().parse().unwrap()
    };
    let before = id();
    let (applying, vault) = applied_up_to_its_vault(&sendright);
    sendright.json(&["remove", "Relay"]);
    vault.answer();
    assert_eq!(report(applying)["created"], json!(["Relay"]));
    let passphrase = Secret::new("correct horse battery staple");
    let vault = FileVault::new(sendright.path("data/vault.age"), Some(passphrase));
    let password = |id| vault.get(&SecretKey::new(id, SecretName::Password)).unwrap();
    assert!(password(before).is_none());
    assert_eq!(password(id()).unwrap().expose(), "kestrel-secret");
}

/// A vault file that was opened for reading, and that has not said yet what is in it.
#[cfg(unix)]
struct Asked {
    pipe: std::fs::File,
    holds: Vec<u8>,
}

#[cfg(unix)]
impl Asked {
    fn answer(mut self) {
        std::io::Write::write_all(&mut self.pipe, &self.holds).unwrap();
    }
}

/// Starts to apply the file; it has read the rows and waits for the vault. Others find the vault as it was.
#[cfg(unix)]
fn applied_up_to_its_vault(sendright: &Sendright) -> (Child, Asked) {
    use std::{fs, process::Command, sync::mpsc, thread, time::Duration};
    let [vault, beside] = ["data/vault.age", "beside"].map(|name| sendright.path(name));
    fs::rename(&vault, &beside).unwrap();
    assert!(Command::new("mkfifo").arg(&vault).status().unwrap().success());
    let applying = spawned(sendright);
    let (tell, opened) = mpsc::channel();
    let pipe = vault.clone();
    // Opening it waits for the one who reads.
    thread::spawn(move || tell.send(fs::File::options().write(true).open(pipe)));
    let pipe = opened.recv_timeout(Duration::from_secs(20)).expect("the vault is asked").unwrap();
    let holds = fs::read(&beside).unwrap();
    fs::rename(&beside, &vault).unwrap();
    (applying, Asked { pipe, holds })
}
