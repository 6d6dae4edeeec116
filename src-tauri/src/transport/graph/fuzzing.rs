//! What Graph may say: for `tests/fuzz`.

use super::refusal::Refusal;

/// A refusal's body.
pub fn refusal(body: &[u8]) {
    drop(Refusal::read(body, ToOwned::to_owned).to_string());
}
