//! Forgetting tokens, and revoking them where the provider can.

use super::{Wallet, custody::Kept};
use crate::oauth::{error::TokenError, party::Party};
use url::Url;

/// How a sign-out ended; the tokens are forgotten here in any case.
#[derive(Debug)]
pub enum SignedOut {
    /// There was nothing to forget.
    NothingHeld,
    /// Forgotten; this provider offers no way to revoke.
    Forgotten,
    /// Forgotten, and revoked at the provider.
    Revoked,
    /// Forgotten; the provider could not be made to revoke.
    NotRevoked(TokenError),
}

impl Wallet {
    /// Forgets the tokens of `party`'s profile, and revokes them where the provider can.
    ///
    /// # Errors
    /// When they could not be forgotten.
    pub async fn sign_out(&self, party: &Party) -> Result<SignedOut, TokenError> {
        let _turn = self.0.turns.take(party.profile).await?;
        let kept = self.0.refresh.look(party.profile).await?;
        self.0.refresh.forget(party.profile).await?;
        self.drop_access(party.profile);
        match (kept, &party.endpoints.revoke) {
            (None, _) => Ok(SignedOut::NothingHeld),
            (Some(kept), Some(place)) if kept.changed(party).is_empty() => {
                Ok(match self.revoke(party, place, &kept).await {
                    Ok(()) => SignedOut::Revoked,
                    Err(error) => SignedOut::NotRevoked(error),
                })
            }
            (Some(_), _) => Ok(SignedOut::Forgotten),
        }
    }

    /// Revokes a refresh token and all that came of it, the client proving itself as at the sign-in
    /// (RFC 7009 §2.1). By hand: the `oauth2` crate takes `https://` addresses only, and a provider on
    /// this computer has none.
    async fn revoke(&self, party: &Party, place: &Url, kept: &Kept) -> Result<(), TokenError> {
        let token = kept.refresh_token.expose();
        let fields = [("token", token), ("token_type_hint", "refresh_token")];
        let request = party.form(place, kept.proof, &fields);
        party.wire(self.0.clock.now()).tell(request).await
    }
}
