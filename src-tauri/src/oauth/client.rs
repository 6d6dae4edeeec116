//! The app signs in as itself, with its secret or certificate (RFC 6749 §4.4).

use super::{error::TokenError, party::Party, proof::Proof, redeem::unread, token::Tokens};
use crate::clock::Timestamp;
use oauth2::Scope;

/// Asks for an access token for `scopes` of one resource: Microsoft wants `…/.default`.
///
/// No refresh token comes with it (RFC 6749 §4.4.3), and no person can help when it is refused.
pub(super) async fn credentials(
    party: &Party,
    scopes: &[String],
    now: Timestamp,
) -> Result<Tokens, TokenError> {
    if !party.can_prove_itself() {
        return Err(TokenError::SecretMissing);
    }
    let requests = party.requests(Proof::Secret);
    let mut request =
        requests.exchange_client_credentials().add_scopes(scopes.iter().cloned().map(Scope::new));
    for (name, value) in party.assertion(Proof::Secret, now)? {
        request = request.add_extra_param(name, value);
    }
    let answer = request.request_async(&party.wire(now)).await.map_err(|e| unread(e, party))?;
    party.read(&answer, scopes, now)
}
