//! What is held of a sign-in, and how it is forgotten.

use super::App;
use crate::{
    api::{News, SignOutReport, TokenView},
    explain::{Code, Problem},
    oauth::{Claims, SignedOut},
    profile::{Profile, ProfileId, SignIn, presets},
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
            let by_itself = claims.as_ref().map(Claims::account).unwrap_or_default();
            Ok(TokenView {
                profile_id: id,
                signed_in: match profile.sign_in {
                    SignIn::Delegated => known.is_some() && renews,
                    SignIn::AppOnly => held.is_some(),
                    SignIn::Password | SignIn::None => false,
                },
                account: known.as_ref().and_then(|known| known.account.clone()),
                tenant: known.as_ref().and_then(|known| known.tenant.clone()).or(by_itself.tenant),
                app_id: claims.as_ref().and_then(Claims::app),
                missing_scopes: known
                    .as_ref()
                    .map(|known| known.missing.clone())
                    .unwrap_or_default(),
                permissions: claims.as_ref().and_then(Claims::permissions).unwrap_or_default(),
                opaque: held.is_some() && claims.is_none(),
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

    /// Forgets a sender's tokens, and revokes them where the provider can. Says so where it cannot, or
    /// did not.
    ///
    /// # Errors
    /// Nobody was signed in, and the sender signs itself in.
    pub async fn sign_out(&self, id: ProfileId) -> Result<SignOutReport, Problem> {
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
        let report = SignOutReport {
            id,
            signed_in: false,
            revoked: false,
            end_access_at: None,
            problem: None,
        };
        Ok(match ended {
            SignedOut::NothingHeld if sender.profile.sign_in == SignIn::AppOnly => {
                return Err(signs_itself_in(&sender.profile));
            }
            SignedOut::NothingHeld => report,
            SignedOut::Revoked => SignOutReport { revoked: true, ..report },
            SignedOut::Forgotten => {
                let page = sender.registration.as_ref().and_then(presets::end_access_page);
                SignOutReport { end_access_at: page.map(ToOwned::to_owned), ..report }
            }
            SignedOut::NotRevoked(error) => {
                SignOutReport { problem: Some(not_revoked(error.into())), ..report }
            }
        })
    }
}

fn signs_itself_in(profile: &Profile) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        format!("Nobody is signed in: {} signs itself in", profile.name),
        "It does so with its app's client secret or certificate whenever it sends. To stop \
         that, switch the sender off or remove what it signs in with (`sendright disable`, `secret remove`).",
    )
}

/// Why a sign-out did not reach the provider, after it was done here.
fn not_revoked(problem: Problem) -> Problem {
    let title = format!("Signed out here, but not revoked: {}", problem.title);
    let means = format!(
        "The tokens are forgotten on this computer. Until they run out the provider would still take \
         them: end the app's access on the account's own page. {}",
        problem.means
    );
    Problem { title, means, ..problem }
}
