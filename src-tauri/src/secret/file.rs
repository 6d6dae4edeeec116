//! The passphrase-encrypted vault, for machines without a keychain.
//!
//! One text file of two age files, one after the other (<https://age-encryption.org/v1>): an
//! identity, encrypted with the passphrase, and the secrets, encrypted to that identity. So the slow
//! derivation of the passphrase is paid once, and every reading and writing after it is fast.
//! Invariant: the file is replaced as a whole and under a lock; a crash or a second process never
//! costs a secret.

use super::{Secret, SecretKey, SecretStore, VaultError, VaultKind};
use crate::paths::owner_only;
use age::{
    DecryptError,
    secrecy::{ExposeSecret as _, SecretString},
    x25519::Identity,
};
use std::{
    collections::BTreeMap,
    fmt,
    fs::{File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// How much work a guess at the passphrase is, as a power of two: 128 MiB and some 0.3 s.
///
/// Source: OWASP Password Storage Cheat Sheet, scrypt with N = 2^17, r = 8, p = 1, 2026-11.
const WORK: u8 = 17;

/// More work than this is refused: a vault file from elsewhere must not eat the memory.
const MOST_WORK: u8 = 20;

/// How long another process may hold the vault, which takes it milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// What ends the first of the two age files.
const END: &str = "-----END AGE ENCRYPTED FILE-----\n";

type Secrets = BTreeMap<String, Secret>;

/// A vault in one file.
pub struct FileVault {
    path: PathBuf,
    passphrase: Option<Secret>,
    /// The file's head and the identity in it.
    unlocked: Mutex<Option<(String, Identity)>>,
}

impl fmt::Debug for FileVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileVault({})", self.path.display())
    }
}

impl FileVault {
    /// The vault at `path`, which is made with the first secret. Without a passphrase only an
    /// absent vault can be read: as an empty one.
    pub fn new(path: impl Into<PathBuf>, passphrase: Option<Secret>) -> Self {
        Self { path: path.into(), passphrase, unlocked: Mutex::default() }
    }

    fn passphrase(&self) -> Result<SecretString, VaultError> {
        let given = self.passphrase.as_ref().filter(|given| !given.is_empty());
        given.map(|given| given.expose().into()).ok_or(VaultError::NoPassphrase)
    }

    fn file_error(&self, source: io::Error) -> VaultError {
        VaultError::File { path: self.path.display().to_string(), source }
    }

    fn damaged(&self, said: impl fmt::Display) -> VaultError {
        let path = self.path.display().to_string();
        VaultError::Damaged { path, said: said.to_string() }
    }

