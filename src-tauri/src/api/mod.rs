//! The contract with the faces: what they ask and what they are told. Plain data, no behaviour.
//!
//! Invariant: a secret goes in (`SecretInput`, `VaultPassphrase`) and nothing here brings one out.

/// Declares a struct that crosses to the faces.
macro_rules! data {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* }
    )+};
}

/// Declares an enum of words that crosses to the faces.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
    )+};
}

mod app;
mod consent;
#[cfg(test)]
mod contract;
mod history;
mod registrations;
mod sandbox;
mod send;
mod senders;

pub use app::*;
pub use consent::*;
pub use history::*;
pub use registrations::*;
pub use sandbox::*;
pub use send::*;
pub use senders::*;
