//! An app that proves itself with a certificate, wherever it has to prove itself.

use super::{Scene, tokens};
use crate::world::token_endpoint::{Asked, Say};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sendright::{
    certificate::{Files, KeyedCertificate},
    explain::Problem,
    profile::{Provider, Redirect, SignIn},
    secret::Secret,
};
use serde_json::Value;
use std::{collections::HashSet, fs, path::Path, sync::Arc};
use tokio_util::sync::CancellationToken;

/// The certificate of the fixtures.
pub(crate) fn certificate() -> KeyedCertificate {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/certificates");
    let file = fs::read(folder.join("bags.pem")).unwrap().into();
    KeyedCertificate::read(&Files { file, ..Files::default() }).unwrap()
}

async fn certified(answers: Vec<Say>) -> Scene {
    let mut scene = Scene::new(Provider::Microsoft, answers).await;
    scene.party.certificate = Some(Arc::new(certificate()));
    scene.party.client_secret = Some(Secret::new("client-geheim"));
    scene
}

fn claims(asked: &Asked) -> Value {
    let assertion = &asked["client_assertion"];
    let claims = assertion.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn codes_renewals_and_the_app_itself_each_show_an_assertion_of_their_own_and_no_secret() {
    let answers = vec![
        Say::Json(200, tokens("access-1", "refresh-1")),
        Say::Json(200, tokens("access-2", "refresh-2")),
        Say::Json(200, tokens("access-3", "")),
    ];
    let mut scene = certified(answers).await;
    let page = Redirect::Pasted("https://erp.kestrel.example/oauth/answer".parse().unwrap());
    let (grant, _) = scene.consent(&page).await;
    scene.wallet.redeem(&scene.party, grant).await.unwrap();
    scene.wallet.drop_access(scene.party.profile);
    assert_eq!(scene.access().await.unwrap(), "access-2");
    scene.wallet.drop_access(scene.party.profile);
    scene.party.sign_in = SignIn::AppOnly;
    assert_eq!(scene.access().await.unwrap(), "access-3");

    let asked = scene.provider.asked();
    let kinds: Vec<_> = asked.iter().map(|asked| asked["grant_type"].as_str()).collect();
    assert_eq!(kinds, ["authorization_code", "refresh_token", "client_credentials"]);
    let mut used = HashSet::new();
    for asked in &asked {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        assert_eq!(asked["client_assertion_type"], kind, "{asked:?}");
        assert_eq!(asked["client_id"], "client-1", "{asked:?}");
        assert!(!asked.contains_key("client_secret"), "{asked:?}");
        assert!(!asked.contains_key("authorization"), "{asked:?}");
        let claims = claims(asked);
        assert_eq!(claims["aud"], scene.party.endpoints.token.as_str());
        assert!(used.insert(claims["jti"].to_string()), "{claims}");
    }
}

#[tokio::test]
async fn a_public_client_shows_no_assertion() {
    let scene = certified(vec![Say::Json(200, tokens("access-1", "refresh-1"))]).await;
    scene.sign_in().await.unwrap();
    assert!(!scene.provider.asked()[0].contains_key("client_assertion"));
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_named_with_the_providers() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS700024: Client assertion is not within its valid time range."}"#;
    // The scene's clock says 2027-01-15T08:00:00Z.
    let answer = format!(
        "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         date: Fri, 15 Jan 2027 07:45:00 GMT\r\n\r\n{body}",
        body.len()
    );
    let mut scene = certified(vec![Say::Raw(answer)]).await;
    scene.party.sign_in = SignIn::AppOnly;
    let scopes = scene.party.token_scopes.clone();
    let never = CancellationToken::new();
    let failed = scene.wallet.access(&scene.party, &scopes, &never).await.unwrap_err();
    let problem = Problem::from(failed);
    for words in ["2027-01-15T08:00:00Z", "2027-01-15T07:45:00Z", "900 s fast"] {
        assert!(problem.means.contains(words), "{}", problem.means);
    }
    assert!(problem.title.contains("clock"), "{}", problem.title);
}
