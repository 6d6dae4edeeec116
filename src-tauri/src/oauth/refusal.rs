//! What a provider said when it refused: kept word for word, bounded, and without secrets.

use crate::{clock::Timestamp, secret::veil::Veil, tame};
use serde_json::{Map, Value};
use std::{fmt, time::Duration};

/// A description is kept up to this many characters, everything else up to [`SHORT`].
const LONG: usize = 2_000;
const SHORT: usize = 200;

/// A provider's refusal: what the words for people are chosen by, and what its support asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProviderRefusal {
    /// Who refused.
    pub host: String,
    /// The HTTP status; `None`: it was said in the browser.
    pub status: Option<u16>,
    /// The OAuth error, for example `invalid_grant`: what the program goes by.
    pub error: Option<String>,
    /// The provider's words.
    pub description: Option<String>,
    /// AADSTS numbers, outermost first: they choose words and nothing else, since Microsoft may
    /// change them (<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>, 2026-11).
    pub codes: Vec<u32>,
    /// A finer word for the error: Microsoft's `suberror`, Google's `error_subtype`.
    pub suberror: Option<String>,
    /// Where the provider explains it.
    pub uri: Option<String>,
    /// Names the whole sign-in in the provider's logs.
    pub correlation_id: Option<String>,
    /// Names the request in the provider's logs.
    pub trace_id: Option<String>,
    /// When, as the provider says.
    pub timestamp: Option<String>,
    /// What the next sign-in has to pass on (a claims challenge).
    pub claims: Option<String>,
    /// What time it was on both sides, where the answer says.
    pub clocks: Option<Clocks>,
}

/// What two clocks said at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// This computer's.
    pub ours: Timestamp,
    /// The provider's.
    pub theirs: Timestamp,
}

impl Clocks {
    /// How far they are apart.
    pub fn apart(self) -> Duration {
        self.ours.since(self.theirs).max(self.theirs.since(self.ours))
    }
}

impl ProviderRefusal {
    /// Reads the body of a refused token request (RFC 6749 §5.2 and Microsoft's additions), without
    /// the secrets that were `sent`: a provider may repeat them. `None` when it is no refusal.
    pub(super) fn of_json(body: &Map<String, Value>, sent: &Veil) -> Option<Self> {
        // Struck out before anything is cut: the half of a secret is not known any more.
        let text = |name: &str| {
            let text = body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            text.map(|text| sent.strike(text))
        };
        let told = |name: &str| text(name).map(|text| short(&text));
        let mut refusal = Self {
            error: Some(told("error")?),
            suberror: told("suberror").or_else(|| told("error_subtype")),
            uri: told("error_uri"),
            claims: text("claims").and_then(|claims| challenge(&claims)),
            ..Self::of_text(text("error_description").as_deref())
        };
        let numbers = body.get("error_codes").and_then(Value::as_array).into_iter().flatten();
        for number in numbers.filter_map(|n| n.as_u64().and_then(|n| u32::try_from(n).ok())).take(8)
        {
            if !refusal.codes.contains(&number) {
                refusal.codes.push(number);
            }
        }
        refusal.correlation_id = told("correlation_id").or(refusal.correlation_id);
        refusal.trace_id = told("trace_id").or(refusal.trace_id);
        refusal.timestamp = told("timestamp").or(refusal.timestamp);
        Some(refusal)
    }

    /// Reads a description: Microsoft writes its numbers and ids into the text.
    pub(super) fn of_text(text: Option<&str>) -> Self {
        let bounded = |text| cut(&tame::lines(text), LONG);
        let description = text.map(bounded).filter(|text| !text.is_empty());
        let words = description.as_deref().unwrap_or_default();
        Self {
            codes: aadsts(words),
            correlation_id: labelled(words, &["correlation id:", "correlationid:"]).map(first_word),
            trace_id: labelled(words, &["trace id:", "request id:", "requestid:"]).map(first_word),
            timestamp: labelled(words, &["timestamp:"]).map(short),
            description,
            ..Self::default()
        }
    }

