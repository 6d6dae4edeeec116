//! Authorization codes: kept until they are redeemed, and a while longer to notice a second try.

use super::issue::Consent;
use crate::clock::Timestamp;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// How long a code is good for.
pub(super) const LIFETIME: Duration = Duration::from_secs(600);
/// How many are kept; the oldest makes room.
const MOST: usize = 1000;

/// What a code stands for.
#[derive(Debug, Clone)]
pub(super) struct Code {
    /// What was allowed.
    pub(super) consent: Consent,
    /// The tenant's part of the address.
    pub(super) tenant: String,
    /// Where the answer went.
    pub(super) redirect: String,
    /// For the identity token.
    pub(super) nonce: Option<String>,
    /// SHA-256 of the verifier, base64url.
    pub(super) challenge: String,
    /// When.
    pub(super) issued: Timestamp,
    /// Whether it was redeemed.
    pub(super) redeemed: bool,
}

/// The codes that were handed out.
#[derive(Default)]
pub(in crate::sandbox) struct Codes(Mutex<HashMap<String, Code>>);

impl Codes {
    /// Keeps `code` and names it.
    pub(super) fn put(&self, code: Code) -> String {
        let name = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() >= MOST
            && let Some(oldest) =
                codes.iter().min_by_key(|(_, code)| code.issued).map(|(name, _)| name.clone())
        {
            codes.remove(&oldest);
        }
        codes.insert(name.clone(), code);
        name
    }

    /// The code of this name, marked as redeemed; `redeemed` says whether it was before.
    pub(super) fn redeem(&self, name: &str) -> Option<Code> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let code = codes.get_mut(name)?;
        let before = code.clone();
        code.redeemed = true;
        Some(before)
    }
}
