//! Consent and tokens: from the question in the browser to an access token that is fresh.
//!
//! Read in the order of a sign-in: [`Party`] says who asks whom, [`Consents`] keeps the open
//! questions, [`Loopback`] or a link brings the answer, or [`Device`] fetches it; [`Wallet`] redeems it
//! and renews the tokens.
//! Invariants: a question is answered once; a rotated refresh token is in the vault before its access
//! token is used; what a provider says survives word for word in a [`ProviderRefusal`].

mod account;
mod admin;
mod assertion;
mod client;
mod consent;
mod desk;
mod device;
mod discovery;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod loopback;
mod page;
mod party;
mod proof;
mod redeem;
mod redirect;
mod refusal;
mod request;
mod token;
mod wallet;
mod wire;

pub use account::{Account, Claims};
pub use admin::{AdminWaiting, Allowed, Application};
pub use consent::{Asked, ConsentError, Waiting};
pub use desk::Consents;
pub use device::{Device, DeviceGrant, Shown};
pub use discovery::{DiscoveryError, discover};
pub use error::{SignInReason, TokenError};
pub use loopback::{Browser, Ending, Loopback, LoopbackError};
pub use party::Party;
pub use proof::Proof;
pub use redirect::Grant;
pub use refusal::{Clocks, ProviderRefusal, browser_page, challenge};
pub use token::{AccessToken, missing};
pub use wallet::{SignedIn, SignedOut, Wallet};
