//! What a person does, in the real window and a real browser, with real servers and a real keyring behind them.

mod dragging;
mod journeys;
#[path = "../world/keyring.rs"]
mod keyring;
mod links;
mod native;
#[path = "../peers/servers/mod.rs"]
mod servers;
mod session;
mod vault;
mod webdriver;
