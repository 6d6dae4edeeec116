//! A vault that takes no more.

use super::*;
use crate::secret::VaultKind;
use std::sync::atomic::{AtomicUsize, Ordering};

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
