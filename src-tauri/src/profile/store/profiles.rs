//! The rows of profiles.

use super::{Rows, StoreError, document, draft, nearest, taken};
use crate::{
    clock::Timestamp,
    profile::{Profile, ProfileId, Provider, Registration, check::ProfileDraft},
};
use rusqlite::{OptionalExtension as _, params};
use std::collections::{HashMap, HashSet};

/// Whether `?1` is a profile's backup. Whatever is broken in one, another can be removed.
const BACKED_UP: &str = "iif(json_valid(document), document ->> 'backup', NULL) = ?1";

impl Rows<'_> {
    /// Every profile, in the order they are listed; without those removed.
    pub fn profiles(self) -> Result<Vec<Profile>, StoreError> {
        let known = self.registrations()?;
        let mut rows = self.0.prepare_cached(
            "SELECT id, name, document FROM profiles WHERE removed_at IS NULL ORDER BY position",
        )?;
        let found = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        found.map(|row| read(&row?, &known)).collect()
    }

    /// The profile with this id, unless it is removed.
    pub fn profile(self, id: ProfileId) -> Result<Profile, StoreError> {
        let row = self
            .0
            .prepare_cached(
                "SELECT id, name, document FROM profiles WHERE id = ?1 AND removed_at IS NULL",
            )?
            .query_row([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?
            .ok_or_else(|| StoreError::NoProfile { asked: id.to_string(), nearest: None })?;
        read(&row, &self.registrations()?)
    }

    /// Whether the profile with this id is switched on; `None`: it is removed.
    pub fn is_switched_on(self, id: ProfileId) -> Result<Option<bool>, StoreError> {
        let mut row = self.0.prepare_cached(
            "SELECT document ->> 'enabled' FROM profiles WHERE id = ?1 AND removed_at IS NULL",
        )?;
        Ok(row.query_row([id.to_string()], |row| row.get(0)).optional()?)
    }

    /// The id of the profile that a person means by `asked`: its id, or its name in any case.
    /// Works for a profile that cannot be read, so that it can be removed.
    pub fn profile_id(self, asked: &str) -> Result<ProfileId, StoreError> {
        let asked = asked.trim();
        let mut rows =
            self.0.prepare_cached("SELECT id, name FROM profiles WHERE removed_at IS NULL")?;
        let named: Vec<(String, String)> =
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        named
            .iter()
            .find(|(id, name)| id.eq_ignore_ascii_case(asked) || name.eq_ignore_ascii_case(asked))
            .and_then(|(id, _)| id.parse().ok())
            .ok_or_else(|| StoreError::NoProfile {
                asked: asked.to_owned(),
                nearest: nearest(asked, named.iter().map(|(_, name)| name.as_str()))
                    .map(ToOwned::to_owned),
            })
    }

    /// The id of every profile; also of those that cannot be read.
    pub fn profile_ids(self) -> Result<HashSet<ProfileId>, StoreError> {
        let mut rows = self.0.prepare_cached("SELECT id FROM profiles WHERE removed_at IS NULL")?;
        let ids: Vec<String> = rows.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// The provider of each profile that has one; also of those that cannot be read.
    pub fn providers(self) -> Result<HashMap<ProfileId, Provider>, StoreError> {
        let mut rows = self.0.prepare_cached(
            "SELECT profiles.id, registrations.document ->> 'provider' \
             FROM profiles JOIN registrations ON registrations.id = registration \
             WHERE removed_at IS NULL AND json_valid(registrations.document)",
        )?;
        let found: Vec<(String, Option<String>)> =
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let read = |(id, word): &(String, Option<String>)| {
            Some((id.parse().ok()?, Provider::from_word(word.as_deref()?)?))
        };
        Ok(found.iter().filter_map(read).collect())
    }

    /// The names of the profiles that have this one as their backup; also of those that cannot be read.
    pub fn backed_up_by(self, id: ProfileId) -> Result<Vec<String>, StoreError> {
        let mut rows = self.0.prepare_cached(&format!(
            "SELECT name FROM profiles WHERE removed_at IS NULL AND {BACKED_UP} ORDER BY position"
        ))?;
        let names = rows.query_map([id.to_string()], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Adds a profile, as the last one.
    pub fn insert_profile(self, profile: &Profile) -> Result<(), StoreError> {
        self.0
            .execute(
                "INSERT INTO profiles (id, name, registration, position, document) VALUES \
                 (?1, ?2, ?3, (SELECT coalesce(max(position), 0) + 1 FROM profiles), ?4)",
                params![
                    profile.id.to_string(),
                    profile.name,
                    profile.registration.map(|id| id.to_string()),
                    document(&ProfileDraft::from(profile)),
                ],
            )
            .map_err(taken(&profile.name))?;
        Ok(())
    }

    /// Replaces a profile's settings, at the moment `now`.
    pub fn update_profile(self, profile: &Profile, now: Timestamp) -> Result<(), StoreError> {
        let changed = self
            .0
            .execute(
                // What it is called, and whether it may send, does not decide whether it can.
                "UPDATE profiles SET name = ?2, registration = ?3, document = ?4, changed_at = iif(\
                 json_remove(document, '$.name', '$.enabled', '$.tags') \
                 = json_remove(?4, '$.name', '$.enabled', '$.tags'), changed_at, ?5) \
                 WHERE id = ?1 AND removed_at IS NULL",
                params![
                    profile.id.to_string(),
                    profile.name,
                    profile.registration.map(|id| id.to_string()),
                    document(&ProfileDraft::from(profile)),
                    now,
                ],
            )
            .map_err(taken(&profile.name))?;
        one(changed, profile.id)
    }

    /// When the settings last changed, its own or its registration's, with which a profile sends; `None`:
    /// not that anybody knows.
    pub fn changed_at(self, id: ProfileId) -> Result<Option<Timestamp>, StoreError> {
        let mut row = self.0.prepare_cached(
            "SELECT nullif(max(coalesce(profiles.changed_at, 0), coalesce(registrations.changed_at, 0)), 0) \
             FROM profiles LEFT JOIN registrations ON registrations.id = registration \
             WHERE profiles.id = ?1",
        )?;
        Ok(row.query_row([id.to_string()], |row| row.get(0)).optional()?.flatten())
    }

    /// Takes a profile off the lists. It can be put back until it is purged.
    pub fn remove_profile(self, id: ProfileId, at: Timestamp) -> Result<(), StoreError> {
        let changed = self.0.execute(
            "UPDATE profiles SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL",
            params![id.to_string(), at],
        )?;
        one(changed, id)
    }

    /// Puts a removed profile back.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] when another one got its name meanwhile.
    pub fn restore_profile(self, id: ProfileId) -> Result<(), StoreError> {
        let name: String = self
            .0
            .query_row(
                "SELECT name FROM profiles WHERE id = ?1 AND removed_at IS NOT NULL",
                [id.to_string()],
                |row| row.get(0),
            )
            .optional()?
            .ok_or_else(|| StoreError::NoProfile { asked: id.to_string(), nearest: None })?;
        self.0
            .execute("UPDATE profiles SET removed_at = NULL WHERE id = ?1", [id.to_string()])
            .map_err(taken(&name))?;
        Ok(())
    }

    /// The profiles that were removed at `until` or before.
    pub fn removed_profiles(self, until: Timestamp) -> Result<Vec<ProfileId>, StoreError> {
        let mut rows = self.0.prepare_cached("SELECT id FROM profiles WHERE removed_at <= ?1")?;
        let ids: Vec<String> =
            rows.query_map([until], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// Deletes a profile for good, with what is known of its sign-in; nobody has it as a backup any more.
    /// Its secrets stay on record until the vault has let go of them.
    pub fn purge_profile(self, id: ProfileId) -> Result<(), StoreError> {
        self.0.execute(
            &format!(
                "UPDATE profiles SET document = json_set(document, '$.backup', '') WHERE {BACKED_UP}"
            ),
            [id.to_string()],
        )?;
        self.0.execute("DELETE FROM profiles WHERE id = ?1", [id.to_string()])?;
        Ok(())
    }

    /// Adds a second profile like the one with this id, under a name of its own. It has no
    /// secrets and no sign-in.
    pub fn duplicate_profile(self, id: ProfileId) -> Result<Profile, StoreError> {
        let model = self.profile(id)?;
        let name = self.free_name(&format!("{} copy", model.name))?;
        let copy = Profile { id: ProfileId::new(), name, ..model };
        self.insert_profile(&copy)?;
        Ok(copy)
    }

    /// `wanted` when no profile is called so, else `wanted 2`, `wanted 3`…
    pub fn free_name(self, wanted: &str) -> Result<String, StoreError> {
        let mut rows = self.0.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM profiles \
             WHERE name = ?1 COLLATE NOCASE AND removed_at IS NULL)",
        )?;
        let mut name = wanted.to_owned();
        for number in 2_u32.. {
            if !rows.query_row([&name], |row| row.get::<_, bool>(0))? {
                break;
            }
            name = format!("{wanted} {number}");
        }
        Ok(name)
    }
}

/// What a profile is called when nobody said: its provider and its mailbox.
pub fn generated_name(provider: Option<Provider>, mailbox: &str) -> String {
    let provider = match provider {
        Some(Provider::Microsoft) => "Microsoft ",
        Some(Provider::Google) => "Google ",
        Some(Provider::Custom) | None => "",
    };
    format!("{provider}{mailbox}")
}

fn read(row: &(String, String, String), known: &[Registration]) -> Result<Profile, StoreError> {
    let (id, name, document) = row;
    let unreadable = |faults| StoreError::Unreadable { name: name.clone(), faults };
    let id = id.parse().map_err(|_| unreadable(Vec::new()))?;
    draft::<ProfileDraft>(name, document)?.check(id, known).map_err(unreadable)
}

fn one(changed: usize, id: ProfileId) -> Result<(), StoreError> {
    match changed {
        0 => Err(StoreError::NoProfile { asked: id.to_string(), nearest: None }),
        _ => Ok(()),
    }
}
