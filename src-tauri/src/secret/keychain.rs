//! The operating system's keychain: macOS Keychain, Windows Credential Manager, Secret Service.
//!
//! Every secret is an entry of its own under the service name [`SERVICE`], so that the operating
//! system's own tools list it and can remove it. Invariant: no call waits longer than its patience,
//! whatever the keychain is waiting for.

pub use super::platform::LONGEST_ENTRY;
use super::{
    Secret, SecretKey, SecretStore, VaultError, VaultKind, platform,
    spans::{self, Entries},
};
use keyring_core::{CredentialStore, Entry, Error};
use std::{
    collections::HashMap,
    fmt, io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};
use zeroize::Zeroizing;

/// The service name of every entry.
pub const SERVICE: &str = "Sendright";

/// How long a person has to answer the operating system's question for the keychain's password.
pub const PATIENCE: Duration = Duration::from_secs(120);

type Connect = dyn Fn() -> Result<Arc<CredentialStore>, Error> + Send + Sync;

/// What a store is told of an entry besides its name, given the label that its tools should show.
type Modifiers = fn(&str) -> HashMap<&str, &str>;

/// The operating system's keychain. Connects at its first use.
pub struct Keychain {
    connect: Arc<Connect>,
    modifiers: Modifiers,
    longest_entry: usize,
    patience: Duration,
    line: Mutex<Arc<Line>>,
}

/// One connection, used by one call at a time.
#[derive(Default)]
struct Line {
    store: Mutex<Option<Arc<CredentialStore>>>,
    /// Somebody's patience ended; whatever still runs on it must change nothing any more.
    abandoned: AtomicBool,
}

impl fmt::Debug for Keychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keychain")
    }
}

impl Default for Keychain {
    fn default() -> Self {
        Self::new()
    }
}

impl Keychain {
    /// This computer's keychain.
    pub fn new() -> Self {
        Self::limited(LONGEST_ENTRY, PATIENCE)
    }

    /// This computer's keychain, with shorter entries or another patience.
    pub fn limited(longest_entry: usize, patience: Duration) -> Self {
        Self::over(platform::connect, platform::modifiers, longest_entry, patience)
    }

    fn over(
        connect: impl Fn() -> Result<Arc<CredentialStore>, Error> + Send + Sync + 'static,
        modifiers: Modifiers,
        longest_entry: usize,
        patience: Duration,
    ) -> Self {
        let (connect, line) = (Arc::new(connect), Mutex::default());
        Self { connect, modifiers, longest_entry, patience, line }
    }

    /// Runs `job` on a thread of its own and waits for it, but not for ever.
    fn ask<T: Send + 'static>(
        &self,
        label: &str,
        job: impl Fn(&dyn Entries) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, VaultError> {
        let line = Arc::clone(&self.line.lock().unwrap_or_else(PoisonError::into_inner));
        let (connect, modifiers) = (Arc::clone(&self.connect), self.modifiers);
        let label = label.to_owned();
        let (tell, answer) = mpsc::sync_channel(1);
        let used = Arc::clone(&line);
        on_a_thread(move || tell.send(used.run(&*connect, modifiers, &label, job)))
            .map_err(|error| VaultError::Refused { said: error.to_string() })?;
        match answer.recv_timeout(self.patience) {
            Ok(result) => result,
            Err(RecvTimeoutError::Disconnected) => {
                Err(VaultError::Refused { said: "its library gave up".to_owned() })
            }
            Err(RecvTimeoutError::Timeout) => {
                line.abandoned.store(true, Ordering::SeqCst);
                let mut current = self.line.lock().unwrap_or_else(PoisonError::into_inner);
                if Arc::ptr_eq(&current, &line) {
                    *current = Arc::default();
                }
                Err(VaultError::Locked { said: unanswered(self.patience) })
            }
        }
    }
}

fn on_a_thread<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("keychain".to_owned()).spawn(job).map(drop)
}

fn unanswered(patience: Duration) -> String {
    format!("no answer within {} seconds", patience.as_secs())
}

