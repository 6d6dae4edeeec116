//! A plan put into rows, and told.

use super::{
    Applied,
    plan::{Plan, Step},
};
use crate::{
    clock::Timestamp,
    profile::store::{Rows, StoreError},
};
use uuid::Uuid;

impl Plan {
    /// Whether `owner` is a registration or profile that there was not before.
    pub(super) fn makes(&self, owner: Uuid) -> bool {
        let is_new = (true, owner);
        let registrations = self.registrations.iter();
        let profiles = self.profiles.iter();
        registrations
            .map(|step| (step.before.is_none(), step.after.id.into()))
            .chain(profiles.map(|step| (step.before.is_none(), step.after.id.into())))
            .any(|step| step == is_new)
    }

    /// Writes the rows, at the moment `now`.
    pub(super) fn write(&self, rows: Rows<'_>, now: Timestamp) -> Result<(), StoreError> {
        for Step { before, after } in &self.registrations {
            match before {
                None => rows.insert_registration(after)?,
                Some(before) if before != after => rows.put_registration(after, now)?,
                Some(_) => {}
            }
        }
        for Step { before, after } in &self.profiles {
            match before {
                None => rows.insert_profile(after)?,
                Some(before) if before != after => rows.update_profile(after, now)?,
                Some(_) => {}
            }
        }
        for (registration, certificate) in &self.certificates {
            rows.put_certificate(*registration, certificate)?;
        }
        rows.all_still_usable()
    }

    /// What was done; `secret_changed` says whose secrets were replaced.
    pub(super) fn report(&self, secret_changed: impl Fn(Uuid) -> bool) -> Applied {
        let mut applied = Applied { missing_secrets: self.missing.clone(), ..Applied::default() };
        for Step { before, after } in &self.registrations {
            let secret = secret_changed(after.id.into());
            applied.add(&after.name, before.as_ref(), after, secret, Vec::new());
        }
        for Step { before, after } in &self.profiles {
            let secret = secret_changed(after.id.into());
            applied.add(&after.name, before.as_ref(), after, secret, after.not_yet());
        }
        applied.not_yet.extend(self.idle.iter().cloned());
        applied
    }
}

impl Applied {
    fn add<T: PartialEq>(
        &mut self,
        name: &str,
        before: Option<&T>,
        after: &T,
        secret_changed: bool,
        not_yet: Vec<String>,
    ) {
        let list = match before {
            None => &mut self.created,
            Some(before) if before == after && !secret_changed => &mut self.unchanged,
            Some(_) => &mut self.changed,
        };
        list.push(name.to_owned());
        self.not_yet.extend(not_yet.into_iter().map(|words| format!("{name}: {words}")));
    }
}
