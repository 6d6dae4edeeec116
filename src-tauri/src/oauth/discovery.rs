//! Where a provider's endpoints are, by its own word (`OpenID` Connect Discovery 1.0 §4, RFC 8414 §3).

use super::refusal::{bounded, short};
use crate::{
    net::{
        http::{Http, HttpError},
        retry_after::retry_after,
    },
    profile::{ClientAuthentication, file::Found},
};
use http::{Request, StatusCode, header};
use serde_json::{Map, Value};
use std::time::Duration;
use url::Url;

/// An endpoint's address is no longer than this, in octets.
const LONGEST: usize = 2_000;

/// Why a provider's endpoints are not known.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// No answer came.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// It wants to be asked later.
    #[error("{host} is busy ({status})")]
    Busy {
        /// Who was asked.
        host: String,
        /// The HTTP status.
        status: u16,
        /// How long it wants to be left alone, if it said.
        wait: Option<Duration>,
    },
    /// There is no metadata.
    #[error("{host} publishes no metadata ({status})")]
    Absent {
        /// Who was asked.
        host: String,
        /// The HTTP status of the last answer.
        status: u16,
    },
    /// What came is no metadata, or lacks what is needed.
    #[error("{host} publishes no usable metadata: {said}")]
    Unusable {
        /// Who was asked.
        host: String,
        /// What is wrong with it.
        said: String,
    },
    /// The metadata belongs to another issuer (RFC 8414 §3.3, §6.2).
    #[error("{asked} publishes the metadata of {said}")]
    Foreign {
        /// Whom we asked.
        asked: String,
        /// Who it says it is.
        said: String,
    },
}

impl DiscoveryError {
    /// Whether the provider was only not to be had: that says nothing of where its endpoints are.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Busy { .. } => true,
            Self::Http(error) => error.is_out_of_reach(),
            Self::Absent { .. } | Self::Unusable { .. } | Self::Foreign { .. } => false,
        }
    }
}

/// Asks `issuer` where its endpoints are. The answer is only read: whoever uses it checks the
/// addresses as if a person had written them.
///
/// # Errors
/// Why they are not known.
pub async fn discover(http: &Http, issuer: &Url) -> Result<Found, DiscoveryError> {
    let host = issuer.host_str().unwrap_or_default().to_owned();
    let mut failed = None;
    for place in places(issuer) {
        let request = Request::get(place.as_str())
            .header(header::ACCEPT, "application/json")
            .body(Vec::new())
            .expect("a checked address and a constant header make a request");
        let answer = http.send(request).await?;
        if answer.status() == StatusCode::OK {
            return read(answer.body(), issuer, &host);
        }
        let status = answer.status().as_u16();
        let busy =
            answer.status() == StatusCode::TOO_MANY_REQUESTS || answer.status().is_server_error();
        failed = match failed {
            // It may have it there, whatever the other place says.
            Some(DiscoveryError::Busy { .. }) => failed,
            _ if busy => {
                let wait = retry_after(answer.headers());
                Some(DiscoveryError::Busy { host: host.clone(), status, wait })
            }
            _ => Some(DiscoveryError::Absent { host: host.clone(), status }),
        };
    }
    Err(failed.expect("there are two places"))
}

/// Where metadata is: behind the issuer, as `OpenID` Connect has it, and between its host and path.
fn places(issuer: &Url) -> [Url; 2] {
    let path = issuer.path().trim_end_matches('/');
    let at = |path: &str| {
        let mut place = issuer.clone();
        place.set_path(path);
        place
    };
    [
        at(&format!("{path}/.well-known/openid-configuration")),
        at(&format!("/.well-known/oauth-authorization-server{path}")),
    ]
}

