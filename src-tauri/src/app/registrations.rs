//! App registrations: listed, saved, removed.

use super::{App, Inner, certificates::view, drafts, profiles::unchanged_since};
use crate::{
    api::{News, RegistrationSettings, RegistrationView, SaveRegistration, SignInAgain},
    explain::Problem,
    profile::{RegistrationId, client_credential, presets},
    secret::{SecretKey, SecretName, SecretStore as _},
};

impl App {
    /// Every app registration, by name.
    pub async fn list_registrations(&self, (): ()) -> Result<Vec<RegistrationView>, Problem> {
        self.beside(|inner| {
            inner.store.look(|rows| {
                let all = rows.registrations()?;
                all.into_iter()
                    .map(|one| {
                        let secrets = rows.secrets_of(one.id)?;
                        let there = inner.vault.is_there();
                        let has = |asked| there && secrets.iter().any(|(name, _)| *name == asked);
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
                Some(_) => rows.update_registration(&checked, self.clock.now())?,
            }
            Ok(id)
        })
    }
}
