//! One request to a token endpoint, and the judgement of its answer before anybody reads tokens in it.

use super::{
    error::TokenError,
    refusal::{Clocks, ProviderRefusal, bounded, short},
};
use crate::{
    clock::Timestamp,
    net::{
        http::Http,
        retry_after::{date, retry_after},
    },
    secret::{Secret, veil::Veil},
};
use http::{StatusCode, header};
use oauth2::{
    AsyncHttpClient, ExtraTokenFields, HttpRequest, HttpResponse, StandardTokenResponse,
    basic::BasicTokenType,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{pin::Pin, time::Duration};
use url::{Url, form_urlencoded};

/// Tokens as they were handed out.
pub(super) type Answer = StandardTokenResponse<IdToken, BasicTokenType>;

/// What `OpenID` Connect adds to the answer.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct IdToken {
    /// Who signed in.
    #[serde(default, skip_serializing)]
    pub(super) id_token: Option<Secret>,
}
impl ExtraTokenFields for IdToken {}

/// What a request carries that no error text may repeat.
const SENT_SECRETS: [&str; 7] = [
    "code",
    "device_code",
    "refresh_token",
    "client_secret",
    "code_verifier",
    "client_assertion",
    "token",
];

/// How long a client is left alone that Entra takes to ask in a loop.
const LOOP_ENDS: Duration = Duration::from_secs(5 * 60);

/// The way to a token endpoint.
pub(super) struct Wire<'a> {
    /// The client.
    pub(super) http: &'a Http,
    /// Now: a refusal may come of clocks that differ.
    pub(super) now: Timestamp,
    /// The client secret: it may travel in a header.
    pub(super) secret: Option<&'a Secret>,
}

impl<'c> AsyncHttpClient<'c> for Wire<'_> {
    type Error = TokenError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TokenError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.post(request))
    }
}

impl Wire<'_> {
    /// Posts `request` once, and gives the answer only if it hands something out.
    ///
    /// # Errors
    /// The provider's refusal, its wish to be left alone for a while, or what else it was.
    pub(super) async fn post(&self, request: HttpRequest) -> Result<HttpResponse, TokenError> {
        let (host, sent) = self.sent(&request);
        let answer = self.http.send(request).await?;
        judged(&answer, &host, &sent, self.now)
    }

    /// Posts `request` once, where the status alone is the answer (RFC 7009 §2.2).
    ///
    /// # Errors
    /// As for tokens.
    pub(super) async fn tell(&self, request: HttpRequest) -> Result<(), TokenError> {
        let (host, sent) = self.sent(&request);
        let answer = self.http.send(request).await?;
        if answer.status() == StatusCode::OK {
            return Ok(());
        }
        judged(&answer, &host, &sent, self.now).map(|_| ())
    }

    /// To whom `request` goes, and the secrets in it.
    fn sent(&self, request: &HttpRequest) -> (String, Veil) {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let mut sent = Veil::default();
        for (name, value) in form_urlencoded::parse(request.body()) {
            if SENT_SECRETS.contains(&name.as_ref()) {
                sent.hide(&Secret::new(value));
            }
        }
        // In a header, id and secret are encoded first, and then in base64 (RFC 6749 §2.3.1).
        for secret in self.secret.into_iter().chain(&Self::basic(request)) {
            sent.hide(secret);
        }
        (host, sent)
    }
}

impl Wire<'_> {
    /// What an Authorization header of `request` carries: id and secret in base64.
    fn basic(request: &HttpRequest) -> Option<Secret> {
        let header = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
        header.split_once(' ').map(|(_, credentials)| Secret::new(credentials))
    }
}

