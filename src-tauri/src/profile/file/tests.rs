mod certificates;

use super::*;
use crate::{
    db::Db,
    profile::{Profile, Registration, Security},
    secret::{SecretName, VaultKind, memory::Memory},
};
use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering},
};

const KESTREL: &str = r#"
[[registration]]
name = "kestrel"
provider = "microsoft"
tenant = "kestrel.example"
client_id = "11111111-2222-3333-4444-555555555555"
client_secret = { env = "KESTREL_SECRET" }
client_secret_expires = 2027-05-01
redirect = "https://tool.example/done"

[[profile]]
name = "Invoices"
tags = ["production", "a \"quoted\" one"]
registration = "Kestrel"
mailbox = "invoices@kestrel.example"
from = "Kestrel Invoices <invoices@kestrel.example>"
send_as = ["anna@kestrel.example"]
backup = "relay"
token_grace_seconds = 60

[[profile]]
name = "Relay"
enabled = false
sign_in = "password"
mailbox = "relay@kestrel.example"
password = { file = "relay.txt" }
smtp = { host = "relay.example", port = 465 }
imap = { host = "imap.relay.example" }
technical_mail = "ops@kestrel.example"
save_to_sent_items = false
"#;

/// 2027: the certificates of the fixtures are valid then.
const NOW: i64 = 1_800_000_000;

/// A place to apply files to.
struct Place {
    profiles: Profiles,
    vault: Memory,
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("relay.txt"), "relay-pw\n").unwrap();
        Self { profiles: Profiles::new(Db::in_memory().unwrap()), vault: Memory::default(), dir }
    }

    fn apply(&self, text: &str) -> Result<Applied, FileError> {
        self.apply_with(text, &self.vault)
    }

    fn apply_with(&self, text: &str, vault: &dyn SecretStore) -> Result<Applied, FileError> {
        let environment =
            |name: &str| (name == "KESTREL_SECRET").then(|| Secret::new("kestrel-secret"));
        let source = Source {
            text,
            base_dir: self.dir.path(),
            environment: &environment,
            secrets: &SecretFiles::default(),
            found: &[],
        };
        apply(&source, &self.profiles, vault, Timestamp::from_unix(NOW).unwrap())
    }

    fn faults(&self, text: &str) -> Vec<PlacedFault> {
        match self.apply(text) {
            Err(FileError::Invalid(faults)) => faults,
            other => panic!("{other:?}"),
        }
    }

    fn all(&self) -> (Vec<Registration>, Vec<Profile>) {
        let rows = |rows: crate::profile::store::Rows<'_>| {
            Ok::<_, StoreError>((rows.registrations()?, rows.profiles()?))
        };
        self.profiles.look(rows).unwrap()
    }

    fn export(&self) -> String {
        self.profiles.look(|rows| export(rows, &[])).unwrap()
    }
}

#[test]
fn applying_makes_what_the_file_says_and_the_second_time_nothing() {
    let place = Place::new();
    let first = place.apply(KESTREL).unwrap();
    assert_eq!(first.created, ["kestrel", "Invoices", "Relay"]);
    assert_eq!(first.not_yet.len(), 3, "imap, technical_mail, backup: {:?}", first.not_yet);
    let (registrations, profiles) = place.all();
    assert_eq!(profiles[0].registration, Some(registrations[0].id));
    assert_eq!(profiles[0].backup, Some(profiles[1].id));
    assert_eq!(profiles[1].smtp.as_ref().unwrap().security, Security::Tls, "goes with 465");
    let relay = SecretKey::new(profiles[1].id, SecretName::Password);
    assert_eq!(place.vault.get(&relay).unwrap().unwrap().expose(), "relay-pw");

    let second = place.apply(KESTREL).unwrap();
    assert_eq!(second.unchanged, ["kestrel", "Invoices", "Relay"]);
    assert_eq!((second.created.len(), second.changed.len()), (0, 0));
    assert_eq!(place.all(), (registrations, profiles));
}

#[test]
fn a_changed_line_changes_one_profile_and_keeps_its_id() {
    let place = Place::new();
    place.apply(KESTREL).unwrap();
    let before = place.all().1;
    let changed = place.apply(&KESTREL.replace("= 60", "= 90")).unwrap();
    assert_eq!((changed.changed, changed.unchanged.len()), (vec!["Invoices".to_owned()], 2));
    let after = place.all().1;
    assert_eq!((after[0].id, after[0].token_grace_seconds), (before[0].id, 90));
}

#[test]
fn a_new_secret_alone_is_a_change() {
    let place = Place::new();
    place.apply(KESTREL).unwrap();
    fs::write(place.dir.path().join("relay.txt"), "another\n").unwrap();
    assert_eq!(place.apply(KESTREL).unwrap().changed, ["Relay"]);
}

