//! A vault that takes no more, and one that asks its person each time.

use super::*;
use crate::secret::VaultKind;
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

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

/// A vault that asks its person for everything it may hand out, while nobody else has to wait.
#[derive(Debug)]
struct Asking<'a> {
    vault: &'a Memory,
    elsewhere: Db,
    asked: Mutex<Vec<SecretName>>,
}

impl SecretStore for Asking<'_> {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn ready(&self) -> Result<(), VaultError> {
        Ok(())
    }

    fn put(&self, key: &SecretKey, secret: &Secret, label: &str) -> Result<(), VaultError> {
        self.vault.put(key, secret, label)
    }

    fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        let mut free = false;
        let look = |_: &rusqlite::Transaction<'_>| {
            free = true;
            Ok(())
        };
        self.elsewhere.change_in_passing(look).unwrap();
        assert!(free, "the database is held while the person is asked for {:?}", key.name);
        self.asked.lock().unwrap().push(key.name);
        self.vault.get(key)
    }

    fn forget(&self, key: &SecretKey) -> Result<(), VaultError> {
        self.vault.forget(key)
    }
}

#[test]
fn the_person_is_asked_once_for_what_there_may_be_and_before_the_database_is_held() {
    let place = Place::new();
    let file = place.dir.path().join("sendright.db");
    let place = Place { profiles: Profiles::new(Db::open(&file).unwrap()), ..place };
    let elsewhere = Db::open(&file).unwrap();
    let asking = Asking { vault: &place.vault, elsewhere, asked: Mutex::default() };
    place.apply_with(KESTREL, &asking).unwrap();
    assert_eq!(*asking.asked.lock().unwrap(), [], "nothing can be there of new senders");

    fs::write(place.dir.path().join("relay.txt"), "another\n").unwrap();
    assert_eq!(place.apply_with(KESTREL, &asking).unwrap().changed, ["Relay"]);
    let asked = asking.asked.into_inner().unwrap();
    assert_eq!(asked, [SecretName::ClientSecret, SecretName::Password]);
}
