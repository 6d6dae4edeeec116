//! What a declarative file may hold: for `tests/fuzz`.

use super::{KnownFiles, Source, read};
use crate::profile::{ProfileId, RegistrationId};
use std::path::Path;

/// Reads `text`, checks what it declares, and writes nothing.
pub fn declared(text: &str) {
    let base_dir = Path::new("/nowhere");
    let Ok(entries) = read::entries(&Source {
        text,
        base_dir,
        environment: &|_| None,
        files: &KnownFiles::default(),
        found: &[],
    }) else {
        return;
    };
    let checked =
        entries.registrations.iter().map(|entry| entry.draft.check(RegistrationId::new()));
    let registrations: Vec<_> = checked.flatten().collect();
    for entry in &entries.profiles {
        drop(entry.draft.check(ProfileId::new(), &registrations));
    }
}
