//! Consent and tokens against providers that say what the test wants.

mod browser;
pub(crate) mod certificate;
mod challenge;
mod device;
mod pasted;
mod renewal;
mod sandbox;

use crate::world::token_endpoint::{Asked, Say, TokenEndpoint};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sendright::{
    clock::{Clock, Timestamp},
    net::{http::Http, limits::Limits, route, tls::Trust},
    oauth::{Consents, Grant, Party, Proof, SignedIn, TokenError, Waiting, Wallet},
    paths::Paths,
    profile::{
        CertificateAlgorithm, ClientAuthentication, Cloud, Profile, ProfileId, Provider, Redirect,
        Registration, RegistrationId, Route, SendAs, SignIn, Transport,
    },
    secret::{Secret, SecretKey, SecretName, SecretStore, VaultError, VaultKind, memory::Memory},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio_util::sync::CancellationToken;

/// A vault that can be broken and mended.
#[derive(Debug, Default)]
struct Vault {
    kept: Memory,
    broken: AtomicBool,
}

impl SecretStore for Vault {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }
    fn put(&self, key: &SecretKey, secret: &Secret, label: &str) -> Result<(), VaultError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(VaultError::Locked { said: "locked meanwhile".to_owned() });
        }
        self.kept.put(key, secret, label)
    }
    fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        self.kept.get(key)
    }
    fn forget(&self, key: &SecretKey) -> Result<(), VaultError> {
        self.kept.forget(key)
    }
}

/// One profile, its provider, and where its tokens are kept.
struct Scene {
    provider: TokenEndpoint,
    party: Party,
    clock: Clock,
    consents: Consents,
    vault: Arc<Vault>,
    wallet: Wallet,
    paths: Paths,
    _dir: tempfile::TempDir,
}

impl Scene {
    async fn new(provider: Provider, answers: Vec<Say>) -> Self {
        Self::with(provider, TokenEndpoint::saying(answers).await)
    }

    fn with(whose: Provider, provider: TokenEndpoint) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::at(dir.path());
        paths.create().unwrap();
        let clock = Clock::set_to(Timestamp::from_unix(1_800_000_000).unwrap());
        let vault = Arc::new(Vault::default());
        let wallet = Wallet::new(Arc::clone(&vault) as _, paths.clone(), clock.clone());
        let party = party(whose, &provider.authority);
        let consents = Consents::new(clock.clone());
        Self { provider, party, clock, consents, vault, wallet, paths, _dir: dir }
    }

    /// Asks, and answers in the person's place.
    async fn consent(&self, redirect: &Redirect) -> (Grant, Waiting) {
        let mut waiting = self.consents.ask(&self.party, redirect, None).unwrap();
        let state = parameter(&waiting, "state");
        let answer = format!("{}?code=code-geheim&state={state}", waiting.asked.redirect_uri);
        self.consents.paste(waiting.asked.id, &answer).unwrap();
        (waiting.answer(&CancellationToken::new()).await.unwrap(), waiting)
    }

    async fn sign_in(&self) -> Result<SignedIn, TokenError> {
        let (grant, _) = self.consent(&Redirect::Loopback).await;
        self.wallet.redeem(&self.party, grant).await
    }

    async fn access(&self) -> Result<String, TokenError> {
        let scopes = self.party.token_scopes.clone();
        let token = self.wallet.access(&self.party, &scopes, &CancellationToken::new()).await?;
        Ok(token.value.expose().to_owned())
    }

    /// The refresh token in the vault.
    fn kept(&self) -> Option<String> {
        let key = SecretKey::new(self.party.profile, SecretName::RefreshToken);
        let kept = self.vault.kept.get(&key).unwrap()?;
        let kept: serde_json::Value = serde_json::from_str(kept.expose()).unwrap();
        Some(kept["refresh_token"].as_str().unwrap().to_owned())
    }
}

fn parameter(waiting: &Waiting, name: &str) -> String {
    let mut pairs = waiting.asked.url.query_pairs();
    pairs.find(|(n, _)| n == name).unwrap().1.into_owned()
}

