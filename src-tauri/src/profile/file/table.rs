//! One table of the file: its values by kind, where they are, and which keys nobody knows.

use super::{
    PlacedFault, Source,
    reference::{CertificateReference, Reference},
};
use crate::{
    profile::{check::Fault, store},
    secret::SecretName,
};
use std::{collections::HashMap, ops::Range, path::PathBuf};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// One table of the file.
pub(super) struct Entry<D> {
    /// What it says.
    pub(super) draft: D,
    /// The secrets it refers to.
    pub(super) secrets: Vec<(SecretName, Reference)>,
    /// Whether all of it could be read: of one that could not, nothing more is checked.
    pub(super) read: bool,
    /// Where its keys are, for faults that are found later.
    places: HashMap<String, usize>,
    start: usize,
}

/// The secrets that a table refers to.
pub(super) type Secrets = Vec<(SecretName, Reference)>;

impl<D> Entry<D> {
    /// Puts a fault that was found later where its key is.
    pub(super) fn place(&self, text: &str, table: &str, fault: Fault) -> PlacedFault {
        let parent = fault.field.split('.').next().unwrap_or_default();
        let at = self.places.get(&fault.field).or_else(|| self.places.get(parent));
        placed(text, *at.unwrap_or(&self.start), table, fault)
    }
}

