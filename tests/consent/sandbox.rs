//! Sign-ins at the sandbox's identity provider, which enforces Entra's rules.

use super::{certificate::certificate, party};
use http::{Request, Response, header};
use sendright::{
    clock::Clock,
    explain::{Code, Problem},
    net::{http::Http, limits::Limits, route::Route, tls::Trust},
    oauth::{
        Claims, ConsentError, Consents, Ending, Grant, Loopback, Party, SignInReason, TokenError,
        Waiting, Wallet, browser_page,
    },
    paths::Paths,
    profile::{CertificateAlgorithm, Provider, Redirect, SignIn},
    sandbox::{Options, Sandbox, USER, WEB_SECRET},
    secret::{Secret, memory::Memory},
};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use url::Url;

/// The sandbox, and a wallet beside it.
struct Stage {
    sandbox: Sandbox,
    party: Party,
    consents: Consents,
    wallet: Wallet,
    http: Http,
    _dir: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let options = Options::new(dir.path().join("sandbox"), clock.clone());
        let sandbox = Sandbox::start(options).await.unwrap();
        let at = sandbox.addresses();
        let pem = std::fs::read(&at.ca_file).unwrap();
        let http =
            Http::new(Route::Direct, &Trust::only_pem(&pem).unwrap(), &Limits::default()).unwrap();
        let mut party = party(Provider::Microsoft, "http://unused.example");
        party.client_id.clone_from(&at.desktop_client_id);
        party.endpoints.authorize = at.authorize_endpoint.clone();
        party.endpoints.token = at.token_endpoint.clone();
        USER.clone_into(&mut party.login_hint);
        party.http = http.clone();
        let paths = Paths::at(dir.path());
        paths.create().unwrap();
        let wallet = Wallet::new(Arc::new(Memory::default()), paths, clock.clone());
        Self { party, consents: Consents::new(clock), wallet, http, sandbox, _dir: dir }
    }

    /// What the person does on the provider's page, and its answer.
    async fn decide(&self, waiting: &Waiting, decision: &str) -> Response<Vec<u8>> {
        let form = format!("user={USER}&decision={decision}");
        let request = Request::post(waiting.asked.url.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into_bytes())
            .unwrap();
        self.http.send(request).await.unwrap()
    }

    /// A question whose answer is pasted after the person decided.
    async fn pasted(&self, redirect: &Redirect, decision: &str) -> Result<Grant, ConsentError> {
        let mut waiting = self.consents.ask(&self.party, redirect, None)?;
        let answer = self.decide(&waiting, decision).await;
        let address = answer.headers()[header::LOCATION].to_str().unwrap();
        self.consents.paste(waiting.asked.id, address)?;
        waiting.answer(&CancellationToken::new()).await
    }

    async fn access(&self, scopes: &[String]) -> Result<Claims, TokenError> {
        let token = self.wallet.access(&self.party, scopes, &CancellationToken::new()).await?;
        Ok(Claims::of(&token.value).expect("the sandbox's tokens can be read"))
    }
}

#[tokio::test]
async fn a_browser_brings_the_answer_to_the_port() {
    let stage = Stage::set().await;
    let loopback = Loopback::open().await.unwrap();
    let port = Some(loopback.port());
    let mut waiting = stage.consents.ask(&stage.party, &Redirect::Loopback, port).unwrap();
    let browser = loopback.listen(stage.consents.clone());
    let back = stage.decide(&waiting, "allow").await.headers()[header::LOCATION].clone();
    let http = stage.http.clone();
    let get =
        async move |url: Url| http.send(Request::get(url.as_str()).body(vec![]).unwrap()).await;
    let visited = Url::parse(back.to_str().unwrap()).unwrap();
    let done = visited.join("/oauth2/done").unwrap();
    let visit = tokio::spawn(async move {
        let onward = get(visited).await.unwrap();
        assert_eq!(onward.headers()[header::LOCATION], "/oauth2/done");
        get(done).await.unwrap().into_body()
    });
    let grant = waiting.answer(&CancellationToken::new()).await.unwrap();
    let signed_in = stage.wallet.redeem(&stage.party, grant).await.unwrap();
    let account = signed_in.account.and_then(|account| account.name);
    assert_eq!(account.as_deref(), Some(USER));
    assert!(signed_in.renews_itself && signed_in.missing.is_empty(), "{:?}", signed_in.missing);
    browser.end(Ending::SignedIn { account }).await;
    assert!(String::from_utf8(visit.await.unwrap()).unwrap().contains(USER));
}

#[tokio::test]
async fn one_sign_in_renews_tokens_for_mail_by_either_way_until_it_is_revoked() {
    let mut stage = Stage::set().await;
    let smtp = stage.party.token_scopes.clone();
    let graph = ["https://graph.microsoft.com/Mail.Send".to_owned()];
    stage.party.consent_scopes.extend(graph.clone());
    let grant = stage.pasted(&Redirect::DeepLink, "allow").await.unwrap();
    stage.wallet.redeem(&stage.party, grant).await.unwrap();
    for _ in 0..2 {
        let claims = stage.access(&smtp).await.unwrap();
        assert_eq!(claims.audience().as_deref(), Some("https://outlook.office.com"));
        let claims = stage.access(&graph).await.unwrap();
        assert_eq!(claims.audience().as_deref(), Some("https://graph.microsoft.com"));
        stage.wallet.drop_access(stage.party.profile);
    }
    stage.sandbox.revoke(USER);
    let failed = stage.access(&smtp).await.unwrap_err();
    assert!(matches!(failed, TokenError::SignInNeeded(SignInReason::Refused(_))), "{failed}");
    assert_eq!(Problem::from(failed).code, Code::SignInNeeded);
}