    /// Its head and its body; `None`: there is no file yet.
    fn halves(&self) -> Result<Option<(String, String)>, VaultError> {
        let mut text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(self.damaged("it is not text"));
            }
            Err(error) => return Err(self.file_error(error)),
        };
        let end = text.find(END).ok_or_else(|| self.damaged("its head has no end"))?;
        let body = text.split_off(end + END.len());
        Ok(Some((text, body)))
    }

    /// Everything in it; nothing when there is no file yet.
    fn read(&self) -> Result<Secrets, VaultError> {
        let Some((head, body)) = self.halves()? else { return Ok(Secrets::new()) };
        let identity = self.unlock(&head)?;
        let plain = age::decrypt(&identity, body.as_bytes()).map_err(|e| self.damaged(e))?;
        let plain = Zeroizing::new(plain);
        // What serde says about a fault may quote a secret.
        serde_json::from_slice(&plain).map_err(|_| self.damaged("there are no secrets in its body"))
    }

    /// The identity in `head`; derived from the passphrase only when the head is new to us.
    fn unlock(&self, head: &str) -> Result<Identity, VaultError> {
        let mut unlocked = self.unlocked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, identity)) = unlocked.as_ref().filter(|(known, _)| known == head) {
            return Ok(identity.clone());
        }
        let mut lock = age::scrypt::Identity::new(self.passphrase()?);
        lock.set_max_work_factor(MOST_WORK);
        let plain = age::decrypt(&lock, head.as_bytes()).map_err(|error| match error {
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                VaultError::WrongPassphrase { path: self.path.display().to_string() }
            }
            other => self.damaged(other),
        })?;
        let plain = Zeroizing::new(plain);
        let identity: Identity = std::str::from_utf8(&plain)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| self.damaged("there is no identity in its head"))?;
        *unlocked = Some((head.to_owned(), identity.clone()));
        Ok(identity)
    }

    /// A head for a vault that has none yet.
    fn found(&self) -> Result<(String, Identity), VaultError> {
        let identity = Identity::generate();
        let mut lock = age::scrypt::Recipient::new(self.passphrase()?);
        lock.set_work_factor(WORK);
        let plain = identity.to_string();
        let head = age::encrypt_and_armor(&lock, plain.expose_secret().as_bytes())
            .map_err(|error| self.damaged(error))?;
        Ok((head, identity))
    }

    /// Reads, changes and replaces, while no other process can.
    fn change(&self, change: impl FnOnce(&mut Secrets)) -> Result<(), VaultError> {
        let _alone = self.turn()?;
        let mut secrets = self.read()?;
        change(&mut secrets);
        let known = self.unlocked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (head, identity) = match known.filter(|_| self.path.exists()) {
            Some(known) => known,
            None => self.found()?,
        };
        let exposed: BTreeMap<&str, &str> =
            secrets.iter().map(|(key, secret)| (key.as_str(), secret.expose())).collect();
        let plain = Zeroizing::new(
            serde_json::to_vec(&exposed).expect("a map of strings can be written as JSON"),
        );
        let body = age::encrypt_and_armor(&identity.to_public(), &plain)
            .map_err(|error| self.damaged(error))?;
        self.replace(&format!("{head}{body}")).map_err(|error| self.file_error(error))?;
        *self.unlocked.lock().unwrap_or_else(PoisonError::into_inner) = Some((head, identity));
        Ok(())
    }

    /// Waits for its turn among processes, with the file unlocked: that takes long, and all others would
    /// wait for it.
    fn turn(&self) -> Result<File, VaultError> {
        let head = || Ok::<_, VaultError>(self.halves()?.map(|(head, _)| head));
        loop {
            let before = head()?;
            before.as_deref().map(|head| self.unlock(head)).transpose()?;
            let alone = self.alone()?;
            // Where another process has made it meanwhile, its key is still to be derived.
            if head()? == before {
                return Ok(alone);
            }
        }
    }

    /// Waits for its turn among processes; the turn ends with the file returned.
    fn alone(&self) -> Result<File, VaultError> {
        let beside = self.path.with_extension("lock");
        let file = owner_only().create(true).truncate(false).open(beside);
        let file = file.map_err(|error| self.file_error(error))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                    thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {
                    let said = "another program holds it and does not let go";
                    return Err(self.file_error(io::Error::new(io::ErrorKind::TimedOut, said)));
                }
                Err(TryLockError::Error(error)) => return Err(self.file_error(error)),
            }
        }
    }

    /// Puts the new file in the old one's place once it is safe on the disk.
    fn replace(&self, text: &str) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut file = owner_only().create(true).truncate(true).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, &self.path)?;
        sync_dir(self.path.parent())
    }
}

#[cfg(unix)]
fn sync_dir(dir: Option<&Path>) -> io::Result<()> {
    dir.map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)] // elsewhere it can fail
fn sync_dir(_dir: Option<&Path>) -> io::Result<()> {
    // NOTE: Windows offers no such thing for directories; NTFS keeps renames in its journal.
    Ok(())
}

/// A secret's name in the file.
fn entry_name(key: &SecretKey) -> String {
    format!("{}/{}", key.owner, key.name.as_str())
}

impl SecretStore for FileVault {
    fn kind(&self) -> VaultKind {
        VaultKind::File
    }

    fn place(&self) -> String {
        format!("the vault file {}", self.path.display())
    }

    fn is_there(&self) -> bool {
        self.path.exists()
    }

    fn ready(&self) -> Result<(), VaultError> {
        // An absent file reads as empty, and still takes nothing without a passphrase.
        self.passphrase()?;
        self.read().map(|_| ())
    }

    fn make(&self) -> Result<(), VaultError> {
        self.ready()?;
        if self.path.exists() { Ok(()) } else { self.change(|_| ()) }
    }

    fn put(&self, key: &SecretKey, secret: &Secret, _label: &str) -> Result<(), VaultError> {
        self.change(|secrets| {
            secrets.insert(entry_name(key), secret.clone());
        })
    }

    fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        Ok(self.read()?.remove(&entry_name(key)))
    }

    fn forget(&self, key: &SecretKey) -> Result<(), VaultError> {
        if self.read()?.contains_key(&entry_name(key)) {
            self.change(|secrets| {
                secrets.remove(&entry_name(key));
            })?;
        }
        Ok(())
    }
}
