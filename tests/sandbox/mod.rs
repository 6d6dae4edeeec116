//! The sandbox from outside: over sockets and HTTP, as a browser and a mail program meet it.

mod drafts;
mod graph;
mod idp;
mod imap;
mod inbox;
mod smtp;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use http::{Request, Response, header};
use sendright::{
    clock::{Clock, Timestamp},
    net::{http::Http, limits::Limits, route::Route, tls::Trust},
    sandbox::{Addresses, Options, Sandbox, TENANT, USER, WEB_SECRET, desktop_client, web_client},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, fs};
use url::{Url, form_urlencoded};

const SMTP_SEND: &str = "https://outlook.office.com/SMTP.Send";
const LOOPBACK: &str = "http://localhost:49152/oauth2/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-rfc-7636";

/// A running sandbox, and a client that trusts it.
struct Stage {
    sandbox: Sandbox,
    clock: Clock,
    http: Http,
    dir: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    async fn set_with(change: impl FnOnce(&mut Options)) -> Self {
        let clock = Clock::set_to(Timestamp::from_unix(1_795_000_000).unwrap());
        let dir = tempfile::tempdir().unwrap();
        let mut options = Options::new(dir.path().join("sandbox"), clock.clone());
        change(&mut options);
        let sandbox = Sandbox::start(options).await.unwrap();
        let trust = Trust::only_pem(&fs::read(&sandbox.addresses().ca_file).unwrap()).unwrap();
        let http = Http::new(Route::Direct, &trust, &Limits::default()).unwrap();
        Self { sandbox, clock, http, dir }
    }

    fn at(&self) -> &Addresses {
        self.sandbox.addresses()
    }

    async fn get(&self, url: &str) -> Response<Vec<u8>> {
        self.http.send(Request::get(url).body(Vec::new()).unwrap()).await.unwrap()
    }

    async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Response<Vec<u8>> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into_bytes());
        self.http.send(request.unwrap()).await.unwrap()
    }

    /// What the token endpoint says to `fields`.
    async fn token(&self, fields: &[(&str, &str)]) -> Value {
        json(&self.post(self.at().token_endpoint.as_str(), fields).await)
    }

    /// The address that a program opens, with some of its fields changed.
    fn question(&self, changes: &[(&str, &str)]) -> Url {
        let (client, challenge) = (desktop_client().id, challenge());
        let mut fields: Vec<(&str, &str)> = vec![
            ("client_id", &client),
            ("redirect_uri", LOOPBACK),
            ("response_type", "code"),
            ("response_mode", "query"),
            ("scope", "openid offline_access https://outlook.office.com/SMTP.Send"),
            ("state", "a-state"),
            ("nonce", "a-nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let mut url = self.at().authorize_endpoint.clone();
        url.query_pairs_mut().extend_pairs(fields);
        url
    }

    /// Signs `user` in by form posts and gives the code.
    async fn code(&self, user: &str, changes: &[(&str, &str)]) -> String {
        let question = self.question(changes);
        let fields = [("user", user), ("decision", "allow")];
        let answer = self.post(question.as_str(), &fields).await;
        assert_eq!(answer.status(), 302, "{}", text(&answer));
        answer_fields(&answer).remove("code").unwrap()
    }

    /// Signs `user` in and gives the tokens for `scope`.
    async fn sign_in(&self, user: &str, scope: &str) -> Value {
        let scope = format!("offline_access {scope}");
        let code = self.code(user, &[("scope", &scope)]).await;
        self.token(&code_fields(&code, &desktop_client().id)).await
    }

    async fn access_token(&self, user: &str, scope: &str) -> String {
        field(&self.sign_in(user, scope).await, "access_token")
    }

    /// A token of the program registered as "Web".
    async fn app_token(&self, scope: &str) -> Value {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &web_client().id),
            ("client_secret", WEB_SECRET),
            ("scope", scope),
        ];
        self.token(&fields).await
    }
}

fn challenge() -> String {
    BASE64URL.encode(Sha256::digest(VERIFIER))
}

fn code_fields<'a>(code: &'a str, client: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("redirect_uri", LOOPBACK),
        ("code", code),
        ("code_verifier", VERIFIER),
    ]
}

fn text(answer: &Response<Vec<u8>>) -> String {
    String::from_utf8(answer.body().clone()).unwrap()
}

fn json(answer: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(answer.body()).unwrap_or_else(|_| panic!("no JSON: {}", text(answer)))
}

fn field(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

fn location(answer: &Response<Vec<u8>>) -> &str {
    answer.headers()[header::LOCATION].to_str().unwrap()
}

fn answer_fields(answer: &Response<Vec<u8>>) -> HashMap<String, String> {
    Url::parse(location(answer)).unwrap().query_pairs().into_owned().collect()
}

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL.decode(claims).unwrap()).unwrap()
}

fn number(refusal: &Value) -> u64 {
    refusal["error_codes"][0].as_u64().unwrap_or_else(|| panic!("no refusal: {refusal}"))
}
