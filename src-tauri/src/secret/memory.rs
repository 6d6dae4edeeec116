//! A vault in memory: tests and the demo.

use super::{Secret, SecretKey, SecretStore, VaultError, VaultKind};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Keeps secrets until the process ends.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<SecretKey, Secret>>);

impl Memory {
    /// The keys of everything in it, in order.
    pub fn keys(&self) -> Vec<SecretKey> {
        self.with(|kept| kept.keys().copied().collect())
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<SecretKey, Secret>) -> T) -> T {
        // A map operation that panicked has not left half a change behind.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SecretStore for Memory {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn put(&self, key: &SecretKey, secret: &Secret, _label: &str) -> Result<(), VaultError> {
        self.with(|kept| kept.insert(*key, secret.clone()));
        Ok(())
    }

    fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        Ok(self.with(|kept| kept.get(key).cloned()))
    }

    fn forget(&self, key: &SecretKey) -> Result<(), VaultError> {
        self.with(|kept| kept.remove(key));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretName;
    use uuid::Uuid;

    #[test]
    fn what_is_put_is_there_until_it_is_forgotten() {
        let (vault, key) = (Memory::default(), SecretKey::new(Uuid::nil(), SecretName::Password));
        assert!(vault.get(&key).unwrap().is_none());
        vault.put(&key, &Secret::new("one"), "").unwrap();
        vault.put(&key, &Secret::new("two"), "").unwrap();
        assert_eq!(vault.get(&key).unwrap().unwrap().expose(), "two");
        vault.forget(&key).unwrap();
        vault.forget(&key).unwrap();
        assert!(vault.get(&key).unwrap().is_none());
        assert_eq!(vault.keys(), []);
    }
}
