//! The app as a whole: where things are, what was chosen.

use super::{App, Inner};
use crate::{
    api::{AppSettings, AppView, News},
    explain::{FieldFault, Problem},
    secret::SecretStore as _,
    settings::{self, LONGEST_HISTORY, Settings, Theme},
};
use std::time::Duration;

impl App {
    /// Where things are, and what was chosen.
    pub async fn app_view(&self, (): ()) -> Result<AppView, Problem> {
        self.beside(|inner| {
            let settings = Settings::load(&inner.db)?;
            let vault_problem = inner.vault.ready().err();
            let vault_asks = vault_problem.as_ref().and_then(|problem| inner.asks(problem));
            Ok(AppView {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                data_dir: inner.paths.root().display().to_string(),
                vault: inner.vault.kind(),
                vault_problem: vault_problem.map(Problem::from),
                vault_asks,
                vault_file: inner.paths.vault_file().display().to_string(),
                vault_chosen: settings::vault_file(&inner.db)?,
                settings: AppSettings {
                    theme: settings.theme.as_str().to_owned(),
                    history_days: settings.history_days,
                },
            })
        })
        .await
    }

    /// Keeps what the person chose.
    pub async fn set_app_settings(&self, chosen: AppSettings) -> Result<(), Problem> {
        let settings = checked(&chosen)?;
        self.beside(move |inner| {
            settings.save(&inner.db)?;
            inner.forget_old_history(settings)
        })
        .await?;
        self.tell(News::HistoryChanged);
        Ok(())
    }
}

impl Inner {
    /// Forgets the sends that are older than the person wants to keep.
    fn forget_old_history(&self, settings: Settings) -> Result<(), Problem> {
        self.outbox.forget_old(kept(settings))?;
        Ok(())
    }

    /// The same at a start, which waits for nobody who writes.
    pub(super) fn forget_old_history_in_passing(&self, settings: Settings) -> Result<(), Problem> {
        Ok(self.outbox.forget_old_in_passing(kept(settings))?)
    }
}

fn kept(settings: Settings) -> Duration {
    Duration::from_secs(u64::from(settings.history_days) * 86_400)
}

fn checked(chosen: &AppSettings) -> Result<Settings, Problem> {
    let mut faults = Vec::new();
    let theme = Theme::from_word(&chosen.theme);
    if theme.is_none() {
        faults.push(FieldFault {
            field: "theme".to_owned(),
            fault: format!("\"{}\" is no theme", chosen.theme),
            remedy: "One of system, light and dark".to_owned(),
        });
    }
    if !(1..=LONGEST_HISTORY).contains(&chosen.history_days) {
        faults.push(FieldFault {
            field: "history_days".to_owned(),
            fault: format!("{} days cannot be kept", chosen.history_days),
            remedy: format!("A number of days from 1 to {LONGEST_HISTORY}"),
        });
    }
    match theme {
        Some(theme) if faults.is_empty() => {
            Ok(Settings { theme, history_days: chosen.history_days })
        }
        _ => Err(Problem::invalid(faults)),
    }
}
