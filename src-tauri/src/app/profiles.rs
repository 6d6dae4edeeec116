//! Senders: listed, shown, saved, switched, copied, removed.

use super::{App, Inner, UNDO, drafts, views::Known};
use crate::{
    api::{News, PresetView, ProfileRow, ProfileView, SaveProfile, SetEnabled},
    clock::Timestamp,
    explain::Problem,
    profile::{
        Profile, ProfileId, Registration, presets,
        store::{Rows, StoreError, generated_name},
    },
    secret::{SecretKey, SecretName, SecretStore as _},
};

impl App {
    /// Every sender, in the order they were made.
    pub async fn list_profiles(&self, (): ()) -> Result<Vec<ProfileRow>, Problem> {
        self.beside(|inner| {
            let profiles = inner.store.look(|rows| rows.profiles())?;
            profiles.into_iter().map(|profile| Ok(inner.known(profile)?.row())).collect()
        })
        .await
    }

    /// One sender with everything about it.
    pub async fn get_profile(&self, id: ProfileId) -> Result<ProfileView, Problem> {
        let (profile, mut view) = self
            .beside(move |inner| {
                let profile = inner.store.look(|rows| rows.profile(id))?;
                let view = inner.known(profile.clone())?.view();
                Ok((profile, view))
            })
            .await?;
        view.effective.route = self.0.way(&profile, &view.effective).await;
        Ok(view)
    }

    /// The sender that a person calls `asked`: its name or its id.
    pub async fn find_profile(&self, asked: &str) -> Result<ProfileId, Problem> {
        let asked = asked.to_owned();
        self.beside(move |inner| Ok(inner.store.look(|rows| rows.profile_id(&asked))?)).await
    }

    /// Saves a new sender, or the changes of one. Nothing is saved when anything is wrong.
    pub async fn save_profile(&self, request: SaveProfile) -> Result<ProfileId, Problem> {
        let id = self.beside(move |inner| inner.save_profile(&request)).await?;
        self.tell(News::ProfilesChanged);
        Ok(id)
    }

    /// Removes a sender from sight; for 10 seconds it can be restored, then its secrets go too.
    pub async fn remove_profile(&self, id: ProfileId) -> Result<(), Problem> {
        let now = self.0.clock.now();
        self.beside(move |inner| Ok(inner.store.change(|rows| rows.remove_profile(id, now))?))
            .await?;
        self.tell(News::ProfilesChanged);
        let app = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(UNDO).await;
            if let Err(problem) = app.beside(move |inner| inner.purge_removed(now)).await {
                tracing::warn!(code = ?problem.code, "a removed sender's secrets could not be removed");
            }
        });
        Ok(())
    }

    /// Removes a sender and its secrets at once: for those who cannot undo. Gives the names of the senders
    /// that had it as their backup.
    pub async fn remove_profile_for_good(&self, id: ProfileId) -> Result<Vec<String>, Problem> {
        let now = self.0.clock.now();
        let backed_up = self
            .beside(move |inner| {
                let backed_up = inner.store.change(|rows| {
                    rows.remove_profile(id, now)?;
                    rows.backed_up_by(id)
                })?;
                inner.purge(id)?;
                Ok(backed_up)
            })
            .await?;
        self.tell(News::ProfilesChanged);
        Ok(backed_up)
    }

    /// Takes a removal back.
    pub async fn restore_profile(&self, id: ProfileId) -> Result<(), Problem> {
        self.beside(move |inner| Ok(inner.store.change(|rows| rows.restore_profile(id))?)).await?;
        self.tell(News::ProfilesChanged);
        Ok(())
    }

    /// Switches a sender on or off.
    pub async fn set_enabled(&self, request: SetEnabled) -> Result<(), Problem> {
        let now = self.0.clock.now();
        self.beside(move |inner| {
            Ok(inner.store.change(|rows| {
                let profile = rows.profile(request.id)?;
                rows.update_profile(&Profile { enabled: request.enabled, ..profile }, now)
            })?)
        })
        .await?;
        self.tell(News::ProfilesChanged);
        Ok(())
    }

    /// Copies a sender without its secrets and sign-in.
    pub async fn duplicate_profile(&self, id: ProfileId) -> Result<ProfileId, Problem> {
        let copy = self
            .beside(move |inner| Ok(inner.store.change(|rows| rows.duplicate_profile(id))?))
            .await?;
        self.tell(News::ProfilesChanged);
        Ok(copy.id)
    }

    /// The providers that the wizard offers.
    #[allow(clippy::unused_async)] // every use case is called in the same way
    pub async fn list_presets(&self, (): ()) -> Result<Vec<PresetView>, Problem> {
        Ok(presets::list().iter().map(drafts::preset).collect())
    }
}

