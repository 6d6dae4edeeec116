//! What the person chose for the app as a whole, with defaults.

use crate::db::{Db, DbError};
use rusqlite::{Connection, OptionalExtension as _};

/// What the window looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the operating system is set.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }
}

/// All choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// What the window looks like.
    pub theme: Theme,
    /// How long history is kept, in days.
    pub history_days: u32,
}

/// How long history may be kept, in days: ten years.
pub const LONGEST_HISTORY: u32 = 3_650;

impl Default for Settings {
    fn default() -> Self {
        Self { theme: Theme::System, history_days: 90 }
    }
}

impl Settings {
    /// What is chosen; the default where nothing is, or nothing that this program understands.
    ///
    /// # Errors
    /// The database's.
    pub fn load(db: &Db) -> Result<Self, DbError> {
        db.look(|look| {
            let usual = Self::default();
            let theme = value(look, "theme")?.and_then(|word| Theme::from_word(&word));
            let days = value(look, "history_days")?.and_then(|days| days.parse().ok());
            Ok(Self {
                theme: theme.unwrap_or(usual.theme),
                history_days: days
                    .filter(|days| (1..=LONGEST_HISTORY).contains(days))
                    .unwrap_or(usual.history_days),
            })
        })
    }

    /// Keeps these choices.
    ///
    /// # Errors
    /// The database's.
    pub fn save(&self, db: &Db) -> Result<(), DbError> {
        db.change(|change| {
            keep(change, "theme", self.theme.as_str())?;
            keep(change, "history_days", &self.history_days.to_string())
        })
    }
}

/// Whether the person chose the vault file in the place of the keychain.
///
/// # Errors
/// The database's.
pub fn vault_file(db: &Db) -> Result<bool, DbError> {
    db.look(|look| Ok(value(look, "vault")?.as_deref() == Some("file")))
}

/// Keeps that choice.
///
/// # Errors
/// The database's.
pub fn keep_vault_file(db: &Db, chosen: bool) -> Result<(), DbError> {
    let vault = if chosen { "file" } else { "keychain" };
    db.change(|change| keep(change, "vault", vault))
}

fn keep(change: &Connection, name: &str, value: &str) -> Result<(), DbError> {
    change.execute(
        "INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        (name, value),
    )?;
    Ok(())
}

fn value(look: &Connection, name: &str) -> Result<Option<String>, DbError> {
    let mut row = look.prepare_cached("SELECT value FROM settings WHERE name = ?1")?;
    Ok(row.query_row([name], |row| row.get(0)).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_kept_and_nonsense_in_the_file_means_the_default() {
        let db = Db::in_memory().unwrap();
        assert_eq!(Settings::load(&db).unwrap(), Settings::default());
        let chosen = Settings { theme: Theme::Dark, history_days: 30 };
        chosen.save(&db).unwrap();
        assert_eq!(Settings::load(&db).unwrap(), chosen);
        for file in [false, true, false] {
            keep_vault_file(&db, file).unwrap();
            assert_eq!(vault_file(&db).unwrap(), file);
        }
        db.change(|change| {
            change.execute("UPDATE settings SET value = '-1'", [])?;
            Ok::<_, DbError>(())
        })
        .unwrap();
        assert_eq!(Settings::load(&db).unwrap(), Settings::default());
    }
}
