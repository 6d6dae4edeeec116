//! App registrations: listed, saved, removed; and the secrets that go in.

use super::{App, Inner, certificates::view, drafts, profiles::unchanged_since};
use crate::{
    api::{
        News, RegistrationSettings, RegistrationView, SaveRegistration, SecretInput, SetSecret,
        SignInAgain,
    },
    certificate::Files,
    explain::{Code, Problem},
    profile::{ProfileId, RegistrationId, client_credential, presets, store::Rows},
    secret::{Secret, SecretKey, SecretName, SecretStore as _},
};
use uuid::Uuid;
use zeroize::Zeroizing;

impl App {
    /// Every app registration, by name.
    pub async fn list_registrations(&self, (): ()) -> Result<Vec<RegistrationView>, Problem> {
        self.beside(|inner| {
            inner.store.look(|rows| {
                let all = rows.registrations()?;
                all.into_iter()
                    .map(|one| {
                        let secrets = rows.secrets_of(one.id)?;
                        let has = |asked| secrets.iter().any(|(name, _)| *name == asked);
                        Ok(RegistrationView {
                            settings: drafts::registration_settings(&one),
                            has_client_secret: has(SecretName::ClientSecret),
                            certificate: rows.certificate_of(one.id)?.as_ref().map(view),
                            proves_itself_with: client_credential(has),
                            used_by: rows.users_of(one.id)?,
                            redirect_to_register: presets::redirect_to_register(&one),
                            admin_consent: rows.admin_consent(&one)?.map(drafts::admin_consent),
                        })
                    })
                    .collect()
            })
        })
        .await
    }

    /// Which senders' people would have to sign in again if these settings were saved; all is only
    /// looked at.
    pub async fn sign_in_again(
        &self,
        settings: RegistrationSettings,
    ) -> Result<Vec<SignInAgain>, Problem> {
        self.beside(move |inner| {
            let Some(id) = settings.id else { return Ok(Vec::new()) };
            let would_be = drafts::registration(&settings).check(id)?;
            let again = inner.store.look(|rows| rows.sign_in_again(Some(&would_be)))?;
            Ok(again.into_iter().map(drafts::sign_in_again).collect())
        })
        .await
    }

    /// Saves a new app registration, or the changes of one.
    pub async fn save_registration(
        &self,
        request: SaveRegistration,
    ) -> Result<RegistrationId, Problem> {
        let id = self.beside(move |inner| inner.save_registration(&request)).await?;
        self.tell(News::ProfilesChanged);
        Ok(id)
    }

    /// Removes an app registration with its secrets; refused while a sender uses it.
    pub async fn remove_registration(&self, id: RegistrationId) -> Result<(), Problem> {
        self.beside(move |inner| {
            let known = inner.store.look(|rows| rows.secrets_of(id))?;
            let keys: Vec<_> = known.iter().map(|(name, _)| SecretKey::new(id, *name)).collect();
            for key in &keys {
                // Unlocks the vault before the database is held.
                inner.vault.get(key)?;
            }
            // All of it or nothing: no secret is left without an owner that names it.
            inner.store.change(|rows| {
                rows.remove_registration(id)?;
                keys.iter().try_for_each(|key| {
                    inner.vault.forget(key)?;
                    Ok(rows.secret_is_gone(*key)?)
                })
            })
        })
        .await?;
        self.tell(News::ProfilesChanged);
        Ok(())
    }

    /// Takes a secret in. It is not given out again.
    pub async fn set_secret(&self, input: SecretInput) -> Result<(), Problem> {
        let SecretInput { key, value } = input;
        self.beside(move |inner| {
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
    fn save_registration(&self, request: &SaveRegistration) -> Result<RegistrationId, Problem> {
        let SaveRegistration { settings, seen } = request;
        let id = settings.id.unwrap_or_else(RegistrationId::new);
        let checked = drafts::registration(settings).check(id)?;
        self.store.change(|rows| {
            if let Some(seen) = seen {
                let kept = drafts::registration_settings(&rows.registration(id)?);
                unchanged_since(seen, &kept, &kept.name)?;
            }
            match settings.id {
                None => rows.insert_registration(&checked)?,
                Some(_) => rows.update_registration(&checked)?,
            }
            Ok(id)
        })
    }

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
        self.store.change(|rows| {
            let owner = name_of(rows, key.owner)?;
            rows.secret_is_set(key, self.clock.now())?;
            Ok(self.vault.put(&key, value, &Self::label(&owner, key.name))?)
        })
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
