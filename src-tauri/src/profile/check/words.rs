//! One value at a time: what is wrong with it, and what would be right.

use super::Wrong;
use crate::tame;
use std::path::PathBuf;

pub(super) type Read<T> = Result<T, Wrong>;

/// One of a fixed list of words.
pub(super) fn one_of<T: Copy + ToString>(value: &str, all: &[T]) -> Read<T> {
    all.iter().copied().find(|one| one.to_string() == value).ok_or_else(|| {
        let words: Vec<_> = all.iter().map(ToString::to_string).collect();
        Wrong::new(
            format!("{} is none of its words", shown(value)),
            format!("Use one of: {}", words.join(", ")),
        )
    })
}

/// A name, tag or other text for people: one line of 1 to `at_most` characters.
pub(super) fn line(value: &str, at_most: usize) -> Read<String> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Wrong::new("it is empty", format!("Give it 1 to {at_most} characters")));
    }
    if value.chars().any(char::is_control) {
        return Err(Wrong::new(
            "it contains a line break or another control character",
            "Write it on one line",
        ));
    }
    if value.chars().count() > at_most {
        return Err(Wrong::new("it is too long", format!("At most {at_most} characters")));
    }
    Ok(value.to_owned())
}

/// What a profile or registration is called. An id is no name: commands take either.
pub(super) fn name(value: &str) -> Read<String> {
    let name = line(value, 100)?;
    if name.parse::<uuid::Uuid>().is_ok() {
        return Err(Wrong::new("it reads like an id", "Give it a name in words"));
    }
    Ok(name)
}

/// The application's id at the provider.
pub(super) fn client_id(value: &str) -> Read<String> {
    if !value.is_empty() && value.len() <= 512 && value.chars().all(|c| c.is_ascii_graphic()) {
        return Ok(value.to_owned());
    }
    Err(Wrong::new(
        if value.is_empty() { "it is missing" } else { "it has characters that no client id has" },
        "Copy the application's (client) id from the provider's page",
    ))
}

/// One scope (RFC 6749 §3.3).
pub(super) fn scope(value: &str) -> Read<String> {
    let remedy = "One scope an entry, for example https://outlook.office.com/SMTP.Send";
    if value.contains([',', ' ']) {
        return Err(Wrong::new(format!("{} is more than one scope", shown(value)), remedy));
    }
    let allowed = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
    if value.is_empty() || value.len() > 500 || !value.chars().all(allowed) {
        return Err(Wrong::new(format!("{} is not a scope", shown(value)), remedy));
    }
    Ok(value.to_owned())
}

/// A day, `YYYY-MM-DD`.
pub(super) fn day(value: &str) -> Read<time::Date> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(value, form)
        .map_err(|_| Wrong::new(format!("{} is not a day", shown(value)), "Write it as 2027-05-01"))
}

/// A file, from the root on: what it is relative to would change with the working directory.
pub(super) fn file(value: &str) -> Read<PathBuf> {
    let path = PathBuf::from(value);
    if path.is_absolute() && !value.chars().any(char::is_control) {
        return Ok(path);
    }
    Err(Wrong::new(
        format!("{} does not begin at the root", shown(value)),
        "The whole path of the file",
    ))
}

/// A value as it is quoted in a fault: short, on one line.
pub(super) fn shown(value: &str) -> String {
    const AT_MOST: usize = 60;
    let mut kept: String = tame::line(value).chars().take(AT_MOST).collect();
    if value.chars().count() > AT_MOST {
        kept.push('…');
    }
    format!("\"{kept}\"")
}
