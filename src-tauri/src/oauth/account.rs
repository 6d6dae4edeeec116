//! What tokens say about themselves: read for display only, never believed.
//!
//! Microsoft tells clients not to read access tokens; personal accounts have opaque ones
//! (<https://learn.microsoft.com/entra/identity-platform/access-tokens>, 2026-11).

use super::refusal::bounded;
use crate::{clock::Timestamp, secret::Secret};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The longest token that is looked into, in octets.
const LONGEST: usize = 1 << 16;

/// The claims that are worth showing, in this order.
const SHOWN: [&str; 20] = [
    "preferred_username",
    "upn",
    "unique_name",
    "email",
    "name",
    "oid",
    "sub",
    "tid",
    "iss",
    "aud",
    "azp",
    "appid",
    "appidacr",
    "idtyp",
    "scp",
    "roles",
    "iat",
    "nbf",
    "exp",
    "ver",
];

/// The claims of one token. Whoever sent it may have made them up.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

/// Who signed in, as the provider names them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The address or user name; `None`: the provider does not say.
    pub name: Option<String>,
    /// The Microsoft tenant.
    pub tenant: Option<String>,
}

impl Claims {
    /// Reads `token`. `None` when it is opaque: not a JWT (RFC 7519 §3).
    pub fn of(token: &Secret) -> Option<Self> {
        let token = token.expose();
        let mut parts = token.split('.');
        let (Some(_), Some(claims), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        if token.len() > LONGEST {
            return None;
        }
        let json = BASE64_URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&json).ok().map(Self)
    }

    /// The claim `name` where it is one text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(|text| bounded(text, 300)).filter(|text| !text.is_empty())
    }

    /// Whom the token is for; several are joined by spaces (RFC 7519 §4.1.3).
    pub fn audience(&self) -> Option<String> {
        self.0.get("aud").and_then(|aud| written("aud", aud))
    }

    /// The app that the token was given to: Entra's v1 and v2 tokens, and `OpenID` Connect's.
    pub fn app(&self) -> Option<String> {
        self.text("appid").or_else(|| self.text("azp"))
    }

    /// What the bearer may do: scopes of a person, roles of a program; `None`: it does not say.
    pub fn permissions(&self) -> Option<Vec<String>> {
        let said = ["scp", "roles"].map(|name| self.0.get(name).and_then(|v| whole(name, v)));
        if said == [None, None] {
            return None;
        }
        let names = said.iter().flatten().flat_map(|names| names.split_whitespace());
        Some(names.map(ToOwned::to_owned).collect())
    }

    /// The account that signed in.
    pub fn account(&self) -> Account {
        let names = ["preferred_username", "upn", "email", "unique_name"];
        Account {
            name: names.into_iter().find_map(|name| self.text(name)),
            tenant: self.text("tid"),
        }
    }

    /// The claims worth showing, name and value.
    pub fn shown(&self) -> Vec<(String, String)> {
        SHOWN
            .iter()
            .filter_map(|&name| Some((name.to_owned(), written(name, self.0.get(name)?)?)))
            .collect()
    }
}

/// As it is shown.
fn written(name: &str, value: &Value) -> Option<String> {
    whole(name, value).map(|text| bounded(&text, 300)).filter(|text| !text.is_empty())
}

fn whole(name: &str, value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Number(seconds) if ["iat", "nbf", "exp"].contains(&name) => {
            seconds.as_i64().and_then(Timestamp::from_unix)?.to_string()
        }
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Value::Null | Value::Object(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn token(claims: &Value) -> Secret {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        Secret::new(format!("{}.{}.sig", part(&json!({"alg": "none"})), part(claims)))
    }

    #[test]
    #[rustfmt::skip]
    fn the_account_is_called_what_the_provider_calls_it() {
        let table = [
            (json!({"preferred_username": "anna@kestrel.example", "upn": "x"}), Some("anna@kestrel.example")),
            (json!({"upn": "anna@kestrel.example", "email": "x"}),              Some("anna@kestrel.example")),
            (json!({"email": "anna@gmail.example"}),                            Some("anna@gmail.example")),
            (json!({"unique_name": "live.com#anna@outlook.example"}),           Some("live.com#anna@outlook.example")),
            (json!({"preferred_username": "", "email": "anna@x.example"}),      Some("anna@x.example")),
            (json!({"sub": "123"}),                                             None),
        ];
        for (claims, name) in table {
            let account = Claims::of(&token(&claims)).unwrap().account();
            assert_eq!(account.name.as_deref(), name, "{claims}");
        }
    }

    #[test]
    fn claims_are_shown_readably() {
        let claims = Claims::of(&token(&json!({
            "aud": "https://outlook.office.com", "roles": ["SMTP.SendAsApp", "Mail.Send"],
            "exp": 1_795_000_000, "appidacr": "1", "secretive": "hidden", "name": "A\u{1b}[1mB",
            "scp": {"odd": true},
        })))
        .unwrap();
        let shown = claims.shown();
        let value = |name| shown.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        assert_eq!(value("roles"), Some("SMTP.SendAsApp Mail.Send"));
        assert_eq!(value("exp"), Some("2026-11-18T11:06:40Z"));
        assert_eq!(value("name"), Some("A\u{fffd}[1mB"));
        assert_eq!((value("secretive"), value("scp")), (None, None));
        assert_eq!(claims.audience().as_deref(), Some("https://outlook.office.com"));
        assert_eq!(claims.permissions().unwrap(), ["SMTP.SendAsApp", "Mail.Send"]);
        let delegated = json!({"scp": "SMTP.Send openid", "azp": "client-2"});
        let delegated = Claims::of(&token(&delegated)).unwrap();
        assert_eq!(delegated.permissions().unwrap(), ["SMTP.Send", "openid"]);
        assert_eq!((delegated.app().as_deref(), claims.app()), (Some("client-2"), None));
    }

    #[test]
    fn opaque_tokens_are_said_to_be_opaque() {
        let long = format!("a.{}.c", "x".repeat(LONGEST));
        for opaque in ["", "EwBAA8l6BAAU", "a.b", "a.b.c", "a.W10.c", "a.!!.c", "a.b.c.d.e", &long]
        {
            assert_eq!(Claims::of(&Secret::new(opaque)), None, "{opaque}");
        }
    }

    proptest! {
        #[test]
        fn no_token_stops_us(text in "[A-Za-z0-9_.=-]{0,200}") {
            if let Some(claims) = Claims::of(&Secret::new(text)) {
                let _ = (claims.shown(), claims.account(), claims.audience());
            }
        }
    }
}