#[tokio::test]
async fn a_web_app_shows_its_secret_and_hears_what_is_wrong_with_it() {
    let mut stage = Stage::set().await;
    stage.party.client_id.clone_from(&stage.sandbox.addresses().web_client_id);
    let page = Redirect::Pasted("https://app.sandbox.test/oauth2/callback".parse().unwrap());
    let missing = stage.pasted(&page, "allow").await;
    assert!(matches!(missing, Err(ConsentError::SecretMissing { .. })), "{missing:?}");
    stage.party.client_secret = Some(Secret::new("the-secrets-id"));
    let grant = stage.pasted(&page, "allow").await.unwrap();
    let Err(TokenError::Refused(refusal)) = stage.wallet.redeem(&stage.party, grant).await else {
        panic!("a wrong secret is refused");
    };
    assert!(refusal.is("invalid_client") && refusal.has(7_000_215), "{refusal:?}");
    assert_eq!(refusal.host, "localhost");
    assert!(refusal.trace_id.is_some() && refusal.correlation_id.is_some(), "{refusal:?}");
    assert!(!refusal.to_string().contains("the-secrets-id"));
    stage.party.client_secret = Some(Secret::new(WEB_SECRET));
    let grant = stage.pasted(&page, "allow").await.unwrap();
    stage.wallet.redeem(&stage.party, grant).await.unwrap();
    stage.wallet.drop_access(stage.party.profile);
    let scopes = stage.party.token_scopes.clone();
    let claims = stage.access(&scopes).await.unwrap();
    let proved = claims.shown().into_iter().find(|(name, _)| name == "appidacr");
    assert_eq!(proved, Some(("appidacr".to_owned(), "1".to_owned())), "at the renewal too");
}

#[tokio::test]
async fn declining_reaches_the_person_in_the_providers_words() {
    let stage = Stage::set().await;
    let declined = stage.pasted(&Redirect::Loopback, "decline").await.unwrap_err();
    let problem = Problem::from(declined);
    assert_eq!(problem.code, Code::ConsentDeclined);
    assert!(problem.said.unwrap().contains("AADSTS65004: User declined"));
}

#[tokio::test]
async fn a_page_that_never_comes_back_is_explained_from_its_text() {
    let stage = Stage::set().await;
    let elsewhere = Redirect::Pasted("https://elsewhere.sandbox.test/".parse().unwrap());
    let mut party = stage.party.clone();
    party.client_secret = Some(Secret::new(WEB_SECRET));
    let waiting = stage.consents.ask(&party, &elsewhere, None).unwrap();
    let page = stage.decide(&waiting, "allow").await;
    assert!(!page.headers().contains_key(header::LOCATION));
    let refusal = browser_page(&String::from_utf8(page.into_body()).unwrap());
    assert!(refusal.has(50011), "{refusal:?}");
    let title = Problem::from(&refusal).title;
    assert!(title.contains("the address that the browser should return to"), "{title}");
}

#[tokio::test]
async fn an_app_gets_a_token_for_every_mailbox() {
    let mut stage = Stage::set().await;
    stage.party.client_id.clone_from(&stage.sandbox.addresses().web_client_id);
    stage.party.client_secret = Some(Secret::new(WEB_SECRET));
    stage.party.sign_in = sendright::profile::SignIn::AppOnly;
    let claims =
        stage.access(&["https://outlook.office365.com/.default".to_owned()]).await.unwrap();
    let roles = claims.shown().into_iter().find(|(name, _)| name == "roles").unwrap().1;
    assert!(roles.contains("SMTP.SendAsApp"), "{roles}");
}

#[tokio::test]
async fn an_app_proves_itself_with_a_certificate_once_its_public_part_was_uploaded() {
    let mut stage = Stage::set().await;
    let at = stage.sandbox.addresses().clone();
    let app = certificate();
    let pem = app.certificate.pem();
    stage.party.client_id.clone_from(&at.web_client_id);
    stage.party.sign_in = SignIn::AppOnly;
    stage.party.certificate = Some(Arc::new(app));
    let scopes = ["https://outlook.office365.com/.default".to_owned()];

    let problem = Problem::from(stage.access(&scopes).await.unwrap_err());
    assert_eq!(problem.code, Code::ClientRejected);
    assert!(problem.title.contains("does not know the certificate"), "{}", problem.title);
    assert!(problem.said.unwrap().contains("AADSTS700027"));

    let upload = Request::post(at.certificates.as_str()).body(pem.into_bytes()).unwrap();
    assert_eq!(stage.http.send(upload).await.unwrap().status(), 201);
    for algorithm in [CertificateAlgorithm::Ps256, CertificateAlgorithm::Rs256] {
        stage.party.certificate_algorithm = algorithm;
        stage.wallet.drop_access(stage.party.profile);
        let claims = stage.access(&scopes).await.unwrap();
        assert_eq!(claims.audience().as_deref(), Some("https://outlook.office365.com"));
    }

    stage.wallet.drop_access(stage.party.profile);
    stage.party.endpoints.token.set_query(Some("elsewhere"));
    let refused = stage.access(&scopes).await.unwrap_err().to_string();
    assert!(refused.contains("AADSTS700023"), "signed for another address: {refused}");
}
