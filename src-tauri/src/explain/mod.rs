//! Sense: the one place where failures become words.
//!
//! Every failure reaches the person as a [`Problem`], with the other side's own words in `said`.

mod account;
mod certificate;
mod files;
mod graph;
mod greeting;
mod letter;
mod net;
mod oauth;
pub mod problem;
mod profile;
mod proxy;
mod replies;
mod send_as;
mod tls;
mod transport;
mod vault;

pub use account::{Bearer, credentials_refused};
pub use greeting::first_to_check;
pub use problem::{Cause, Code, FieldFault, Fix, Likelihood, Problem, Retry};
pub use send_as::{Keeper, SendAsFacts, right_missing};