/// A table that is being read: what was asked of it, and what was wrong with it.
pub(super) struct Table<'a> {
    source: &'a Source<'a>,
    values: &'a DeTable<'a>,
    /// What its keys begin with, for example `smtp.`.
    prefix: String,
    asked: Vec<&'static str>,
    places: HashMap<String, usize>,
    title: String,
    faults: &'a mut Vec<PlacedFault>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        source: &'a Source<'a>,
        values: &'a DeTable<'a>,
        title: String,
        faults: &'a mut Vec<PlacedFault>,
    ) -> Self {
        let (prefix, asked, places) = (String::new(), Vec::new(), HashMap::new());
        Self { source, values, prefix, asked, places, title, faults }
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        let value = self.values.get(key)?;
        self.places.insert(format!("{}{key}", self.prefix), value.span().start);
        Some(value)
    }

    /// The value of `key` as `read` understands it; what it does not understand is no `kind`.
    fn of_kind<T>(
        &mut self,
        key: &'static str,
        kind: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            let found = value.get_ref().type_str();
            self.refuse(key, &format!("it is of the kind {found}"), &format!("Write {kind}"));
        }
        read
    }

    /// A text; empty when it is left out.
    pub(super) fn text(&mut self, key: &'static str) -> String {
        let text = self.of_kind(key, "a text in quotes", DeValue::as_str);
        text.unwrap_or_default().to_owned()
    }

    /// A list of texts; empty when it is left out.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let read = |value: &DeValue<'_>| {
            let items = value.as_array()?.iter();
            items.map(|item| item.get_ref().as_str().map(ToOwned::to_owned)).collect()
        };
        self.of_kind(key, "a list of texts: [\"one\", \"two\"]", read).unwrap_or_default()
    }

    /// A whole number.
    pub(super) fn number(&mut self, key: &'static str) -> Option<i64> {
        let number = self.of_kind(key, "a whole number", DeValue::as_integer)?;
        let read = i64::from_str_radix(number.as_str(), number.radix()).ok();
        if read.is_none() {
            self.refuse(key, "it is far out of range", "Write a number that this setting can have");
        }
        read
    }

    /// True or false.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.of_kind(key, "true or false", DeValue::as_bool)
    }

    /// A day, as it is written in JSON.
    pub(super) fn day(&mut self, key: &'static str) -> String {
        let read = |value: &DeValue<'_>| match value {
            DeValue::Datetime(day) => Some(day.to_string()),
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        };
        self.of_kind(key, "a day: 2027-05-01", read).unwrap_or_default()
    }

    /// The name of a file, from the root on.
    pub(super) fn file(&mut self, key: &'static str) -> String {
        let name = self.text(key);
        if name.is_empty() { name } else { from_root(self.source, &name).display().to_string() }
    }

    /// A reference to a secret. A secret itself is refused, and not repeated in the fault.
    pub(super) fn secret(
        &mut self,
        key: &'static str,
        name: SecretName,
    ) -> Option<(SecretName, Reference)> {
        let reference = self.reference(key, |table| table.place())?;
        Some((name, reference))
    }

    /// A reference to a certificate and its key.
    pub(super) fn certificate(&mut self, key: &'static str) -> Option<(SecretName, Reference)> {
        let reference = self.reference(key, |table| {
            let key_file = Some(table.file("key_file")).filter(|name| !name.is_empty());
            let password = table.reference("password", |inner| inner.place());
            let file = table.place()?;
            let alone = key_file.is_none() && password.is_none();
            match file {
                Reference::Vault if alone => Some(Reference::Vault),
                Reference::Vault => None,
                file => {
                    let key_file = key_file.map(PathBuf::from);
                    let read = CertificateReference { file, key_file, password };
                    Some(Reference::Certificate(Box::new(read)))
                }
            }
        })?;
        Some((SecretName::Certificate, reference))
    }

    /// The table at `key`, read by `read` as a reference to something that may not stand in the file.
    fn reference(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Table<'_>) -> Option<Reference>,
    ) -> Option<Reference> {
        const REMEDY: &str =
            "Refer to it: { env = \"VARIABLE\" }, { file = \"secret.txt\" } or { vault = true }";
        if self.values.get(key).is_some_and(|value| value.get_ref().is_str()) {
            self.value(key);
            self.refuse(key, "a secret may not stand in the file", REMEDY);
            return None;
        }
        let read = self.table(key, read)?;
        if read.is_none() {
            self.refuse(key, "it does not name exactly one place", REMEDY);
        }
        read
    }

    /// The one place that this table names.
    fn place(&mut self) -> Option<Reference> {
        let env = self.text("env");
        let file = self.file("file");
        match (env.is_empty(), file.is_empty(), self.flag("vault").unwrap_or_default()) {
            (false, true, false) => Some(Reference::Env(env)),
            (true, false, false) => Some(Reference::File(file.into())),
            (true, true, true) => Some(Reference::Vault),
            _ => None,
        }
    }

    /// The table at `key`, read by `read`, which has to ask for all that is in it.
    pub(super) fn table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Table<'_>) -> T,
    ) -> Option<T> {
        let values = self.of_kind(key, "a table: { … }", DeValue::as_table)?;
        let mut inner = Table::new(self.source, values, self.title.clone(), &mut *self.faults);
        inner.prefix = format!("{}{key}.", self.prefix);
        let read = read(&mut inner);
        self.places.extend(inner.nothing_else());
        Some(read)
    }

    /// All tables `[[key]]`.
    pub(super) fn tables<D>(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Table<'_>) -> (D, Secrets),
    ) -> Vec<Entry<D>> {
        let kind = format!("each as a table of its own, under [[{key}]]");
        let read_all = |value: &'a DeValue<'a>| {
            let items = value.as_array()?.iter();
            items.map(|item| Some((item.get_ref().as_table()?, item.span()))).collect()
        };
        let found: Vec<(&DeTable<'_>, Range<usize>)> =
            self.of_kind(key, &kind, read_all).unwrap_or_default();
        let entry = |(values, span): (&'a DeTable<'a>, Range<usize>)| {
            let name = values.get("name").and_then(|name| name.get_ref().as_str());
            let title = title(key, name.unwrap_or_default());
            let before = self.faults.len();
            let mut table = Table::new(self.source, values, title, &mut *self.faults);
            let (draft, secrets) = read(&mut table);
            let places = table.nothing_else();
            let read = self.faults.len() == before;
            Entry { draft, secrets, read, places, start: span.start }
        };
        found.into_iter().map(entry).collect()
    }

    /// Ends the reading: a key that nobody asked for is unknown. Hands out where the others are.
    pub(super) fn nothing_else(self) -> HashMap<String, usize> {
        for key in self.values.keys() {
            let name = key.get_ref().as_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let remedy = match store::nearest(name, self.asked.iter().copied()) {
                Some(near) => format!("The nearest key that is known is {}{near}", self.prefix),
                None => format!("The keys known here: {}", self.asked.join(", ")),
            };
            let field = format!("{}{name}", self.prefix);
            let unknown = fault(&field, "there is no such key", &remedy);
            let at = key.span().start;
            self.faults.push(placed(self.source.text, at, &self.title, unknown));
        }
        self.places
    }

    pub(super) fn refuse(&mut self, key: &str, what: &str, remedy: &str) {
        let field = format!("{}{key}", self.prefix);
        let at = self.places.get(&field).copied().unwrap_or_default();
        let refused = fault(&field, what, remedy);
        self.faults.push(placed(self.source.text, at, &self.title, refused));
    }
}

/// How a table is called in faults.
pub(super) fn title(kind: &str, name: &str) -> String {
    if name.is_empty() { kind.to_owned() } else { format!("{kind} \"{name}\"") }
}

/// What is not TOML, and where.
pub(super) fn not_toml(text: &str, error: &toml::de::Error) -> PlacedFault {
    let at = error.span().map_or(text.len(), |span| span.start);
    let remedy = "The file has to be TOML (https://toml.io)";
    placed(text, at, "", fault("file", error.message(), remedy))
}

fn from_root(source: &Source<'_>, name: &str) -> PathBuf {
    let path = source.base_dir.join(name);
    std::path::absolute(&path).unwrap_or(path)
}

fn fault(field: &str, fault: &str, remedy: &str) -> Fault {
    Fault { field: field.to_owned(), fault: fault.to_owned(), remedy: remedy.to_owned() }
}

fn placed(text: &str, at: usize, table: &str, fault: Fault) -> PlacedFault {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    PlacedFault {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        table: table.to_owned(),
        fault,
    }
}
