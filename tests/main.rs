//! Everything that looks at the product from outside: one binary, a file per area.

// Clippy knows a test by `#[test]`; what tests share may fail as bluntly.
#![allow(clippy::unwrap_used)]

mod architecture;
mod certificate;
mod cli;
mod connections;
mod consent;
mod contract;
mod discovery;
mod gallery;
mod graph;
mod health;
mod journey;
mod keychain;
mod meanwhile;
mod outbox;
mod parity;
#[cfg(target_os = "linux")]
mod peers;
mod profiles;
#[cfg(target_os = "linux")]
mod prompt;
mod redirects;
mod sandbox;
mod secrets;
mod silence;
mod smtp;
mod vault_file;
mod world;