/// Tells an answer that hands something out from all others.
pub(super) fn judged(
    answer: &HttpResponse,
    host: &str,
    sent: &Veil,
    now: Timestamp,
) -> Result<HttpResponse, TokenError> {
    let status = answer.status();
    let body = match serde_json::from_slice(answer.body()) {
        Ok(Value::Object(body)) => Some(body),
        _ => None,
    };
    let refusal = body.as_ref().and_then(|body| ProviderRefusal::of_json(body, sent));
    let refusal = refusal.map(|refusal| ProviderRefusal {
        status: Some(status.as_u16()),
        clocks: clocks(answer, now),
        ..refusal.said_by(host)
    });
    if let Some(busy) = busy(answer, host, refusal.as_ref(), sent) {
        return Err(busy);
    }
    match (refusal, body) {
        (Some(refusal), _) => Err(TokenError::Refused(Box::new(refusal))),
        (None, Some(body)) if status.is_success() => Ok(plain(body)),
        _ => Err(TokenError::NotTheProtocol {
            host: host.to_owned(),
            status: status.as_u16(),
            said: gist(answer, sent),
        }),
    }
}

/// What time it is there and here.
fn clocks(answer: &HttpResponse, ours: Timestamp) -> Option<Clocks> {
    let theirs = Timestamp::from_unix(date(answer.headers(), &header::DATE)?.unix_timestamp())?;
    Some(Clocks { ours, theirs })
}

/// Whether the provider only wants to be asked later: by status, by OAuth error, and where Entra
/// says so with an error that means something else.
///
/// NOTE: to a user's refresh Entra answers a loop of requests with `invalid_grant` and AADSTS50196
/// (<https://learn.microsoft.com/entra/msal/dotnet/advanced/exceptions/client-side-throttling>, 2026-11).
fn busy(
    answer: &HttpResponse,
    host: &str,
    refusal: Option<&ProviderRefusal>,
    sent: &Veil,
) -> Option<TokenError> {
    let status = answer.status();
    let told = refusal
        .is_some_and(|refusal| refusal.is("temporarily_unavailable") || refusal.is("server_error"));
    let in_a_loop = refusal.is_some_and(|refusal| refusal.has(50196));
    (told || in_a_loop || status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()).then(
        || {
            let said = refusal.map_or_else(|| gist(answer, sent), ToString::to_string);
            TokenError::Busy {
                host: host.to_owned(),
                status: status.as_u16(),
                wait: retry_after(answer.headers()).or(in_a_loop.then_some(LOOP_ENDS)),
                said,
            }
        },
    )
}

/// The answer as `oauth2` reads it: status 200, no content type, the lifetime a number.
///
/// NOTE: AD FS and old Entra endpoints write `expires_in` as a text; some providers write 201 or
/// another JSON type.
fn plain(mut body: Map<String, Value>) -> HttpResponse {
    let lifetime = body.remove("expires_in").and_then(|value| match value {
        Value::String(text) => text.trim().parse().ok(),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a part of a second
        Value::Number(number) => number.as_u64().or(number.as_f64().map(|f| f.max(0.0) as u64)),
        _ => None,
    });
    if let Some(seconds) = lifetime {
        body.insert("expires_in".to_owned(), Value::from(seconds));
    }
    HttpResponse::new(Value::Object(body).to_string().into_bytes())
}

