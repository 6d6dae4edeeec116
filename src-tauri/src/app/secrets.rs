//! Secrets: whose they are, taken in, removed.

use super::{App, Inner};
use crate::{
    api::{News, SecretInput, SetSecret},
    certificate::Files,
    explain::{Code, Problem},
    profile::{ProfileId, RegistrationId, store::Rows},
    secret::{Secret, SecretKey, SecretName, SecretStore as _},
};
use uuid::Uuid;
use zeroize::Zeroizing;

impl App {
    /// Takes a secret in. It is not given out again.
    pub async fn set_secret(&self, input: SecretInput) -> Result<(), Problem> {
        let SecretInput { key, value } = input;
        self.beside(move |inner| {
            let value = key.name.kept(value);
            inner.put_secret(SecretKey { owner: key.owner, name: key.name }, &value)
        })
        .await?;
        self.tell(News::ProfilesChanged);
        Ok(())
    }

    /// Removes a secret for good.
    pub async fn remove_secret(&self, key: SetSecret) -> Result<(), Problem> {
        self.beside(move |inner| {
            inner.forget_secret(SecretKey { owner: key.owner, name: key.name })
        })
        .await?;
        self.tell(News::ProfilesChanged);
        Ok(())
    }

    /// The owner that a person calls `asked`: a sender or an app registration, by name or id.
    pub async fn find_owner(&self, asked: &str) -> Result<Uuid, Problem> {
        let asked = asked.to_owned();
        self.beside(move |inner| {
            inner.store.look(|rows| match rows.profile_id(&asked) {
                Ok(id) => Ok(id.into()),
                Err(not_a_profile) => match rows.find_registration(&asked) {
                    Ok(registration) => Ok(registration.id.into()),
                    Err(_) => Err(not_a_profile.into()),
                },
            })
        })
        .await
    }
}

impl Inner {
    fn put_secret(&self, key: SecretKey, value: &Secret) -> Result<(), Problem> {
        if value.is_empty() {
            return Err(Problem::new(
                Code::InvalidSettings,
                format!("The {} is empty", key.name.as_str().replace('-', " ")),
                "Nothing was stored. Enter the secret's value.",
            ));
        }
        if key.name == SecretName::Certificate {
            let file = Zeroizing::new(value.expose().as_bytes().to_vec());
            let files = Files { file, ..Files::default() };
            return self.keep_certificate(RegistrationId(key.owner), &files).map(drop);
        }
        // Unlocks the vault before the database is held.
        self.vault.get(&key)?;
        self.vault.make()?;
        self.store.change(|rows| {
            let owner = name_of(rows, key.owner)?;
            rows.secret_is_set(key, self.clock.now())?;
            Ok(self.vault.put(&key, value, &Self::label(&owner, key.name))?)
        })
    }

    /// What the vault has under `key`; `None`: it was never given it.
    ///
    /// # Errors
    /// The vault's, or that it does not have any more what it was given.
    pub(super) fn kept(&self, key: SecretKey) -> Result<Option<Secret>, Problem> {
        match self.vault.get(&key)? {
            None => self.never_kept(key.owner, &[key.name]).map(|()| None),
            kept => Ok(kept),
        }
    }

    /// Looks, where the vault has none of `names` for `owner`, whether it was ever given one.
    ///
    /// # Errors
    /// It was: that is gone, which is something else than not entered yet.
    pub(super) fn never_kept(&self, owner: Uuid, names: &[SecretName]) -> Result<(), Problem> {
        self.store.look(|rows| {
            let mut given = rows.secrets_of(owner)?.into_iter();
            match given.find(|(name, _)| names.contains(name)) {
                // Who is only about to be written down has no name here yet, and was given nothing.
                None => Ok(()),
                Some((name, _)) => {
                    Err(Problem::gone_from_vault(&name_of(rows, owner)?, name, &*self.vault))
                }
            }
        })
    }

    /// As [`never_kept`](Self::never_kept), of what renews the sign-in of `id`: not every provider gives that.
    pub(super) fn sign_in_never_kept(&self, id: ProfileId) -> Result<(), Problem> {
        match self.store.look(|rows| rows.sign_in(id))? {
            Some(known) if known.needs_sign_in.is_none() => {
                self.never_kept(id.into(), &[SecretName::RefreshToken])
            }
            _ => Ok(()),
        }
    }

    /// Removes one secret from the vault and from what is known to be there.
    pub(super) fn forget_secret(&self, key: SecretKey) -> Result<(), Problem> {
        self.vault.forget(&key)?;
        Ok(self.store.change(|rows| {
            if key.name == SecretName::Certificate {
                rows.forget_certificate(RegistrationId(key.owner))?;
            }
            rows.secret_is_gone(key)
        })?)
    }

    /// What the keychain's own tools show for a secret: whose it is and which.
    pub(super) fn label(owner: &str, name: SecretName) -> String {
        format!("{owner}: {}", name.as_str().replace('-', " "))
    }
}

/// What the owner of a secret is called.
fn name_of(rows: Rows<'_>, owner: Uuid) -> Result<String, Problem> {
    match rows.profile(ProfileId(owner)) {
        Ok(profile) => Ok(profile.name),
        Err(not_a_profile) => rows
            .registration(RegistrationId(owner))
            .map(|registration| registration.name)
            .map_err(|_| not_a_profile.into()),
    }
}
