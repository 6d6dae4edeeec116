//! The vault in the operating system's keychain, against a real gnome-keyring.
//!
//! Which bus a process talks to is part of its environment. So each test starts a session and then
//! itself once more inside it.
#![cfg(target_os = "linux")]

use crate::world::keyring::{Keyring, start_daemon};
use sendright::{
    explain::{Code, Problem},
    secret::{
        Secret, SecretKey, SecretName, SecretStore as _, VaultError,
        keychain::{Keychain, LONGEST_ENTRY},
    },
};
use std::{process::Command, time::Duration};
use uuid::Uuid;

const KEY: SecretKey = SecretKey { owner: Uuid::from_u128(7), name: SecretName::RefreshToken };

/// Runs `inside` in a process of the session that `session` starts.
fn in_session(
    name: &str,
    session: impl FnOnce() -> Keyring,
    inside: impl FnOnce(),
    after: impl FnOnce(&Keyring),
) {
    if std::env::var_os("SENDRIGHT_TEST_INSIDE").is_some() {
        return inside();
    }
    let session = session();
    let run = session
        .command(std::env::current_exe().expect("a test knows where it is"))
        .args([&format!("keychain::{name}"), "--exact", "--nocapture"])
        .env("SENDRIGHT_TEST_INSIDE", "1")
        .output()
        .expect("a test can be started again");
    let told = String::from_utf8_lossy(&run.stdout);
    let fine = run.status.success() && told.contains("1 passed");
    assert!(fine, "inside:\n{told}\n{}", String::from_utf8_lossy(&run.stderr));
    after(&session);
}

fn keychain(longest_entry: usize) -> Keychain {
    Keychain::limited(longest_entry, Duration::from_secs(20))
}

#[test]
fn a_secret_of_any_length_comes_back_and_is_forgotten_without_a_trace() {
    in_session(
        "a_secret_of_any_length_comes_back_and_is_forgotten_without_a_trace",
        Keyring::unlocked,
        || {
            // 2,560 is what Windows allows; here it makes the long ones span several entries.
            for (limit, lengths) in
                [(LONGEST_ENTRY, [20, 20_000, 200_000]), (2_560, [20, 20_000, 7])]
            {
                let keychain = keychain(limit);
                for length in lengths.into_iter().chain([300, 20_000, 1]) {
                    let secret = Secret::new("s€cret".repeat(length / 8 + 1));
                    keychain.put(&KEY, &secret, "Invoices: refresh token").unwrap();
                    let kept = keychain.get(&KEY).unwrap().expect("it was just put there");
                    assert_eq!(kept.expose(), secret.expose(), "{length} within {limit}");
                }
                keychain.forget(&KEY).unwrap();
                keychain.forget(&KEY).unwrap();
                assert!(keychain.get(&KEY).unwrap().is_none());
            }
        },
        |session| assert_eq!(session.entries(), [] as [String; 0]),
    );
}

#[test]
fn entries_are_seen_and_removed_with_other_tools() {
    in_session(
        "entries_are_seen_and_removed_with_other_tools",
        Keyring::unlocked,
        || {
            let short = SecretKey { name: SecretName::Password, ..KEY };
            keychain(2_560).put(&short, &Secret::new("hunter2"), "Invoices: password").unwrap();
            keychain(2_560).put(&KEY, &Secret::new("x".repeat(6_000)), "Invoices: token").unwrap();
        },
        |session| {
            let account = |name: SecretName| format!("{}/{}", KEY.owner, name.as_str());
            let lookup = |account: &str| {
                let words = ["lookup", "service", "Sendright", "username", account];
                session.command("secret-tool").args(words).output().unwrap().stdout
            };
            assert_eq!(lookup(&account(SecretName::Password)), b"hunter2");
            let entries = session.entries();
            assert_eq!(
                entries.len(),
                1 + 1 + 3,
                "a password; a head with three spans: {entries:?}"
            );

            let span = entries.iter().find(|name| name.contains('#')).expect("there are spans");
            let words = ["clear", "service", "Sendright", "username", span];
            assert!(session.command("secret-tool").args(words).status().unwrap().success());
            assert_eq!(session.entries().len(), 4);
        },
    );
}

