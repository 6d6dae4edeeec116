//! What is known of sign-ins, and which secrets the vault holds for whom.

use super::{Rows, StoreError, document, words};
use crate::{
    clock::Timestamp,
    profile::{Basis, Profile, ProfileId, Registration, RegistrationId, SignIn, presets},
    secret::{SecretKey, SecretName},
};
use rusqlite::{OptionalExtension as _, params};
use std::collections::HashMap;
use uuid::Uuid;

/// What is known of a sign-in; the tokens are in the vault or in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who signed in, as the provider names them; `None`: it does not say.
    pub account: Option<String>,
    /// The Microsoft tenant of the account, as it says.
    pub tenant: Option<String>,
    /// What was asked for, and what was granted since without asking; `None`: nobody wrote it down.
    pub asked: Option<Vec<String>>,
    /// What was granted.
    pub scopes: Vec<String>,
    /// What was asked and not granted.
    pub missing: Vec<String>,
    /// When the person signed in.
    pub signed_in_at: Timestamp,
    /// When tokens were last renewed.
    pub refreshed_at: Timestamp,
    /// Why only the person can renew it; `None`: it renews itself.
    pub needs_sign_in: Option<String>,
    /// The settings that it rests on; `None`: nobody wrote them down.
    pub basis: Option<Basis>,
}

impl SignedIn {
    /// The settings of `registration` that are others than at the sign-in, else those of `profile`, as the
    /// declarative file calls them.
    pub fn changed(&self, profile: &Profile, registration: &Registration) -> Vec<&'static str> {
        let rests_on = self.basis.as_ref().map(|basis| basis.changed(&Basis::of(registration)));
        match rests_on.unwrap_or_default() {
            same if same.is_empty() && self.scopes_grew(profile, registration) => vec!["scopes"],
            changed => changed,
        }
    }

    fn scopes_grew(&self, profile: &Profile, registration: &Registration) -> bool {
        let needed = presets::needed_scopes(profile, registration);
        self.asked.as_ref().is_some_and(|asked| !needed.iter().all(|one| asked.contains(one)))
    }
}

/// A profile whose person has to sign in again, since its registration or its scopes changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInAgain {
    /// The profile's name.
    pub profile: String,
    /// The settings that changed, as the declarative file calls them.
    pub changed: Vec<&'static str>,
}

