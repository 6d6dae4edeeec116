//! Everything that looks at the product from outside: one binary, a file per area.

mod architecture;
mod consent;
mod contract;
mod graph;
mod journey;
mod keychain;
mod secrets;
mod smtp;
mod vault_file;
mod world;