impl Inner {
    /// Removes for good what was removed until `until`, also by a process that ended since.
    pub(super) fn purge_removed(&self, until: Timestamp) -> Result<(), Problem> {
        let removed = self.store.look(|rows| rows.removed_profiles(until))?;
        removed.into_iter().try_for_each(|id| self.purge(id))
    }

    /// Removes a profile for good: its secrets first, so that none is left without an owner that
    /// names it.
    fn purge(&self, id: ProfileId) -> Result<(), Problem> {
        let known = self.store.look(|rows| rows.secrets_of(id))?;
        let known = known.into_iter().map(|(name, _)| name);
        // The refresh token too where a crash came between it and its record.
        for name in known.chain([SecretName::RefreshToken]) {
            self.forget_secret(SecretKey::new(id, name))?;
        }
        Ok(self.store.change(|rows| rows.purge_profile(id))?)
    }

    /// What is known of `profile`.
    pub(super) fn known(&self, profile: Profile) -> Result<Known, Problem> {
        let id = profile.id;
        let (registration, known, secrets, certificate, changed_at) = self.store.look(|rows| {
            let registration = registration_of(rows, &profile)?;
            let mut secrets = rows.secrets_of(id)?;
            let mut certificate = None;
            if let Some(shared) = &registration {
                secrets.extend(rows.secrets_of(shared.id)?);
                certificate = rows.certificate_of(shared.id)?;
            }
            let allowed = registration.as_ref().map(|app| rows.admin_consent(app)).transpose()?;
            let known = (allowed.flatten(), rows.sign_in(id)?);
            Ok::<_, Problem>((registration, known, secrets, certificate, rows.changed_at(id)?))
        })?;
        let (admin_consent, sign_in) = known;
        let evidence = self.outbox.evidence_of(id, profile.transport)?;
        let access_expires_at = self.access_expires_at(id);
        let now = self.clock.now();
        Ok(Known {
            profile,
            registration,
            admin_consent,
            sign_in,
            secrets,
            lost_vault: (!self.vault.is_there()).then(|| self.vault.place()),
            certificate,
            changed_at,
            evidence,
            access_expires_at,
            now,
        })
    }

    fn save_profile(&self, request: &SaveProfile) -> Result<ProfileId, Problem> {
        let SaveProfile { settings, seen } = request;
        let mut draft = drafts::profile(settings);
        self.store.change(|rows| {
            let id = settings.id.unwrap_or_else(ProfileId::new);
            if let Some(seen) = seen {
                let kept = drafts::profile_settings(&rows.profile(id)?);
                unchanged_since(seen, &kept, &kept.name)?;
            }
            let registrations = rows.registrations()?;
            if draft.name.trim().is_empty() {
                let through = registrations.iter().find(|r| Some(r.id) == settings.registration);
                let wanted = generated_name(through.map(|r| r.provider), draft.mailbox.trim());
                draft.name = rows.free_name(&wanted)?;
            }
            let profile = draft.check(id, &registrations)?;
            if settings.id.is_none() {
                rows.insert_profile(&profile)?;
                return Ok(id);
            }
            rows.update_profile(&profile, self.clock.now())?;
            Ok(id)
        })
    }
}

/// Refuses to go on where what is `kept` is not what was `seen` any more.
pub(super) fn unchanged_since<T: PartialEq>(seen: &T, kept: &T, name: &str) -> Result<(), Problem> {
    if seen == kept {
        return Ok(());
    }
    Err(StoreError::ChangedElsewhere { name: name.to_owned() }.into())
}

/// The registration of `profile`, where it has one.
pub(super) fn registration_of(
    rows: Rows<'_>,
    profile: &Profile,
) -> Result<Option<Registration>, Problem> {
    Ok(profile.registration.map(|id| rows.registration(id)).transpose()?)
}
