//! The fields of a query or a form.

use super::refusal::Refusal;
use crate::secret::Secret;
use std::collections::HashMap;

/// Named values; every name at most once (RFC 6749 §3.1). An empty value counts as none.
pub(super) struct Fields(HashMap<String, String>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    pub(super) fn parse(encoded: &[u8]) -> Result<Self, Refusal> {
        let mut fields = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            if !value.is_empty() && fields.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Refusal::Malformed);
            }
        }
        Ok(Self(fields))
    }

    /// The value of `name`, if there is one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of `name`; refused when there is none.
    pub(super) fn need(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or(Refusal::Missing(name))
    }

    /// The value of `name`, which is a secret.
    pub(super) fn secret(&self, name: &str) -> Option<Secret> {
        self.get(name).map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once() {
        let fields = Fields::parse(b"a=1+2&b=&c=%2B").unwrap();
        assert_eq!((fields.get("a"), fields.get("c")), (Some("1 2"), Some("+")));
        assert_eq!(fields.need("b"), Err(Refusal::Missing("b")), "empty is as good as none");
        assert!(Fields::parse(b"a=1&a=2").is_err());
    }
}
