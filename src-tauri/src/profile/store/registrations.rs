//! The rows of registrations.

use super::{Rows, StoreError, document, draft, nearest, taken};
use crate::{
    clock::Timestamp,
    profile::{Registration, RegistrationId, check::RegistrationDraft},
};
use rusqlite::params;

impl Rows<'_> {
    /// Every registration, by name.
    pub fn registrations(self) -> Result<Vec<Registration>, StoreError> {
        let mut rows =
            self.0.prepare_cached("SELECT id, name, document FROM registrations ORDER BY name")?;
        let found = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        found.map(|row| read(&row?)).collect()
    }

    /// The registration with this id.
    pub fn registration(self, id: RegistrationId) -> Result<Registration, StoreError> {
        self.registrations()?.into_iter().find(|one| one.id == id).ok_or_else(|| missing(id))
    }

    /// The registration that a person means by `asked`: its id, or its name in any case.
    pub fn find_registration(self, asked: &str) -> Result<Registration, StoreError> {
        let asked = asked.trim();
        let mut known = self.registrations()?;
        let meant = known.iter().position(|one| {
            one.name.eq_ignore_ascii_case(asked) || one.id.to_string().eq_ignore_ascii_case(asked)
        });
        match meant {
            Some(at) => Ok(known.swap_remove(at)),
            None => Err(StoreError::NoRegistration {
                asked: asked.to_owned(),
                nearest: nearest(asked, known.iter().map(|one| one.name.as_str()))
                    .map(ToOwned::to_owned),
            }),
        }
    }

    /// Adds a registration.
    pub fn insert_registration(self, registration: &Registration) -> Result<(), StoreError> {
        self.0
            .execute(
                "INSERT INTO registrations (id, name, document) VALUES (?1, ?2, ?3)",
                params![
                    registration.id.to_string(),
                    registration.name,
                    document(&RegistrationDraft::from(registration)),
                ],
            )
            .map_err(taken(&registration.name))?;
        Ok(())
    }

    /// Replaces a registration's settings, at the moment `now`.
    ///
    /// # Errors
    /// [`StoreError::WouldBreak`] when a profile that signs in through it could not any more.
    pub fn update_registration(
        self,
        registration: &Registration,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.put_registration(registration, now)?;
        self.all_still_usable()
    }

    /// Replaces a registration's settings as a part of a larger change, which ends with
    /// [`all_still_usable`](Self::all_still_usable).
    pub(in crate::profile) fn put_registration(
        self,
        registration: &Registration,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = self
            .0
            .execute(
                "UPDATE registrations SET name = ?2, document = ?3, changed_at = iif(\
                 json_remove(document, '$.name') = json_remove(?3, '$.name'), changed_at, ?4) \
                 WHERE id = ?1",
                params![
                    registration.id.to_string(),
                    registration.name,
                    document(&RegistrationDraft::from(registration)),
                    now,
                ],
            )
            .map_err(taken(&registration.name))?;
        if changed == 0 { Err(missing(registration.id)) } else { Ok(()) }
    }

    /// Looks whether every profile fits its registration.
    pub(in crate::profile) fn all_still_usable(self) -> Result<(), StoreError> {
        match self.profiles() {
            Err(StoreError::Unreadable { name, faults }) => {
                Err(StoreError::WouldBreak { profile: name, faults })
            }
            read => read.map(drop),
        }
    }

    /// Deletes a registration. Its secrets stay on record until the vault has let go of them.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while a profile signs in through it, a removed one that can still be
    /// put back included.
    pub fn remove_registration(self, id: RegistrationId) -> Result<(), StoreError> {
        let by = self.users_of(id)?;
        if !by.is_empty() {
            return Err(StoreError::InUse { registration: self.registration(id)?.name, by });
        }
        match self.0.execute("DELETE FROM registrations WHERE id = ?1", [id.to_string()])? {
            0 => Err(missing(id)),
            _ => Ok(()),
        }
    }

    /// The names of the profiles that sign in through it, removed ones that can still be put back
    /// included.
    pub fn users_of(self, id: RegistrationId) -> Result<Vec<String>, StoreError> {
        let mut rows = self.0.prepare_cached(
            "SELECT name FROM profiles WHERE registration = ?1 ORDER BY position",
        )?;
        let names = rows.query_map([id.to_string()], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }
}

fn read(row: &(String, String, String)) -> Result<Registration, StoreError> {
    let (id, name, document) = row;
    let unreadable = |faults| StoreError::Unreadable { name: name.clone(), faults };
    let id = id.parse().map_err(|_| unreadable(Vec::new()))?;
    draft::<RegistrationDraft>(name, document)?.check(id).map_err(unreadable)
}

fn missing(id: RegistrationId) -> StoreError {
    StoreError::NoRegistration { asked: id.to_string(), nearest: None }
}
