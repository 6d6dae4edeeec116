//! What a provider, a browser or a person may say: for `tests/fuzz`.

use super::{
    Claims, browser_page, device, discovery,
    redirect::Reply,
    wire::{self, Answer},
};
use crate::{
    clock::Timestamp,
    secret::{Secret, veil::Veil},
};
use oauth2::{
    StandardDeviceAuthorizationResponse as DeviceAnswer,
    http::{Response, header},
};

pub use super::loopback::fuzzing::browser;

/// The sent secret, which must not come back in any words.
const SENT: &str = "of-a-fuzzer";

/// An answer of the token endpoint: status, Retry-After and body.
pub fn token_answer(status: u16, retry_after: &str, body: &[u8]) {
    let answer = Response::builder().status(status).header(header::RETRY_AFTER, retry_after);
    let Ok(answer) = answer.body(body.to_vec()) else { return };
    let now = Timestamp::from_unix(1_800_000_000).expect("it is a time");
    let mut sent = Veil::default();
    sent.hide(&Secret::new(SENT));
    match wire::judged(&answer, "login.example", &sent, now) {
        Ok(answer) => drop(serde_json::from_slice::<Answer>(answer.body())),
        Err(error) => assert!(!error.to_string().contains(SENT), "{error}"),
    }
}

/// What a provider publishes of itself, and what it answers to who asks for a code.
pub fn published(body: &[u8]) {
    let issuer = "https://id.example".parse().expect("it is an address");
    drop(discovery::read(body, &issuer, "id.example").map_err(|error| error.to_string()));
    if let Ok(answer) = serde_json::from_slice::<DeviceAnswer>(body) {
        drop(device::code(answer.user_code().secret()));
        if let Some(address) = device::safe(answer.verification_uri().url()) {
            assert!(matches!(address.scheme(), "http" | "https"), "{address}");
        }
    }
}

/// What somebody pastes: an address with an answer, the text of a page, or a token to be shown.
pub fn pasted(text: &str) {
    drop(Reply::pasted(text));
    drop(browser_page(text).to_string());
    if let Some(claims) = Claims::of(&Secret::new(text)) {
        drop((claims.account(), claims.audience(), claims.shown()));
    }
}