    /// Says who refused.
    #[must_use]
    pub(super) fn said_by(self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self }
    }

    /// Whether the OAuth error is `error`.
    pub fn is(&self, error: &str) -> bool {
        self.error.as_deref() == Some(error)
    }

    /// Whether one of the AADSTS numbers is `code`.
    pub fn has(&self, code: u32) -> bool {
        self.codes.contains(&code)
    }

    /// Whether the description contains `words`, in whatever case.
    pub fn says(&self, words: &str) -> bool {
        let description = self.description.as_deref().unwrap_or_default().to_lowercase();
        description.contains(&words.to_lowercase())
    }
}

impl fmt::Display for ProviderRefusal {
    /// The provider's words with the ids that its support asks for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = [&self.error, &self.suberror, &self.description]
            .into_iter()
            .flatten()
            .map(|s| &**s)
            .collect();
        f.write_str(&words.join(": "))?;
        let described = self.description.as_deref().unwrap_or_default();
        for (label, id) in [
            ("Trace ID", &self.trace_id),
            ("Correlation ID", &self.correlation_id),
            ("Timestamp", &self.timestamp),
        ] {
            if let Some(id) = id.as_deref().filter(|id| !described.contains(id)) {
                write!(f, "\n{label}: {id}")?;
            }
        }
        Ok(())
    }
}

/// A claims challenge, to be passed on whole or not at all: JSON of up to 4 KB.
pub fn challenge(claims: &str) -> Option<String> {
    let claims = Some(claims).filter(|claims| claims.len() <= 4_096)?;
    let claims: Map<String, Value> = serde_json::from_str(claims).ok()?;
    Some(Value::Object(claims).to_string())
}

/// Reads the text of an error page that the provider showed instead of sending the browser back.
///
/// Whatever looks like a code, token or password in it is struck out: people paste more than they
/// know.
pub fn browser_page(text: &str) -> ProviderRefusal {
    let text = without_parameters(text);
    let refusal = ProviderRefusal::of_text(Some(&text));
    // NOTE: Google's page says "Error 400: redirect_uri_mismatch".
    let google = text.split_once("Error 4").and_then(|(_, rest)| rest.split_once(": "));
    let error = google.and_then(|(_, rest)| rest.split_whitespace().next()).map(short);
    ProviderRefusal { error, ..refusal }
}

/// The parameters whose values are secrets, wherever they stand in a pasted text.
const SECRET_PARAMETERS: [&str; 8] = [
    "code=",
    "access_token=",
    "refresh_token=",
    "id_token=",
    "client_secret=",
    "code_verifier=",
    "client_assertion=",
    "password=",
];

fn without_parameters(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, name)) = first_of(rest, &SECRET_PARAMETERS) {
        let value = at + name.len();
        kept.push_str(&rest[..value]);
        kept.push('…');
        let end = rest[value..].find(|c: char| c == '&' || c == '"' || c.is_whitespace());
        rest = end.map_or("", |end| &rest[value + end..]);
    }
    kept + rest
}

/// The first of `names` in `text`, as a parameter's name and not the end of a longer one.
fn first_of<'a>(text: &str, names: &[&'a str]) -> Option<(usize, &'a str)> {
    let starts = |at: usize| {
        text[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric() && before != '_')
    };
    names
        .iter()
        .flat_map(|&name| text.match_indices(name).map(move |(at, _)| (at, name)))
        .filter(|(at, _)| starts(*at))
        .min()
}

/// The numbers behind `AADSTS` in `text`.
fn aadsts(text: &str) -> Vec<u32> {
    let mut codes = Vec::new();
    for rest in text.split("AADSTS").skip(1).take(8) {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        if let Ok(code) = digits.parse()
            && !codes.contains(&code)
        {
            codes.push(code);
        }
    }
    codes
}

/// The rest of the line behind the first of `labels`, whatever their case.
fn labelled<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    // Lowering ASCII only keeps every octet at its place.
    let lower = text.to_ascii_lowercase();
    let after = labels.iter().find_map(|label| lower.find(label).map(|at| at + label.len()))?;
    text[after..].lines().next().map(str::trim).filter(|rest| !rest.is_empty())
}

fn first_word(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    short(word.trim_end_matches(['.', ',']))
}

/// One short remote value, cut to [`SHORT`].
pub(super) fn short(text: &str) -> String {
    bounded(text, SHORT)
}

/// Remote words on one line, cut to `most` characters.
pub(super) fn bounded(text: &str, most: usize) -> String {
    cut(&tame::line(text), most)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests;
