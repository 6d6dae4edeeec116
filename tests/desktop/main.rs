//! What a person does, in the real window and a real browser, with real servers and a real keyring behind them.
// Those run on Linux; scripts/test says so elsewhere, and fails.
#![cfg(target_os = "linux")]

mod app;
mod camera;
mod consents;
mod contrast;
mod counterparts;
mod declared;
mod discovery;
mod dragging;
mod elsewhere;
mod journeys;
mod keyboard;
#[path = "../world/keyring.rs"]
mod keyring;
mod links;
mod many;
#[path = "../world/marked.rs"]
mod marked;
mod native;
mod notes;
mod screens;
mod secrecy;
mod sending;
#[path = "../peers/servers/mod.rs"]
mod servers;
mod session;
mod sheets;
mod vault;
mod webdriver;
