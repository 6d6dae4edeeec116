//! Sendright: sender profiles for people whose programs must send mail.
//!
//! Read from the ground up; nothing looks up, and nothing outside `shell` knows Tauri.
//! `docs/ARCHITECTURE.md` has the plan and the invariants; `tests/architecture.rs` guards them.

// Ground floor: knows nobody.
pub mod clock;
pub mod db;
pub mod log;
pub mod net;
pub mod paths;
pub mod secret;
pub mod tame;

// First floor: things.
pub mod certificate;
pub mod letter;
pub mod profile;
pub mod settings;

// Second floor: conversations.
pub mod oauth;
pub mod transport;

// Third floor: sense.
pub mod api;
pub mod explain;
pub mod outbox;

// Top floor: use cases.
pub mod app;
pub mod start;

// Faces.
pub mod cli;
#[cfg(feature = "shell")]
pub mod shell;

// A mail world on loopback; knows only the ground floor.
pub mod sandbox;
