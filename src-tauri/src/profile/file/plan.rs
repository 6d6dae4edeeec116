//! What a file would do: everything is checked here, and nothing is written before.

mod secrets;

use super::{
    FileError, Found, PlacedFault, Source,
    certificate::Passwords,
    read::Entries,
    table::{Entry, title},
};
use crate::{
    certificate::Certificate,
    clock::Timestamp,
    profile::{
        Profile, ProfileId, Registration, RegistrationId,
        check::{Fault, ProfileDraft, RegistrationDraft, unknown},
        store::{self, Rows, StoreError},
    },
    secret::{Secret, SecretKey},
};

/// What there was and what there will be.
pub(super) struct Step<T> {
    pub(super) before: Option<T>,
    pub(super) after: T,
}

/// What a file would do.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) registrations: Vec<Step<Registration>>,
    pub(super) profiles: Vec<Step<Profile>>,
    /// Secrets as the file has them, each with what the vault's own tools will show.
    pub(super) secrets: Vec<(SecretKey, Secret, String)>,
    /// What everybody may see of the certificates.
    pub(super) certificates: Vec<(RegistrationId, Certificate)>,
    /// What the file takes to be in the vault, and was put there.
    pub(super) kept: Vec<String>,
    /// What the file takes to be in the vault and is not there.
    pub(super) missing: Vec<String>,
    /// What is kept and not used, in words.
    pub(super) idle: Vec<String>,
}

/// Checks the file against itself and against the rows there are.
pub(super) fn plan(
    entries: &Entries,
    source: &Source<'_>,
    passwords: &Passwords,
    now: Timestamp,
    rows: Rows<'_>,
) -> Result<Plan, FileError> {
    let mut planning = Planning {
        source,
        passwords,
        now,
        rows,
        registrations: rows.registrations()?,
        profiles: rows.profiles()?,
        faults: entries.faults.clone(),
        plan: Plan::default(),
    };
    let broken = planning.all_registrations(&entries.registrations)?;
    planning.all_profiles(&entries.profiles, &broken)?;
    match planning.faults {
        faults if faults.is_empty() => Ok(planning.plan),
        faults => Err(FileError::invalid(faults)),
    }
}

struct Planning<'a> {
    source: &'a Source<'a>,
    passwords: &'a Passwords,
    now: Timestamp,
    rows: Rows<'a>,
    /// As they are and, step by step, as they will be.
    registrations: Vec<Registration>,
    profiles: Vec<Profile>,
    faults: Vec<PlacedFault>,
    plan: Plan,
}

