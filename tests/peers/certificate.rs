//! An app with a certificate at the certified provider, beside Microsoft's own library.

use super::{
    product::{Product, profile, registration, smtp},
    servers::{Servers, imap::Mailbox, servers},
};
use crate::{consent::certificate::certificate, world::token_endpoint::TokenEndpoint};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{Request, header};
use sendright::{
    clock::{Clock, Timestamp},
    net::{http::Http, limits::Limits, route::Route, tls::Trust},
    oauth::{Party, TokenError, Wallet},
    paths::Paths,
    profile::{CertificateAlgorithm, Provider, SignIn},
    secret::memory::Memory,
};
use serde_json::{Map, Value};
use std::{fs, path::PathBuf, process::Command, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use url::form_urlencoded;

const SCOPE: &str = "https://outlook.office365.com/.default";

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/certificates").join(name)
}

fn authority(servers: &Servers) -> String {
    format!("{}/{}", servers.idp, servers.tenant)
}

/// What Microsoft's library sends with the same certificate, and gets a token for.
fn msal(servers: &Servers, kind: &str) -> Map<String, Value> {
    let node = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers/node");
    let output = Command::new("node")
        .arg(node.join("msal.mjs"))
        .args([&authority(servers), &servers.clients["certified"]])
        .args([fixture("app.cer"), fixture("app.key")])
        .arg(kind)
        .env("NODE_EXTRA_CA_CERTS", &servers.ca)
        .output()
        .expect("node starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let sent: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    assert_eq!(sent["token"], true, "{sent}");
    // It adds an id of its own to the address.
    let place = sent["url"].as_str().and_then(|url| url.split('?').next());
    assert_eq!(place, Some(format!("{}/oauth2/v2.0/token", authority(servers)).as_str()));
    sent["form"].as_object().expect("a form").clone()
}

/// The provider's client as our library is it, and where its tokens are kept.
struct App {
    party: Party,
    wallet: Wallet,
    http: Http,
    _dir: tempfile::TempDir,
}

impl App {
    fn new(servers: &Servers, algorithm: CertificateAlgorithm, clock: Clock) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::at(dir.path());
        paths.create().unwrap();
        let trust = Trust::only_pem(&fs::read(&servers.ca).unwrap()).unwrap();
        let http = Http::new(Route::Direct, &trust, &Limits::default()).unwrap();
        let mut party = crate::consent::party(Provider::Microsoft, &servers.idp);
        party.client_id.clone_from(&servers.clients["certified"]);
        party.endpoints.token =
            format!("{}/oauth2/v2.0/token", authority(servers)).parse().unwrap();
        party.sign_in = SignIn::AppOnly;
        party.http = http.clone();
        party.certificate = Some(Arc::new(certificate()));
        party.certificate_algorithm = algorithm;
        let wallet = Wallet::new(Arc::new(Memory::default()), paths, clock);
        Self { party, wallet, http, _dir: dir }
    }

    async fn access(&self) -> Result<(), TokenError> {
        let scopes = [SCOPE.to_owned()];
        self.wallet.access(&self.party, &scopes, &CancellationToken::new()).await.map(drop)
    }

    /// The form that the provider was sent last by us with this assertion's client, as it recorded it.
    async fn recorded(&self, servers: &Servers) -> Map<String, Value> {
        let request = Request::get(format!("{}/__asked", servers.idp)).body(Vec::new()).unwrap();
        let answer = self.http.send(request).await.unwrap();
        let all: Vec<Map<String, Value>> = serde_json::from_slice(answer.body()).unwrap();
        // Microsoft's library says its name with every request.
        let ours = all.into_iter().rev().find(|form| !form.contains_key("x-client-SKU"));
        ours.expect("it was asked")
    }

    async fn post(
        &self,
        servers: &Servers,
        tenant: &str,
        form: &Map<String, Value>,
    ) -> (u16, String) {
        let fields = form.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default()));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let place = format!("{}/{tenant}/oauth2/v2.0/token", servers.idp);
        let request = Request::post(place)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into_bytes())
            .unwrap();
        let answer = self.http.send(request).await.unwrap();
        (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned())
    }
}

/// Head and claims of an assertion.
fn parts(form: &Map<String, Value>) -> [Map<String, Value>; 2] {
    let assertion = form["client_assertion"].as_str().expect("a text");
    let mut parts = assertion.split('.').map(|part| {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
    });
    [parts.next().unwrap(), parts.next().unwrap()]
}