/// An answer with an access token for an hour and, unless it is empty, a refresh token.
fn tokens(access: &str, refresh: &str) -> String {
    let refresh = match refresh {
        "" => String::new(),
        token => format!(r#","refresh_token":"{token}""#),
    };
    format!(r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":3600{refresh}}}"#)
}

fn refused(error: &str) -> Say {
    Say::Json(400, format!(r#"{{"error":"{error}","error_description":"said so"}}"#))
}

fn registration(provider: Provider, authority: &str) -> Registration {
    Registration {
        id: RegistrationId::new(),
        name: "kestrel".to_owned(),
        provider,
        cloud: Cloud::Global,
        tenant: Some("11111111-2222-3333-4444-555555555555".to_owned()),
        client_id: "client-1".to_owned(),
        client_secret_expires: None,
        authority: None,
        authorize_endpoint: Some(format!("{authority}/authorize")),
        token_endpoint: Some(format!("{authority}/token")),
        device_endpoint: None,
        issuer: None,
        revocation_endpoint: None,
        confirmed_hosts: Vec::new(),
        graph_url: None,
        redirect: Redirect::Loopback,
        client_authentication: ClientAuthentication::Post,
        certificate_algorithm: CertificateAlgorithm::Ps256,
        ca_file: None,
        sandbox: false,
    }
}

pub(crate) fn party(provider: Provider, authority: &str) -> Party {
    let registration = registration(provider, authority);
    let profile = Profile {
        id: ProfileId::new(),
        name: "Invoices".to_owned(),
        enabled: true,
        tags: Vec::new(),
        registration: Some(registration.id),
        sign_in: SignIn::Delegated,
        scopes: Vec::new(),
        token_grace_seconds: 30,
        transport: Transport::Smtp,
        mailbox: "invoices@kestrel.example".to_owned(),
        from: None,
        reply_to: None,
        send_as: SendAs::These(Vec::new()),
        save_to_sent_items: true,
        smtp: None,
        imap: None,
        route: Route::Direct,
        technical_mail: None,
        backup: None,
        sandbox: false,
    };
    let http = Http::new(route::Route::Direct, &Trust::system(), &Limits::default()).unwrap();
    Party::new(&profile, &registration, None, http)
}

#[tokio::test]
async fn a_public_client_redeems_with_its_verifier_and_without_a_secret() {
    let mut scene =
        Scene::new(Provider::Microsoft, vec![Say::Json(200, tokens("access-1", "refresh-1"))])
            .await;
    scene.party.client_secret = Some(Secret::new("client-geheim"));
    let (grant, waiting) = scene.consent(&Redirect::Loopback).await;
    let signed_in = scene.wallet.redeem(&scene.party, grant).await.unwrap();
    assert!(signed_in.renews_itself && signed_in.missing.is_empty());
    let asked = &scene.provider.asked()[0];
    let field = |name: &str| asked.get(name).map(String::as_str);
    assert_eq!(field("grant_type"), Some("authorization_code"));
    assert_eq!(field("code"), Some("code-geheim"));
    assert_eq!(field("client_id"), Some("client-1"));
    assert_eq!(field("redirect_uri"), Some(waiting.asked.redirect_uri.as_str()));
    let scope = "https://outlook.office.com/SMTP.Send offline_access openid profile";
    assert_eq!(field("scope"), Some(scope));
    let digest = <sha2::Sha256 as sha2::Digest>::digest(asked["code_verifier"].as_bytes());
    let challenge = parameter(&waiting, "code_challenge");
    assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(digest), challenge);
    assert!(!asked.contains_key("client_secret") && !asked.contains_key("authorization"));
    assert_eq!(scene.kept().as_deref(), Some("refresh-1"));
    assert_eq!(scene.access().await.unwrap(), "access-1", "held in memory");
    assert_eq!(scene.provider.asked().len(), 1);
}

#[tokio::test]
async fn a_confidential_client_shows_its_secret_and_goes_on_doing_so() {
    for way in [ClientAuthentication::Post, ClientAuthentication::Basic] {
        let answers = vec![
            Say::Json(200, tokens("access-1", "refresh-1")),
            Say::Json(200, tokens("access-2", "")),
        ];
        let mut scene = Scene::new(Provider::Microsoft, answers).await;
        scene.party.client_secret = Some(Secret::new("a+b&c"));
        scene.party.authentication = way;
        let page = Redirect::Pasted("https://erp.kestrel.example/answer".parse().unwrap());
        assert_eq!(scene.party.proof(&page).unwrap(), Proof::Secret);
        let (grant, _) = scene.consent(&page).await;
        scene.wallet.redeem(&scene.party, grant).await.unwrap();
        scene.wallet.drop_access(scene.party.profile);
        assert_eq!(scene.access().await.unwrap(), "access-2");
        for asked in scene.provider.asked() {
            assert!(shows_secret(&asked, way), "{way}: {asked:?}");
        }
    }
}

/// Whether the secret `a+b&c` of `client-1` was shown in the way `way` (RFC 6749 §2.3.1).
fn shows_secret(asked: &Asked, way: ClientAuthentication) -> bool {
    match way {
        ClientAuthentication::Post => asked["client_secret"] == "a+b&c",
        ClientAuthentication::Basic => {
            let pair = base64::prelude::BASE64_STANDARD.encode("client-1:a%2Bb%26c");
            asked["authorization"] == format!("Basic {pair}")
                && !asked.contains_key("client_secret")
        }
    }
}

#[tokio::test]
async fn an_id_token_for_another_question_is_refused() {
    let part = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
    let (head, claims) = (part("{}"), part(r#"{"nonce":"another","email":"eve@x.example"}"#));
    let body = tokens("access-1", "refresh-1");
    let body = body.replace("{\"acc", &format!("{{\"id_token\":\"{head}.{claims}.x\",\"acc"));
    let scene = Scene::new(Provider::Microsoft, vec![Say::Json(200, body)]).await;
    let refused = scene.sign_in().await;
    assert!(matches!(refused, Err(TokenError::ForeignIdentity { .. })), "{refused:?}");
    assert_eq!(scene.kept(), None);
    assert!(scene.wallet.held_by(scene.party.profile).is_none());
}

#[tokio::test]
async fn the_account_and_what_it_did_not_allow_are_known() {
    let nonce = Arc::new(std::sync::Mutex::new(String::new()));
    let said = Arc::clone(&nonce);
    let provider = TokenEndpoint::start(move |_| {
        let claims =
            serde_json::json!({"nonce": *said.lock().unwrap(), "email": "anna@kestrel.example"});
        let id_token = format!("e30.{}.x", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()));
        let body = serde_json::json!({
            "access_token": "access-1", "token_type": "Bearer", "expires_in": "3599",
            "refresh_token": "refresh-1", "id_token": id_token, "scope": "openid",
        });
        Say::Json(200, body.to_string())
    })
    .await;
    let mut scene = Scene::with(Provider::Google, provider);
    scene.party.client_secret = Some(Secret::new("client-geheim"));
    let (grant, waiting) = scene.consent(&Redirect::Loopback).await;
    *nonce.lock().unwrap() = parameter(&waiting, "nonce");
    let signed_in = scene.wallet.redeem(&scene.party, grant).await.unwrap();
    assert_eq!(signed_in.account.unwrap().name.as_deref(), Some("anna@kestrel.example"));
    assert_eq!(signed_in.missing, ["https://mail.google.com/"]);
    assert_eq!(signed_in.granted, ["openid"]);
    assert_eq!(signed_in.expires_at, scene.clock.now().after(std::time::Duration::from_secs(3599)));
}

#[tokio::test]
async fn a_code_is_redeemed_once_whatever_happens() {
    let html = "HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n<html>no</html";
    let answers = [
        Say::HangUp,
        refused("invalid_grant"),
        Say::Raw(html.to_owned()),
        Say::Json(503, "{}".to_owned()),
    ];
    for answer in answers {
        let scene = Scene::new(Provider::Microsoft, vec![answer]).await;
        let failed = scene.sign_in().await.unwrap_err();
        assert!(!matches!(failed, TokenError::SignInNeeded(_)), "{failed}");
        assert!(!format!("{failed} {failed:?}").contains("geheim"), "{failed:?}");
        assert_eq!(scene.provider.asked().len(), 1, "{failed}");
        assert_eq!(scene.kept(), None);
    }
}

#[tokio::test]
async fn an_app_signs_in_as_itself_and_leaves_nothing_in_the_vault() {
    let answers = vec![Say::Json(200, tokens("access-1", "")), refused("invalid_client")];
    let mut scene = Scene::new(Provider::Microsoft, answers).await;
    scene.party.sign_in = SignIn::AppOnly;
    assert!(matches!(scene.access().await, Err(TokenError::SecretMissing)));
    scene.party.client_secret = Some(Secret::new("client-geheim"));
    scene.party.token_scopes = vec!["https://outlook.office365.com/.default".to_owned()];
    assert_eq!(scene.access().await.unwrap(), "access-1");
    assert_eq!(scene.access().await.unwrap(), "access-1", "held in memory");
    let asked = scene.provider.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["grant_type"], "client_credentials");
    assert_eq!(asked[0]["scope"], "https://outlook.office365.com/.default");
    assert_eq!(asked[0]["client_secret"], "client-geheim");
    scene.wallet.drop_access(scene.party.profile);
    let refused = scene.access().await;
    assert!(matches!(refused, Err(TokenError::Refused(_))), "no person can help: {refused:?}");
    assert_eq!(scene.vault.kept.keys(), []);
}