#[test]
fn a_proxys_password_is_exported_only_while_the_route_names_a_user() {
    let place = Place::new();
    let through = KESTREL.replace(
        "technical_mail",
        "route = \"http://clerk@proxy.example:3128\"\nproxy_password = { env = \"KESTREL_SECRET\" }\ntechnical_mail",
    );
    place.apply(&through).unwrap();
    let exported = place.export();
    assert!(exported.contains("proxy_password = { vault = true }\n"), "{exported}");
    assert_eq!(place.apply(&exported).unwrap().unchanged.len(), 3, "{exported}");

    for route in ["direct", "http://proxy.example:3128"] {
        let straight = exported
            .replace("http://clerk@proxy.example:3128", route)
            .replace("proxy_password = { vault = true }\n", "");
        assert_eq!(place.apply(&straight).unwrap().changed, ["Relay"], "{straight}");
        let exported = place.export();
        assert!(!exported.contains("proxy_password"), "{exported}");
        assert_eq!(place.apply(&exported).unwrap().unchanged.len(), 3, "{exported}");
    }
}

#[test]
fn an_export_has_no_secret_and_applies_back_to_the_same() {
    let place = Place::new();
    place.apply(KESTREL).unwrap();
    let exported = place.export();
    assert!(!exported.contains("kestrel-secret") && !exported.contains("relay-pw"), "{exported}");
    let again = place.apply(&exported).unwrap();
    assert_eq!(again.unchanged.len(), 3, "{exported}\n{again:?}");
    assert!(again.missing_secrets.is_empty());
    assert_eq!(place.export(), exported);

    let elsewhere = Place::new();
    let applied = elsewhere.apply(&exported).unwrap();
    assert_eq!(applied.missing_secrets, ["kestrel: client secret", "Relay: password"]);
    let strip = |(registrations, profiles): (Vec<Registration>, Vec<Profile>)| {
        let names: Vec<_> = registrations.iter().map(|one| one.name.clone()).collect();
        (names, profiles.iter().map(|p| (p.name.clone(), p.smtp.clone())).collect::<Vec<_>>())
    };
    assert_eq!(strip(elsewhere.all()), strip(place.all()));
}

#[test]
#[rustfmt::skip]
fn every_fault_says_where_and_what_would_be_right() {
    let table = [
        // in place of                  stands                                 line col field                  the remedy names
        ("redirect =",                  "redirct =",                              9,  1, "redirct",             "redirect"),
        ("imap = { host",               "imap = { hots",                         28, 10, "imap.hots",           "imap.host"),
        ("port = 465",                  "port = 70000",                          27, 41, "smtp.port",           "1 to 65535"),
        ("port = 465",                  "port = \"465\"",                        27, 41, "smtp.port",           "whole number"),
        ("{ env = \"KESTREL_SECRET\" }","\"hunter2\"",                            7, 17, "client_secret",       "{ env"),
        ("KESTREL_SECRET",              "OTHER",                                  7, 17, "client_secret",       "secret"),
        ("relay.txt",                   "gone.txt",                              26, 12, "password",            "secret"),
        ("{ file = \"relay.txt\" }",    "{ file = \"a\", env = \"b\" }",         26, 12, "password",            "{ env"),
        ("\"Kestrel\"",                 "\"Kestral\"",                           14, 16, "registration",        "kestrel"),
        ("backup = \"relay\"",          "backup = \"relays\"",                   18, 10, "backup",              "Relay"),
        ("tenant = \"kestrel.example\"","tenant = \"kestrel.example/..\"",        5, 10, "tenant",              "GUID"),
        ("name = \"Relay\"",            "name = \"INVOICES\"",                   22,  8, "name",                "name of its own"),
        ("[[profile]]\nname = \"Relay\"", "[[profil]]\nname = \"Relay\"",        21,  3, "profil",              "profile"),
        ("enabled = false",             "enabled = flase",                       23, 11, "file",                "TOML"),
    ];
    let place = Place::new();
    for (old, new, line, column, field, remedy) in table {
        let text = KESTREL.replacen(old, new, 1);
        assert_ne!(text, KESTREL, "{old}");
        let faults = place.faults(&text);
        let found = faults.iter().find(|one| one.fault.field == field).unwrap_or_else(|| panic!("{new}: {faults:?}"));
        assert_eq!((found.line, found.column), (line, column), "{new}: {found:?}");
        assert!(found.fault.remedy.contains(remedy), "{new}: {}", found.fault.remedy);
        assert!(!format!("{faults:?}").contains("hunter2"), "a secret is not repeated");
        assert_eq!(place.all(), (vec![], vec![]), "{new}: nothing is written");
        assert!(place.vault.keys().is_empty(), "{new}: nothing is in the vault");
    }
}