impl Line {
    /// Opens the connection unless it is open. What goes wrong is left to who uses it.
    fn connect(&self, connect: &Connect) {
        let mut kept = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            *kept = connect().ok();
        }
    }

    /// Runs `job` on the connection; once more on a fresh one when an old one turns out broken.
    fn run<T>(
        &self,
        connect: &Connect,
        modifiers: Modifiers,
        label: &str,
        job: impl Fn(&dyn Entries) -> Result<T, Error>,
    ) -> Result<T, VaultError> {
        let mut kept = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = kept.as_ref() {
            match job(&Opened { store, modifiers, label, line: self }) {
                Err(Error::PlatformFailure(_)) => *kept = None,
                result => return result.map_err(|error| told(&error)),
            }
        }
        let fresh = connect().map_err(|error| VaultError::Absent { said: error.to_string() })?;
        let store = kept.insert(fresh);
        job(&Opened { store, modifiers, label, line: self }).map_err(|error| told(&error))
    }
}

/// The store for the time of one call.
struct Opened<'a> {
    store: &'a Arc<CredentialStore>,
    modifiers: Modifiers,
    label: &'a str,
    line: &'a Line,
}

impl Opened<'_> {
    fn entry(&self, name: &str, part: Option<(usize, usize)>) -> Result<Entry, Error> {
        if self.line.abandoned.load(Ordering::SeqCst) {
            return Err(Error::NoStorageAccess("nobody waits for this any more".into()));
        }
        let label = match part {
            None => format!("{SERVICE}: {}", self.label),
            Some((n, of)) => format!("{SERVICE}: {} ({n} of {of})", self.label),
        };
        let modifiers = (self.modifiers)(&label);
        Entry::new_in_store_with_modifiers(self.store, SERVICE, name, &modifiers)
    }
}

impl Entries for Opened<'_> {
    fn read(&self, entry: &str) -> Result<Option<Zeroizing<String>>, Error> {
        match self.entry(entry, None)?.get_secret() {
            Ok(bytes) => String::from_utf8(bytes)
                .map(|text| Some(Zeroizing::new(text)))
                .map_err(|_| Error::BadStoreFormat("the entry is not text".to_owned())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, entry: &str, text: &str, part: Option<(usize, usize)>) -> Result<(), Error> {
        self.entry(entry, part)?.set_secret(text.as_bytes())
    }

    fn remove(&self, entry: &str) -> Result<(), Error> {
        match self.entry(entry, None)?.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            result => result,
        }
    }
}

impl SecretStore for Keychain {
    fn kind(&self) -> VaultKind {
        VaultKind::Keychain
    }

    fn prepare(&self) {
        let line = Arc::clone(&self.line.lock().unwrap_or_else(PoisonError::into_inner));
        let connect = Arc::clone(&self.connect);
        // Whoever asks meanwhile waits for it, as long as for an answer. Without a thread the
        // question itself connects.
        let _ = on_a_thread(move || line.connect(&*connect));
    }

    fn put(&self, key: &SecretKey, secret: &Secret, label: &str) -> Result<(), VaultError> {
        let (name, secret, limit) = (entry_name(key), secret.clone(), self.longest_entry);
        self.ask(label, move |store| spans::put(store, &name, &secret, limit))
    }

    fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        let name = entry_name(key);
        self.ask("", move |store| spans::get(store, &name))
    }

    fn forget(&self, key: &SecretKey) -> Result<(), VaultError> {
        let name = entry_name(key);
        self.ask("", move |store| spans::forget(store, &name))
    }
}

/// The account of an entry, for example `0f8f…/refresh-token`.
fn entry_name(key: &SecretKey) -> String {
    format!("{}/{}", key.owner, key.name.as_str())
}

/// Tells locked, absent and refused apart.
fn told(error: &Error) -> VaultError {
    let said = error.to_string();
    match error {
        Error::NoStorageAccess(cause) if is_absence(&cause.to_string()) => {
            VaultError::Absent { said }
        }
        Error::NoStorageAccess(_) if cfg!(not(target_os = "macos")) => VaultError::Locked { said },
        Error::PlatformFailure(cause) if is_locked(&format!("{cause:?}")) => {
            VaultError::Locked { said }
        }
        _ => VaultError::Refused { said },
    }
}

/// Words of a platform that has no store for this user: Windows without a logon session (a service,
/// ssh with a key), a Secret Service without a default collection.
fn is_absence(cause: &str) -> bool {
    cause.contains("NO_SUCH_LOGON_SESSION") || cause.contains("result not returned")
}

/// macOS: -25308 no interaction allowed (over ssh), -25293 wrong password, -128 the person said no.
///
/// Source: Apple, Security Framework Result Codes, 2026-11.
fn is_locked(cause: &str) -> bool {
    ["-25308", "-25293", "code: -128"].iter().any(|code| cause.contains(code))
}

#[cfg(test)]
mod tests;