/// The names of the fields, without those by which the library says who it is.
fn names(form: &Map<String, Value>) -> Vec<&str> {
    let own = |name: &&str| !name.starts_with("x-") && *name != "client-request-id";
    let mut names: Vec<_> = form.keys().map(String::as_str).filter(own).collect();
    names.sort_unstable();
    names
}

/// One run for both, since what the provider was asked last is looked at: another test may ask meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn what_we_send_equals_what_microsofts_library_sends_and_is_good_for_one_request() {
    let servers = servers();
    for (algorithm, kind) in
        [(CertificateAlgorithm::Ps256, "sha256"), (CertificateAlgorithm::Rs256, "sha1")]
    {
        let theirs = msal(servers, kind);
        let app = App::new(servers, algorithm, Clock::system());
        app.access().await.unwrap();
        let ours = app.recorded(servers).await;
        assert_eq!(names(&ours), names(&theirs), "{kind}");
        for same in ["client_id", "client_assertion_type", "grant_type"] {
            assert_eq!(ours[same], theirs[same], "{kind}");
        }
        assert!(
            theirs["scope"].as_str().unwrap().contains(ours["scope"].as_str().unwrap()),
            "{theirs:?}"
        );

        let ([our_head, our_claims], [their_head, their_claims]) = (parts(&ours), parts(&theirs));
        assert_eq!(our_head, their_head, "{kind}");
        assert_eq!(
            our_claims.keys().collect::<Vec<_>>(),
            their_claims.keys().collect::<Vec<_>>(),
            "{kind}"
        );
        for same in ["aud", "iss", "sub"] {
            assert_eq!(our_claims[same], their_claims[same], "{kind}");
        }
        let span = |claims: &Map<String, Value>, from: &str| {
            claims["exp"].as_i64().unwrap() - claims[from].as_i64().unwrap()
        };
        assert_eq!(span(&our_claims, "nbf"), span(&their_claims, "nbf"), "{kind}");

        let (status, said) = app.post(servers, &servers.tenant, &ours).await;
        assert_eq!(status, 401, "a replayed jti: {said}");
        assert!(said.contains("invalid_client"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_for_another_address_or_at_another_time_is_refused() {
    let servers = servers();
    let now = Clock::system().now();
    for clock in
        [now.before(Duration::from_secs(3600)).unwrap(), now.after(Duration::from_secs(3600))]
    {
        refused(App::new(servers, CertificateAlgorithm::Ps256, Clock::set_to(clock)), clock).await;
    }
    // Sent to one address, signed for another.
    let mut app = App::new(servers, CertificateAlgorithm::Ps256, Clock::system());
    let other = TokenEndpoint::saying(Vec::new()).await;
    app.party.endpoints.token = format!("{}/token", other.authority).parse().unwrap();
    app.access().await.unwrap_err();
    let form =
        other.asked().remove(0).into_iter().map(|(name, value)| (name, value.into())).collect();
    let (status, said) = app.post(servers, &servers.tenant, &form).await;
    assert_eq!(status, 401, "{said}");
}

async fn refused(app: App, clock: Timestamp) {
    let error = app.access().await.unwrap_err();
    assert!(
        matches!(&error, TokenError::Refused(why) if why.is("invalid_client")),
        "{clock}: {error}"
    );
    let problem = sendright::explain::Problem::from(error);
    assert!(problem.means.contains("clock"), "{}", problem.means);
}

#[test]
fn an_application_with_a_certificate_sends_through_postfix() {
    let servers = servers();
    for algorithm in ["ps256", "rs256"] {
        let product = Product::new();
        let certificate = format!(
            "certificate = {{ file = \"{}\", password = {{ file = \"password.txt\" }} }}\ncertificate_algorithm = \"{algorithm}\"\n\n",
            fixture("app.pfx").display()
        );
        product.write("password.txt", b"of-a-test");
        let toml = registration(servers, "certified").trim_end().to_owned()
            + "\n"
            + &certificate
            + &profile("P", "noreply", "\"app-only\"\nregistration = \"certified\"")
            + &smtp(servers, "submission", "starttls");
        product.apply(&toml);
        let send =
            ["send", "P", "--to", "bob@corp.test", "--subject", algorithm, "--text", "Hello"];
        let answer = product.run(&send).fine();
        Mailbox::open(servers, "bob").wait_for(answer.message_id());
    }
}
