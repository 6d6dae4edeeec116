//! The declarative file: applied, exported.

use super::{App, Inner, drafts};
use crate::{
    api::{ApplyReport, News},
    explain::Problem,
    profile::{
        ProfileId,
        file::{self, Applied, Found, KnownFiles, Source},
    },
    secret::Secret,
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

impl App {
    /// Makes profiles and registrations be what `text` says. File names in it start from `base_dir`;
    /// `environment` looks up its variables.
    ///
    /// # Errors
    /// Says what is wrong and where, and nothing is changed.
    pub async fn apply(
        &self,
        text: String,
        base_dir: PathBuf,
        environment: impl Fn(&str) -> Option<Secret> + Send + Sync + 'static,
    ) -> Result<ApplyReport, Problem> {
        let files = KnownFiles::default();
        let given = Arc::new(Given { text, base_dir, environment, files });
        let looked_at = Arc::clone(&given);
        let wanted = self
            .beside(move |inner| {
                let now = inner.clock.now();
                Ok(file::lookups(&looked_at.source(&[]), &inner.store, &*inner.vault, now)?)
            })
            .await?;
        let found = self.look_up_all(wanted).await?;
        let report = self
            .beside(move |inner| {
                let (now, before) = (inner.clock.now(), inner.stored()?);
                let applied = file::apply(&given.source(&found), &inner.store, &*inner.vault, now)?;
                let found = taken(&found, &before, &inner.stored()?);
                Ok(ApplyReport { found, ..report(applied) })
            })
            .await?;
        self.tell(News::ProfilesChanged);
        Ok(report)
    }

    /// Applies the file at `path`, without an environment: for a window, which has none to offer.
    ///
    /// # Errors
    /// As [`apply`](Self::apply), or the file cannot be read.
    pub async fn apply_file(&self, path: &Path) -> Result<ApplyReport, Problem> {
        let text = tokio::fs::read_to_string(path)
            .await
            .map_err(|error| Problem::reading(path, &error))?;
        let base_dir = path.parent().unwrap_or(Path::new("")).to_owned();
        self.apply(text, base_dir, |_| None).await
    }

    /// These profiles with their registrations as a declarative file, all when `wanted` is empty;
    /// without secrets.
    pub async fn export(&self, wanted: Vec<ProfileId>) -> Result<String, Problem> {
        self.beside(move |inner| Ok(inner.store.look(|rows| file::export(rows, &wanted))?)).await
    }
}

/// A declarative file, and what it may refer to.
struct Given<E> {
    text: String,
    base_dir: PathBuf,
    environment: E,
    files: KnownFiles,
}

impl<E: Fn(&str) -> Option<Secret>> Given<E> {
    fn source<'a>(&'a self, found: &'a [(String, Option<Found>)]) -> Source<'a> {
        let Self { text, base_dir, environment, files } = self;
        Source { text, base_dir, environment, files, found }
    }
}

impl Inner {
    /// What is stored of each registration that an issuer can be asked about, by name.
    fn stored(&self) -> Result<HashMap<String, Found>, Problem> {
        let all = self.store.look(|rows| rows.registrations())?;
        Ok(all.iter().map(|one| (one.name.clone(), Found::of(one))).collect())
    }
}

/// What issuers said that was taken, and is new; in the words of the file.
fn taken(
    found: &[(String, Option<Found>)],
    before: &HashMap<String, Found>,
    after: &HashMap<String, Found>,
) -> Vec<String> {
    let said = found.iter().filter_map(|(name, said)| Some((name, said.as_ref()?)));
    let words = said.flat_map(|(name, said)| {
        let before = before.get(name).map(words).unwrap_or_default();
        let after = after.get(name).map(words).unwrap_or_default();
        let new =
            words(said).into_iter().filter(move |one| after.contains(one) && !before.contains(one));
        new.map(move |(key, value)| format!("{name}: {key} = \"{value}\""))
    });
    words.collect()
}

fn words(found: &Found) -> Vec<(&'static str, String)> {
    let authentication = found.authentication.map(|way| way.to_string()).unwrap_or_default();
    let table = [
        ("authorize_endpoint", found.authorize.clone()),
        ("token_endpoint", found.token.clone()),
        ("device_endpoint", found.device.clone()),
        ("revocation_endpoint", found.revocation.clone()),
        ("client_authentication", authentication),
    ];
    table.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn report(applied: Applied) -> ApplyReport {
    ApplyReport {
        created: applied.created,
        changed: applied.changed,
        unchanged: applied.unchanged,
        not_yet: applied.not_yet,
        missing_secrets: applied.missing_secrets,
        found: Vec::new(),
        sign_in_again: applied.sign_in_again.into_iter().map(drafts::sign_in_again).collect(),
    }
}
