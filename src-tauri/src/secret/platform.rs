//! What differs between the keychains: how they are opened, what an entry is told, how long it may be.

use keyring_core::{CredentialStore, Error};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The longest entry, in bytes: `CRED_MAX_CREDENTIAL_BLOB_SIZE`, 5 × 512.
///
/// Source: learn.microsoft.com, wincred.h, CREDENTIALW, 2026-11.
#[cfg(windows)]
pub const LONGEST_ENTRY: usize = 2_560;

/// The longest entry, in bytes. Neither the Secret Service (measured up to 16 MB) nor the macOS
/// keychain states a limit; every token and certificate fits into this.
#[cfg(not(windows))]
pub const LONGEST_ENTRY: usize = 64 * 1024;

/// Connects to this platform's keychain: to the one that `keyring` opens for the process at first.
///
/// NOTE: `keyring` opens it once, for good or ill. A keychain that was not there then, or that was
/// started anew since, is reached by a connection of our own.
pub(super) fn connect() -> Result<Arc<CredentialStore>, Error> {
    static ASKED: AtomicBool = AtomicBool::new(false);
    if !ASKED.swap(true, Ordering::SeqCst)
        && keyring::Entry::store_status().is_ok()
        && let Some(store) = keyring_core::get_default_store()
    {
        return Ok(store);
    }
    connect_anew()
}

#[cfg(target_os = "macos")]
fn connect_anew() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn connect_anew() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn connect_anew() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

/// What an entry is told besides its name, given the label that the system's tools should show.
#[cfg(target_os = "macos")]
pub(super) fn modifiers(_label: &str) -> HashMap<&str, &str> {
    // NOTE: the keychain's tools show service and account; there is no label to set.
    HashMap::new()
}

/// What an entry is told besides its name, given the label that the system's tools should show.
#[cfg(windows)]
pub(super) fn modifiers(_label: &str) -> HashMap<&str, &str> {
    // NOTE: the default, Enterprise, roams to other computers of a domain. Tokens stay here.
    HashMap::from([("persistence", "Local")])
}

/// What an entry is told besides its name, given the label that the system's tools should show.
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn modifiers(label: &str) -> HashMap<&str, &str> {
    HashMap::from([("label", label)])
}
