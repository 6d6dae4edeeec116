//! Refresh tokens: what they renew, and how long.

use super::*;
use std::time::Duration;

async fn renewed(stage: &Stage, refresh: &str, scope: &str) -> Value {
    let id = desktop_client().id;
    let mut fields =
        vec![("grant_type", "refresh_token"), ("client_id", &*id), ("refresh_token", refresh)];
    if !scope.is_empty() {
        fields.push(("scope", scope));
    }
    stage.token(&fields).await
}

#[tokio::test]
async fn a_sign_in_is_renewed_for_what_was_allowed_and_nothing_else() {
    let stage = Stage::set().await;
    let both = format!("{SMTP_SEND} https://graph.microsoft.com/Mail.Send");
    let code = stage.code(USER, &[("scope", &format!("offline_access {both}"))]).await;
    let id = desktop_client().id;
    let fields = [&code_fields(&code, &id)[..], &[("scope", SMTP_SEND)]].concat();
    let first = field(&stage.token(&fields).await, "refresh_token");

    let second = renewed(&stage, &first, SMTP_SEND).await;
    assert_ne!(field(&second, "refresh_token"), first, "each use gives a new one");
    let graph = renewed(&stage, &first, "Mail.Send").await;
    let access = claims(&field(&graph, "access_token"));
    assert_eq!(access["aud"], "https://graph.microsoft.com", "the old one still works, for either");

    assert_eq!(number(&renewed(&stage, &first, "Mail.Read").await), 65001, "never allowed");
    assert_eq!(number(&renewed(&stage, &first, &both).await), 28000, "one resource at a time");
    assert_eq!(number(&renewed(&stage, "guessed", SMTP_SEND).await), 9_002_313);
    let access = field(&second, "access_token");
    assert_eq!(
        number(&renewed(&stage, &access, SMTP_SEND).await),
        9_002_313,
        "not a refresh token"
    );
}

#[tokio::test]
async fn without_offline_access_there_is_nothing_to_renew_with() {
    let stage = Stage::set().await;
    let code = stage.code(USER, &[("scope", SMTP_SEND)]).await;
    let tokens = stage.token(&code_fields(&code, &desktop_client().id)).await;
    assert!(tokens["access_token"].is_string());
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
}

#[tokio::test]
async fn a_sign_in_ends_by_disuse_and_by_revocation() {
    let stage = Stage::set().await;
    let refresh = field(&stage.sign_in(USER, SMTP_SEND).await, "refresh_token");
    stage.clock.advance(Duration::from_secs(89 * 86_400));
    let refresh = field(&renewed(&stage, &refresh, "").await, "refresh_token");
    stage.clock.advance(Duration::from_secs(89 * 86_400));
    assert!(renewed(&stage, &refresh, "").await["access_token"].is_string(), "used in between");

    stage.sandbox.revoke("YOU@sandbox.test");
    assert_eq!(number(&renewed(&stage, &refresh, "").await), 50173);
    stage.clock.advance(Duration::from_secs(1));
    let refresh = field(&stage.sign_in(USER, SMTP_SEND).await, "refresh_token");
    assert!(renewed(&stage, &refresh, "").await["access_token"].is_string(), "signed in again");

    stage.clock.advance(Duration::from_secs(91 * 86_400));
    assert_eq!(number(&renewed(&stage, &refresh, "").await), 700_082);
}

#[tokio::test]
async fn a_sign_in_outlives_a_restart() {
    let stage = Stage::set().await;
    let refresh = field(&stage.sign_in(USER, SMTP_SEND).await, "refresh_token");
    let Stage { sandbox, clock, http, dir } = stage;
    let ca = fs::read(&sandbox.addresses().ca_file).unwrap();
    sandbox.stop().await;
    let options = Options::new(dir.path().join("sandbox"), clock.clone());
    let sandbox = Sandbox::start(options).await.unwrap();
    assert_eq!(fs::read(&sandbox.addresses().ca_file).unwrap(), ca);
    let stage = Stage { sandbox, clock, http, dir };
    assert!(renewed(&stage, &refresh, "").await["access_token"].is_string());
}