#[test]
fn a_file_that_changes_the_host_has_to_allow_clear_text_anew() {
    let place = Place::new();
    let clear = "port = 25, security = \"none\", allow_plaintext = \"relay.example\"";
    let text = KESTREL.replace("port = 465", clear);
    place.apply(&text).unwrap();
    assert!(place.export().contains("allow_plaintext = \"relay.example\""), "{}", place.export());

    let moved = text.replace("host = \"relay.example\"", "host = \"evil.example\"");
    let before = place.all();
    let faults = place.faults(&moved);
    let [PlacedFault { fault, .. }] = &faults[..] else { panic!("{faults:?}") };
    assert_eq!(fault.field, "smtp.allow_plaintext");
    assert!(fault.fault.contains("relay.example") && fault.fault.contains("evil.example"));
    assert_eq!(place.all(), before, "nothing is written");
    place.apply(&moved.replace("plaintext = \"relay", "plaintext = \"evil")).unwrap();
}

#[test]
fn all_faults_come_at_once() {
    let text =
        KESTREL.replace("port = 465", "port = 0").replace("@kestrel.example\"\nfrom", "\"\nfrom");
    let faults = Place::new().faults(&text.replace("redirect", "redirekt"));
    assert!(
        faults.len() == 1,
        "unknown keys first, since what they meant is not known: {faults:?}"
    );
    let faults = Place::new().faults(&text);
    let fields: Vec<_> = faults.iter().map(|one| one.fault.field.as_str()).collect();
    assert_eq!(fields, ["mailbox", "smtp.port"]);
    assert_eq!(faults[1].table, "profile \"Relay\"");
}

#[test]
fn a_profile_without_a_name_gets_the_same_one_each_time() {
    let place = Place::new();
    let text = KESTREL.replace("name = \"Invoices\"\n", "");
    assert_eq!(
        place.apply(&text).unwrap().created,
        ["kestrel", "Microsoft invoices@kestrel.example", "Relay"]
    );
    assert_eq!(place.apply(&text).unwrap().unchanged.len(), 3);
}

/// A vault that takes so many secrets and then no more.
#[derive(Debug)]
struct Stubborn<'a> {
    vault: &'a Memory,
    left: AtomicUsize,
}

impl SecretStore for Stubborn<'_> {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn put(&self, key: &SecretKey, secret: &Secret, label: &str) -> Result<(), VaultError> {
        let left = self.left.fetch_sub(1, Ordering::Relaxed);
        if left == 0 {
            // One refusal; afterwards it takes back what it had.
            return Err(VaultError::Refused { said: "no more".to_owned() });
        }
        self.vault.put(key, secret, label)
    }

    fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        self.vault.get(key)
    }

    fn forget(&self, key: &SecretKey) -> Result<(), VaultError> {
        self.vault.forget(key)
    }
}

#[test]
fn a_vault_that_refuses_leaves_nothing_half_done() {
    let place = Place::new();
    let stubborn = Stubborn { vault: &place.vault, left: AtomicUsize::new(1) };
    let refused = place.apply_with(KESTREL, &stubborn);
    assert!(matches!(refused, Err(FileError::Vault(VaultError::Refused { .. }))), "{refused:?}");
    assert_eq!(place.all(), (vec![], vec![]));
    assert!(place.vault.keys().is_empty(), "the first secret was taken back");

    place.apply(KESTREL).unwrap();
    fs::write(place.dir.path().join("relay.txt"), "another\n").unwrap();
    let changed = KESTREL.replace("KESTREL_SECRET\" }", "KESTREL_SECRET\" }\nca_file = \"x.pem\"");
    assert!(place.apply(&changed).is_err(), "no such certificate file");
    let stubborn = Stubborn { vault: &place.vault, left: AtomicUsize::new(0) };
    place.apply_with(KESTREL, &stubborn).unwrap_err();
    let relay = SecretKey::new(place.all().1[1].id, SecretName::Password);
    assert_eq!(place.vault.get(&relay).unwrap().unwrap().expose(), "relay-pw");
}

#[test]
fn a_registration_may_change_together_with_its_profiles_but_not_without() {
    let place = Place::new();
    place.apply(KESTREL).unwrap();
    let alone = r#"
        [[registration]]
        name = "kestrel"
        provider = "google"
        client_id = "1-a.apps.googleusercontent.com"
    "#;
    let graph = KESTREL.replace("backup = \"relay\"", "transport = \"graph\"");
    place.apply(&graph).unwrap();
    let before = place.all();
    let refused = place.apply(alone);
    let Err(FileError::Store(StoreError::WouldBreak { profile, .. })) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(profile, "Invoices");
    assert_eq!(place.all(), before);
    let together = format!(
        "{alone}\n[[profile]]\nname = \"Invoices\"\nregistration = \"kestrel\"\nmailbox = \"a@b.example\"\n"
    );
    assert_eq!(place.apply(&together).unwrap().changed, ["kestrel", "Invoices"]);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = Place::new().apply(&text);
    }

    #[test]
    fn no_cut_or_flipped_character_makes_it_panic(at in 0..KESTREL.len(), with in "\\PC?") {
        let mut text = KESTREL.to_owned();
        text.replace_range(at..=at, &with);
        let _ = Place::new().apply(&text);
        let _ = Place::new().apply(&KESTREL[..at]);
    }
}