/// What an answer that is none says, in one line; the secrets that were `sent` are out before it is cut.
fn gist(answer: &HttpResponse, sent: &Veil) -> String {
    if answer.status().is_redirection() {
        let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
        let host = to
            .and_then(|to| Url::parse(to).ok())
            .and_then(|to| to.host_str().map(|host| short(&sent.strike(host))));
        return format!("redirect to {}", host.as_deref().unwrap_or("another place"));
    }
    let text = String::from_utf8_lossy(answer.body());
    let title = text
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map(|(title, _)| title);
    bounded(&sent.strike(title.unwrap_or(&text)), 300)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_003_200;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> HttpResponse {
        let mut answer = http::Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        answer.body(body.as_bytes().to_vec()).unwrap()
    }

    fn judge(answer: &HttpResponse) -> Result<HttpResponse, TokenError> {
        let mut sent = Veil::default();
        sent.hide(&Secret::new("geheim-code"));
        judged(answer, "login.example", &sent, Timestamp::from_unix(NOON).unwrap())
    }

    #[test]
    #[rustfmt::skip]
    fn answers_are_told_apart() {
        let table = [
            // status  body                                                          judgement
            (200, r#"{"access_token":"a"}"#,                                         "tokens"),
            (201, r#"{"access_token":"a"}"#,                                         "tokens"),
            (200, r#"{"error":"bad_verification_code"}"#,                            "the provider refused: bad_verification_code"),
            (400, r#"{"error":"invalid_grant","error_description":"no geheim-code"}"#, "the provider refused: invalid_grant: no (secret)"),
            (400, r#"{"error":"invalid_grant","error_description":"Z2VoZWltLWNvZGU="}"#, "the provider refused: invalid_grant: (secret)"),
            (401, r#"{"error":"invalid_client"}"#,                                   "the provider refused: invalid_client"),
            (400, r#"{"error":"temporarily_unavailable"}"#,                          "login.example is busy (400): temporarily_unavailable"),
            (400, r#"{"error":"invalid_grant","error_codes":[50196]}"#,              "login.example is busy (400): invalid_grant"),
            (429, "Too Many Requests",                                               "login.example is busy (429): Too Many Requests"),
            (503, r#"{"error":"server_error","error_description":"later"}"#,         "login.example is busy (503): server_error: later"),
            (502, "<html><head><title>502 Bad Gateway</title></head>geheim-code",    "login.example is busy (502): 502 Bad Gateway"),
            (200, "<html>Sign in to the hotel's network, geheim-code</html>",        "login.example does not answer as a token endpoint (200): <html>Sign in to the hotel's network, (secret)</html>"),
            (200, "",                                                                "login.example does not answer as a token endpoint (200): "),
            (200, "[1]",                                                             "login.example does not answer as a token endpoint (200): [1]"),
            (404, r#"{"message":"nothing here"}"#,                                   "login.example does not answer as a token endpoint (404): {\"message\":\"nothing here\"}"),
        ];
        for (status, body, expected) in table {
            let said = match judge(&answer(status, &[], body)) {
                Ok(_) => "tokens".to_owned(),
                Err(error) => error.to_string(),
            };
            assert_eq!(said, expected, "{status} {body}");
        }
    }

    #[test]
    fn nothing_of_a_secret_stays_where_a_page_is_cut() {
        for status in [200, 503] {
            for before in 289..300 {
                let page =
                    answer(status, &[], &("x ".repeat(150)[..before].to_owned() + "geheim-code"));
                let said = judge(&page).unwrap_err().to_string();
                let words = said.split_once("): ").unwrap().1;
                assert!(!words.contains('g'), "{said}");
            }
        }
    }

    #[test]
    fn a_redirect_is_not_followed_and_its_address_not_repeated() {
        let moved = answer(302, &[("location", "https://evil.example/?code=geheim-code")], "");
        let said = judge(&moved).unwrap_err().to_string();
        assert!(said.ends_with("(302): redirect to evil.example"), "{said}");
    }

    #[test]
    #[rustfmt::skip]
    fn lifetimes_are_read_in_every_way_they_are_written() {
        let table = [
            (r#"{"expires_in":3600}"#,     Some(3600)),
            (r#"{"expires_in":"3599"}"#,   Some(3599)),
            (r#"{"expires_in":3599.6}"#,   Some(3599)),
            (r#"{"expires_in":-1}"#,       Some(0)),
            (r#"{"expires_in":null}"#,     None),
            (r#"{"expires_in":"soon"}"#,   None),
            (r#"{"expires_in":[1]}"#,      None),
            ("{}",                         None),
        ];
        for (body, seconds) in table {
            let plain = judge(&answer(200, &[("content-type", "text/javascript")], body)).unwrap();
            assert!(plain.headers().is_empty());
            let body: Value = serde_json::from_slice(plain.body()).unwrap();
            assert_eq!(body.get("expires_in").and_then(Value::as_u64), seconds);
        }
    }
}
