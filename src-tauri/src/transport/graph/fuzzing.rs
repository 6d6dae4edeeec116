//! What Graph may say: for `tests/fuzz`.

use super::{
    draft,
    refusal::{self, Refusal},
    upload,
};
use http::Response;

/// A refusal's body, and a challenge that comes with it.
pub fn refused(body: &[u8]) {
    drop(Refusal::read(body, ToOwned::to_owned).to_string());
    drop(refusal::claims(&String::from_utf8_lossy(body)));
}

/// The body of an answer that is none: a draft, an upload, how far it has come.
pub fn granted(body: &[u8]) {
    drop((draft::made(body), upload::opened(body)));
    upload::wanted(&Response::new(body.to_vec()));
}