pub(super) fn read(body: &[u8], issuer: &Url, host: &str) -> Result<Found, DiscoveryError> {
    let unusable =
        |said: &str| DiscoveryError::Unusable { host: host.to_owned(), said: said.to_owned() };
    let body: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| unusable("it is no JSON object"))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let said = text("issuer").ok_or_else(|| unusable("`issuer` is missing"))?;
    let asked = issuer.as_str();
    // A person may write the slash at the end or not; the rest has to be the same.
    if said.trim_end_matches('/') != asked.trim_end_matches('/') {
        return Err(DiscoveryError::Foreign { asked: asked.to_owned(), said: short(said) });
    }
    let address = |name: &str| {
        let address = text(name).unwrap_or_default();
        match address.len() {
            0..=LONGEST => Ok(bounded(address, LONGEST)),
            _ => Err(unusable(&format!("`{name}` is too long"))),
        }
    };
    let needed = |name: &str| match address(name)? {
        address if address.is_empty() => Err(unusable(&format!("`{name}` is missing"))),
        address => Ok(address),
    };
    Ok(Found {
        authorize: needed("authorization_endpoint")?,
        token: needed("token_endpoint")?,
        device: address("device_authorization_endpoint")?,
        revocation: address("revocation_endpoint")?,
        authentication: authentication(&body),
    })
}

/// How the token endpoint takes a secret: of what it takes, the way that is usual here. A provider that does not say takes
/// the Authorization header (RFC 8414 §2).
fn authentication(body: &Map<String, Value>) -> Option<ClientAuthentication> {
    let Some(said) = body.get("token_endpoint_auth_methods_supported") else {
        return Some(ClientAuthentication::Basic);
    };
    let takes =
        |method: &str| said.as_array().is_some_and(|all| all.iter().any(|one| one == method));
    match (takes("client_secret_post"), takes("client_secret_basic")) {
        (true, _) => Some(ClientAuthentication::Post),
        (false, true) => Some(ClientAuthentication::Basic),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn metadata_is_looked_for_where_both_standards_put_it() {
        let expected = [
            "https://id.example/realms/one/.well-known/openid-configuration",
            "https://id.example/.well-known/oauth-authorization-server/realms/one",
        ];
        for issuer in ["https://id.example/realms/one", "https://id.example/realms/one/"] {
            assert_eq!(places(&url(issuer)).map(|place| place.to_string()), expected);
        }
    }

    #[test]
    fn an_issuer_speaks_for_itself_only() {
        let body = |issuer: &str| {
            let metadata = json!({
                "issuer": issuer, "authorization_endpoint": "https://id.example/ask",
                "token_endpoint": "https://id.example/token",
            });
            metadata.to_string().into_bytes()
        };
        let asked = url("https://id.example");
        for same in ["https://id.example", "https://id.example/"] {
            let found = read(&body(same), &asked, "id.example").unwrap();
            assert_eq!(found.token, "https://id.example/token");
            assert_eq!((found.device.as_str(), found.revocation.as_str()), ("", ""));
        }
        for other in ["https://id.example/other", "http://id.example", "https://evil.example", "x"]
        {
            let refused = read(&body(other), &asked, "id.example");
            assert!(matches!(refused, Err(DiscoveryError::Foreign { .. })), "{other}");
        }
    }

    #[test]
    #[rustfmt::skip]
    fn the_secret_travels_as_the_provider_takes_it() {
        let table = [
            // token_endpoint_auth_methods_supported                     way
            (None,                                                       Some(ClientAuthentication::Basic)),
            (Some(json!(["client_secret_basic", "client_secret_post"])), Some(ClientAuthentication::Post)),
            (Some(json!(["none", "client_secret_basic"])),               Some(ClientAuthentication::Basic)),
            (Some(json!(["private_key_jwt"])),                           None),
            (Some(json!("client_secret_post")),                          None),
        ];
        for (methods, expected) in table {
            let mut body = Map::new();
            body.extend(methods.clone().map(|all| ("token_endpoint_auth_methods_supported".to_owned(), all)));
            assert_eq!(authentication(&body), expected, "{methods:?}");
        }
    }

    #[test]
    fn what_is_no_metadata_is_refused() {
        let long = "x".repeat(LONGEST + 1);
        let asked = url("https://id.example");
        let bodies = [
            "<html>".to_owned(),
            "[]".to_owned(),
            "{}".to_owned(),
            json!({"issuer": "https://id.example"}).to_string(),
            json!({"issuer": "https://id.example", "authorization_endpoint": 5}).to_string(),
            json!({"issuer": "https://id.example", "authorization_endpoint": long}).to_string(),
        ];
        for body in bodies {
            let refused = read(body.as_bytes(), &asked, "id.example");
            assert!(matches!(refused, Err(DiscoveryError::Unusable { .. })), "{body}");
        }
    }
}
