//! What is held of a sign-in, and how it is forgotten.

use super::App;
use crate::{
    api::{News, TokenView},
    explain::Problem,
    oauth::{Claims, SignedOut},
    profile::{ProfileId, SignIn},
    secret::{SecretKey, SecretName},
};
use tokio_util::sync::CancellationToken;

impl App {
    /// What is held of a sender's sign-in; never the tokens.
    pub async fn token_view(&self, id: ProfileId) -> Result<TokenView, Problem> {
        let held = self.0.wallet.held_by(id);
        self.beside(move |inner| {
            let (profile, known, secrets) = inner.store.look(|rows| {
                Ok::<_, Problem>((rows.profile(id)?, rows.sign_in(id)?, rows.secrets_of(id)?))
            })?;
            let renews = secrets.iter().any(|(name, _)| *name == SecretName::RefreshToken);
            let claims = held.as_ref().and_then(|token| Claims::of(&token.value));
            let granted = known.as_ref().map(|known| known.scopes.clone()).unwrap_or_default();
            Ok(TokenView {
                profile_id: id,
                signed_in: match profile.sign_in {
                    SignIn::Delegated => known.is_some() && renews,
                    SignIn::AppOnly => held.is_some(),
                    SignIn::Password | SignIn::None => false,
                },
                account: known.as_ref().and_then(|known| known.account.clone()),
                access_expires_at: held.as_ref().map(|token| token.expires_at),
                scopes: held.as_ref().map_or(granted, |token| token.scopes.clone()),
                audience: held.and_then(|token| token.audience),
                signed_in_at: known.as_ref().map(|known| known.signed_in_at),
                refreshed_at: known.map(|known| known.refreshed_at),
                claims: claims.map(|claims| claims.shown()).unwrap_or_default(),
            })
        })
        .await
    }

    /// Gets a sender an access token for its own transport, unless it has one that is fresh. Nothing
    /// happens to one that signs in without tokens.
    pub async fn renew_token(&self, id: ProfileId) -> Result<(), Problem> {
        let sender = self.sender(id).await?;
        if matches!(sender.profile.sign_in, SignIn::Delegated | SignIn::AppOnly) {
            let via = sender.profile.transport;
            self.credentials(&sender, via, &CancellationToken::new()).await?;
        }
        Ok(())
    }

    /// Forgets a sender's tokens, and revokes them where the provider can. Says so when it could not.
    pub async fn sign_out(&self, id: ProfileId) -> Result<(), Problem> {
        let sender = self.sender(id).await?;
        let party = self.party(&sender).await?;
        let ended = self.0.wallet.sign_out(&party).await?;
        self.beside(move |inner| {
            Ok(inner.store.change(|rows| {
                rows.forget_sign_in(id)?;
                rows.secret_is_gone(SecretKey::new(id, SecretName::RefreshToken))
            })?)
        })
        .await?;
        self.tell(News::ProfilesChanged);
        match ended {
            SignedOut::NotRevoked(error) => Err(error.into()),
            SignedOut::NothingHeld | SignedOut::Forgotten | SignedOut::Revoked => Ok(()),
        }
    }
}