impl Rows<'_> {
    /// What is known of a profile's sign-in; `None`: there was none, or it was forgotten.
    pub fn sign_in(self, profile: ProfileId) -> Result<Option<SignedIn>, StoreError> {
        let mut row = self.0.prepare_cached(
            "SELECT account, scopes, signed_in_at, refreshed_at, needs_sign_in, basis, \
             tenant, missing, asked FROM sign_ins WHERE profile = ?1",
        )?;
        let found = row.query_row([profile.to_string()], |row| {
            Ok(SignedIn {
                account: row.get(0)?,
                scopes: words(&row.get::<_, String>(1)?),
                signed_in_at: row.get(2)?,
                refreshed_at: row.get(3)?,
                needs_sign_in: row.get(4)?,
                basis: row
                    .get::<_, Option<String>>(5)?
                    .and_then(|basis| serde_json::from_str(&basis).ok()),
                tenant: row.get(6)?,
                missing: words(&row.get::<_, String>(7)?),
                asked: row.get::<_, Option<String>>(8)?.as_deref().map(words),
            })
        });
        Ok(found.optional()?)
    }

    /// Writes down what is known of a profile's sign-in, in place of what was known before.
    pub fn put_sign_in(self, profile: ProfileId, known: &SignedIn) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO sign_ins \
             (profile, account, scopes, signed_in_at, refreshed_at, needs_sign_in, basis, tenant, \
             missing, asked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
             ON CONFLICT (profile) DO UPDATE SET account = ?2, scopes = ?3, signed_in_at = ?4, \
             refreshed_at = ?5, needs_sign_in = ?6, basis = ?7, tenant = ?8, missing = ?9, \
             asked = ?10",
            params![
                profile.to_string(),
                known.account,
                known.scopes.join(" "),
                known.signed_in_at,
                known.refreshed_at,
                known.needs_sign_in,
                known.basis.as_ref().map(document),
                known.tenant,
                known.missing.join(" "),
                known.asked.as_ref().map(|asked| asked.join(" ")),
            ],
        )?;
        Ok(())
    }

    /// What the next sign-in of a profile has to prove, JSON.
    pub fn claims_challenge(self, profile: ProfileId) -> Result<Option<String>, StoreError> {
        let mut row =
            self.0.prepare_cached("SELECT claims FROM claims_challenges WHERE profile = ?1")?;
        Ok(row.query_row([profile.to_string()], |row| row.get(0)).optional()?)
    }

    /// Keeps what the next sign-in of a profile has to prove, in place of what was kept before.
    pub fn keep_claims_challenge(self, profile: ProfileId, claims: &str) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO claims_challenges (profile, claims) VALUES (?1, ?2) \
             ON CONFLICT (profile) DO UPDATE SET claims = ?2",
            params![profile.to_string(), claims],
        )?;
        Ok(())
    }

    /// Forgets what the next sign-in had to prove: it has.
    pub fn forget_claims_challenge(self, profile: ProfileId) -> Result<(), StoreError> {
        self.0
            .execute("DELETE FROM claims_challenges WHERE profile = ?1", [profile.to_string()])?;
        Ok(())
    }

    /// Forgets a profile's sign-in.
    pub fn forget_sign_in(self, profile: ProfileId) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM sign_ins WHERE profile = ?1", [profile.to_string()])?;
        Ok(())
    }

    /// Whose person has to sign in again since a registration, or the scopes, changed. With `instead`, as it would be
    /// if that registration were saved.
    pub fn sign_in_again(
        self,
        instead: Option<&Registration>,
    ) -> Result<Vec<SignInAgain>, StoreError> {
        let mut through: HashMap<RegistrationId, Registration> =
            self.registrations()?.into_iter().map(|one| (one.id, one)).collect();
        through.extend(instead.map(|one| (one.id, one.clone())));
        let mut found = Vec::new();
        for profile in self.profiles()? {
            let registration = profile.registration.and_then(|id| through.get(&id));
            let (SignIn::Delegated, Some(registration), Some(known)) =
                (profile.sign_in, registration, self.sign_in(profile.id)?)
            else {
                continue;
            };
            let changed = known.changed(&profile, registration);
            if !changed.is_empty() {
                found.push(SignInAgain { profile: profile.name, changed });
            }
        }
        Ok(found)
    }

    /// Which secrets the vault holds for `owner`, and since when.
    pub fn secrets_of(
        self,
        owner: impl Into<Uuid>,
    ) -> Result<Vec<(SecretName, Timestamp)>, StoreError> {
        let mut rows = self
            .0
            .prepare_cached("SELECT name, set_at FROM secrets WHERE owner = ?1 ORDER BY name")?;
        let found = rows.query_map([owner.into().to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?;
        let found: Vec<_> = found.collect::<Result<_, _>>()?;
        Ok(found.into_iter().filter_map(|(name, at)| Some((secret_name(&name)?, at))).collect())
    }

    /// Writes down that the vault holds a secret since `at`.
    pub fn secret_is_set(self, key: SecretKey, at: Timestamp) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO secrets VALUES (?1, ?2, ?3) \
             ON CONFLICT (owner, name) DO UPDATE SET set_at = ?3",
            params![key.owner.to_string(), key.name.as_str(), at],
        )?;
        Ok(())
    }

    /// Writes down that the vault has let go of a secret.
    pub fn secret_is_gone(self, key: SecretKey) -> Result<(), StoreError> {
        self.0.execute(
            "DELETE FROM secrets WHERE owner = ?1 AND name = ?2",
            params![key.owner.to_string(), key.name.as_str()],
        )?;
        Ok(())
    }
}

fn secret_name(word: &str) -> Option<SecretName> {
    SecretName::ALL.into_iter().find(|name| name.as_str() == word)
}
