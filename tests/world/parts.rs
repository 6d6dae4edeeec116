//! What the use cases in the test's own process are made of.

use sendright::{
    app::Parts,
    clock::Clock,
    net::{limits::Limits, route::Surroundings},
    paths::Paths,
    secret::SecretStore,
};
use std::{path::Path, sync::Arc};

/// Those of a program with its data in `dir`, its secrets in `vault`, and all else as usual.
pub(crate) fn parts(dir: &Path, vault: Arc<dyn SecretStore>) -> Parts {
    Parts {
        paths: Paths::at(dir),
        db: None,
        vault,
        clock: Clock::system(),
        limits: Limits::default(),
        surroundings: Surroundings::default(),
    }
}