#[test]
fn a_secret_that_another_tool_tore_is_missing_and_can_be_put_again() {
    in_session(
        "a_secret_that_another_tool_tore_is_missing_and_can_be_put_again",
        Keyring::unlocked,
        || {
            let keychain = keychain(2_560);
            keychain.put(&KEY, &Secret::new("x".repeat(6_000)), "Invoices: token").unwrap();
            let entries = Command::new("secret-tool")
                .args(["search", "--all", "service", "Sendright"])
                .output()
                .unwrap();
            let told = String::from_utf8(entries.stderr).unwrap();
            let span = told
                .lines()
                .filter_map(|line| line.strip_prefix("attribute.username = "))
                .find(|name| name.ends_with(".2"))
                .expect("there is a second span");
            let words = ["clear", "service", "Sendright", "username", span];
            Command::new("secret-tool").args(words).status().unwrap();

            assert!(keychain.get(&KEY).unwrap().is_none(), "never half a secret");
            keychain.put(&KEY, &Secret::new("again"), "Invoices: token").unwrap();
            assert_eq!(keychain.get(&KEY).unwrap().unwrap().expose(), "again");
        },
        |session| assert_eq!(session.entries().len(), 1, "the torn spans are gone"),
    );
}

#[test]
fn a_locked_keyring_that_nobody_unlocks_is_said_to_be_locked() {
    in_session(
        "a_locked_keyring_that_nobody_unlocks_is_said_to_be_locked",
        Keyring::locked,
        || {
            let put = keychain(LONGEST_ENTRY).put(&KEY, &Secret::new("x"), "Invoices: token");
            let error = put.unwrap_err();
            assert!(matches!(&error, VaultError::Locked { said } if !said.is_empty()), "{error:?}");
            let problem = Problem::from(error);
            assert_eq!(problem.code, Code::VaultLocked);
            assert!(problem.means.contains("Unlock it"), "{}", problem.means);
        },
        |_| (),
    );
}

#[test]
fn a_session_without_a_keyring_has_none() {
    in_session(
        "a_session_without_a_keyring_has_none",
        Keyring::absent,
        || {
            let error = keychain(LONGEST_ENTRY).get(&KEY).unwrap_err();
            assert!(matches!(&error, VaultError::Absent { said } if !said.is_empty()), "{error:?}");
            let problem = Problem::from(error);
            assert!(problem.means.contains("--vault file"), "{}", problem.means);
        },
        |_| (),
    );
}

#[test]
fn it_can_be_asked_from_async_code() {
    in_session(
        "it_can_be_asked_from_async_code",
        Keyring::unlocked,
        || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let put = || keychain(LONGEST_ENTRY).put(&KEY, &Secret::new("x"), "Invoices: token");
            runtime.block_on(runtime.spawn_blocking(put)).unwrap().unwrap();
        },
        |session| assert_eq!(session.entries().len(), 1),
    );
}

#[test]
fn a_keyring_that_was_started_anew_is_found_again() {
    in_session(
        "a_keyring_that_was_started_anew_is_found_again",
        Keyring::absent,
        || {
            let keychain = keychain(LONGEST_ENTRY);
            for _ in 0..2 {
                let daemon = start_daemon(&|program| Command::new(program));
                keychain.put(&KEY, &Secret::new("x"), "Invoices: token").unwrap();
                assert!(keychain.get(&KEY).unwrap().is_some());
                drop(daemon);
            }
            let error = keychain.get(&KEY).unwrap_err();
            assert!(matches!(error, VaultError::Absent { .. }), "{error:?}");
        },
        |_| (),
    );
}
