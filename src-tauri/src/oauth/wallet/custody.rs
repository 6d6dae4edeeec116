//! Refresh tokens in the vault; in memory only while the vault does not take one.

use crate::{
    oauth::{error::TokenError, party::Party, proof::Proof},
    profile::{Basis, ProfileId},
    secret::{Secret, SecretKey, SecretName, SecretStore, VaultError},
};
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// A refresh token as the vault keeps it: with what decides how, and to whom, it may be shown.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Kept {
    /// The token.
    pub(super) refresh_token: Secret,
    /// The client of the sign-in stays the client at every renewal, public or confidential.
    pub(super) proof: Proof,
    /// The settings of the sign-in: it is shown to nobody else than they say.
    basis: Basis,
}

impl Kept {
    /// `refresh_token` as `party` got it, showing `proof`.
    pub(super) fn new(party: &Party, proof: Proof, refresh_token: Secret) -> Self {
        Self { refresh_token, proof, basis: party.basis.clone() }
    }

    /// What comes in its place when the provider hands out `refresh_token` for it.
    pub(super) fn rotated(self, refresh_token: Secret) -> Self {
        Self { refresh_token, ..self }
    }

    /// The settings that are others at `party` than at the sign-in. Only where there are none may the
    /// token be shown to `party`'s provider: it goes back to where it came from.
    pub(super) fn changed(&self, party: &Party) -> Vec<&'static str> {
        self.basis.changed(&party.basis)
    }

    /// As one secret, so that the vault replaces all of it at once.
    fn to_secret(&self) -> Secret {
        let json = serde_json::json!({
            "refresh_token": self.refresh_token.expose(),
            "proof": self.proof,
            "basis": self.basis,
        });
        Secret::new(json.to_string())
    }

    /// The reverse; `None` for anything else, which nobody could renew with.
    fn from_secret(secret: &Secret) -> Option<Self> {
        serde_json::from_str(secret.expose()).ok()
    }
}

/// The vault's part of the wallet.
#[derive(Debug)]
pub(super) struct Custody {
    vault: Arc<dyn SecretStore>,
    /// What the vault did not take; newer than what it has.
    homeless: Mutex<HashMap<ProfileId, Kept>>,
}

impl Custody {
    /// Keeps tokens in `vault`.
    pub(super) fn new(vault: Arc<dyn SecretStore>) -> Self {
        Self { vault, homeless: Mutex::default() }
    }

    /// What is held for `profile`.
    ///
    /// # Errors
    /// The vault's.
    pub(super) async fn look(&self, profile: ProfileId) -> Result<Option<Kept>, TokenError> {
        let homeless = super::lock(&self.homeless).get(&profile).cloned();
        if homeless.is_some() {
            return Ok(homeless);
        }
        let stored = self.in_vault(move |vault| vault.get(&key(profile))).await?;
        Ok(stored.and_then(|stored| Kept::from_secret(&stored)))
    }

    /// What is held for `party`'s profile, to be used: a token that found no home gets it first.
    ///
    /// # Errors
    /// The vault's; then the token stays in memory.
    pub(super) async fn fetch(&self, party: &Party) -> Result<Option<Kept>, TokenError> {
        let homeless = super::lock(&self.homeless).get(&party.profile).cloned();
        match homeless {
            Some(kept) => self.keep(party, kept.clone()).await.map(|()| Some(kept)),
            None => self.look(party.profile).await,
        }
    }

    /// Puts `kept` into the vault; into memory when the vault does not take it.
    ///
    /// # Errors
    /// The vault's.
    pub(super) async fn keep(&self, party: &Party, kept: Kept) -> Result<(), TokenError> {
        let profile = party.profile;
        let (secret, label) = (kept.to_secret(), format!("{}: refresh token", party.profile_name));
        let put = self.in_vault(move |vault| vault.put(&key(profile), &secret, &label)).await;
        let mut homeless = super::lock(&self.homeless);
        if put.is_ok() {
            homeless.remove(&profile);
        } else {
            homeless.insert(profile, kept);
        }
        put
    }

    /// Removes what is held for `profile`.
    ///
    /// # Errors
    /// The vault's; then nothing is removed.
    pub(super) async fn forget(&self, profile: ProfileId) -> Result<(), TokenError> {
        self.in_vault(move |vault| vault.forget(&key(profile))).await?;
        super::lock(&self.homeless).remove(&profile);
        Ok(())
    }

    async fn in_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn SecretStore) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let vault = Arc::clone(&self.vault);
        Ok(super::finished(tokio::task::spawn_blocking(move || work(&*vault)).await)??)
    }
}

fn key(profile: ProfileId) -> SecretKey {
    SecretKey::new(profile, SecretName::RefreshToken)
}