impl Planning<'_> {
    /// Plans the registrations; the names of those with faults come back.
    fn all_registrations(
        &mut self,
        entries: &[Entry<RegistrationDraft>],
    ) -> Result<Vec<String>, StoreError> {
        let mut broken = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let name = entry.draft.name.trim();
            let title = title("registration", name);
            let is_it = |other: &str| other.eq_ignore_ascii_case(name);
            if entries[..number].iter().any(|other| is_it(other.draft.name.trim())) {
                self.refuse(entry, &title, again());
                continue;
            }
            if !entry.read {
                broken.push(name.to_owned());
                continue;
            }
            let before = self.registrations.iter().find(|known| is_it(&known.name)).cloned();
            let id = before.as_ref().map_or_else(RegistrationId::new, |known| known.id);
            let draft = self.with_found(&entry.draft, before.as_ref());
            match draft.check(id) {
                Ok(after) => {
                    self.refuse_all(entry, &title, after.files());
                    self.secrets(entry, &title, id.into(), &after.name)?;
                    self.certificate(entry, &title, &after)?;
                    self.registrations.retain(|known| known.id != id);
                    self.registrations.push(after.clone());
                    self.plan.registrations.push(Step { before, after });
                }
                Err(mut faults) => {
                    draft.confirmed_by_writing(&mut faults);
                    broken.push(name.to_owned());
                    self.refuse_all(entry, &title, faults);
                }
            }
        }
        Ok(broken)
    }

    /// The draft with what its issuer says, or else is stored now, where the file leaves it out.
    fn with_found(
        &self,
        draft: &RegistrationDraft,
        before: Option<&Registration>,
    ) -> RegistrationDraft {
        let (mut draft, name) = (draft.clone(), draft.name.trim());
        let found = self.source.found.iter().find(|(whose, _)| whose == name);
        let stored = || Found::stored(&draft, before?);
        if let Some(found) = found.and_then(|(_, said)| said.clone().or_else(stored)) {
            found.complete(&mut draft);
        }
        draft
    }

    fn all_profiles(
        &mut self,
        entries: &[Entry<ProfileDraft>],
        broken: &[String],
    ) -> Result<(), StoreError> {
        let named: Vec<(String, ProfileId)> = entries
            .iter()
            .map(|entry| {
                let name = self.name_of(&entry.draft);
                let known = self.profiles.iter().find(|p| p.name.eq_ignore_ascii_case(&name));
                let id = known.map_or_else(ProfileId::new, |known| known.id);
                (name, id)
            })
            .collect();
        for (number, entry) in entries.iter().enumerate() {
            let (name, id) = &named[number];
            let title = title("profile", name);
            if named[..number].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                self.refuse(entry, &title, again());
                continue;
            }
            let through = entry.draft.registration.trim();
            if !entry.read || broken.iter().any(|one| one.eq_ignore_ascii_case(through)) {
                // Its own faults, or its registration's, are what has to be put right first.
                continue;
            }
            let draft = self.resolved(entry, &title, name, &named);
            self.one_profile(entry, &title, *id, &draft)?;
        }
        Ok(())
    }

    fn one_profile(
        &mut self,
        entry: &Entry<ProfileDraft>,
        title: &str,
        id: ProfileId,
        draft: &ProfileDraft,
    ) -> Result<(), StoreError> {
        let after = match draft.check(id, &self.registrations) {
            Ok(after) => after,
            Err(faults) => {
                self.refuse_all(entry, title, faults);
                return Ok(());
            }
        };
        self.refuse_all(entry, title, after.files());
        self.idle_passwords(entry, title, &after);
        self.secrets(entry, title, id.into(), &after.name)?;
        let before = self.profiles.iter().find(|known| known.id == id).cloned();
        self.plan.profiles.push(Step { before, after });
        Ok(())
    }

    /// The name that an entry has, or gets from its provider and mailbox.
    fn name_of(&self, draft: &ProfileDraft) -> String {
        let name = draft.name.trim();
        if !name.is_empty() {
            return name.to_owned();
        }
        let provider = self.registration(&draft.registration).map(|one| one.provider);
        store::generated_name(provider, draft.mailbox.trim())
    }

    fn registration(&self, asked: &str) -> Option<&Registration> {
        let asked = asked.trim();
        self.registrations.iter().find(|one| one.name.eq_ignore_ascii_case(asked))
    }

    /// The draft with ids where the file has names.
    fn resolved(
        &mut self,
        entry: &Entry<ProfileDraft>,
        title: &str,
        name: &str,
        named: &[(String, ProfileId)],
    ) -> ProfileDraft {
        let mut draft = ProfileDraft { name: name.to_owned(), ..entry.draft.clone() };
        if let Some(known) = self.registration(&draft.registration) {
            draft.registration = known.id.to_string();
        }
        let backup = draft.backup.trim();
        if !backup.is_empty() {
            let stored = self.profiles.iter().map(|known| (known.name.as_str(), known.id));
            let all = || named.iter().map(|(name, id)| (name.as_str(), *id)).chain(stored.clone());
            if let Some((_, id)) = all().find(|(other, _)| other.eq_ignore_ascii_case(backup)) {
                draft.backup = id.to_string();
            } else {
                let others: Vec<_> = all().map(|(other, _)| other).collect();
                let fault = unknown(backup, &others).of("backup");
                draft.backup.clear();
                self.refuse(entry, title, fault);
            }
        }
        draft
    }

    fn refuse<D>(&mut self, entry: &Entry<D>, title: &str, fault: Fault) {
        self.faults.push(entry.place(self.source.text, title, fault));
    }

    fn refuse_all<D>(&mut self, entry: &Entry<D>, title: &str, faults: Vec<Fault>) {
        for fault in faults {
            self.refuse(entry, title, fault);
        }
    }
}

fn again() -> Fault {
    Fault {
        field: "name".to_owned(),
        fault: "an earlier one in this file is called so".to_owned(),
        remedy: "Give each a name of its own".to_owned(),
    }
}
