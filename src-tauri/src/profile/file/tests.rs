mod certificates;
mod exports;
mod faults;
mod vault;

use super::*;
use crate::{
    db::Db,
    profile::{Profile, Registration, Security},
    secret::{SecretName, memory::Memory},
};
use std::fs;

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
            files: &KnownFiles::default(),
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
fn a_profile_without_a_name_gets_the_same_one_each_time() {
    let place = Place::new();
    let text = KESTREL.replace("name = \"Invoices\"\n", "");
    assert_eq!(
        place.apply(&text).unwrap().created,
        ["kestrel", "Microsoft invoices@kestrel.example", "Relay"]
    );
    assert_eq!(place.apply(&text).unwrap().unchanged.len(), 3);
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
