//! Device codes.

use super::*;
use std::time::Duration;

#[tokio::test]
async fn a_code_is_typed_on_another_device() {
    let stage = Stage::set().await;
    let id = desktop_client().id;
    let scope = format!("offline_access {SMTP_SEND}");
    let asks = [("client_id", &*id), ("scope", &*scope)];
    let begun = json(&stage.post(stage.at().device_endpoint.as_str(), &asks).await);
    let (device_code, user_code) = (field(&begun, "device_code"), field(&begun, "user_code"));
    let poll = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", &*id),
        ("device_code", &*device_code),
    ];
    assert_eq!(stage.token(&poll).await["error"], "authorization_pending");

    let page = field(&begun, "verification_uri");
    assert!(text(&stage.get(&page).await).contains("id=\"user-code\""));
    let typed = format!("{page}?user_code={}", user_code.to_lowercase());
    assert!(text(&stage.get(&typed).await).contains("id=\"user-you\""));
    let wrong = text(&stage.get(&format!("{page}?user_code=ZZZZ")).await);
    assert!(wrong.contains("AADSTS70018"), "{wrong}");
    let html = text(&stage.post(&typed, &[("user", USER)]).await);
    assert!(html.contains("id=\"allow\""));
    stage.post(&typed, &[("user", USER), ("decision", "allow")]).await;

    let tokens = stage.token(&poll).await;
    assert_eq!(claims(&field(&tokens, "access_token"))["upn"], USER);
    assert!(tokens["refresh_token"].is_string());
    assert_eq!(stage.token(&poll).await["error"], "bad_verification_code", "used up");
}

#[tokio::test]
async fn a_device_is_declined_too_late_or_not_allowed_at_all() {
    let stage = Stage::set().await;
    let id = desktop_client().id;
    let ask = |client: String| {
        let stage = &stage;
        async move {
            let fields = [("client_id", &*client), ("scope", SMTP_SEND)];
            json(&stage.post(stage.at().device_endpoint.as_str(), &fields).await)
        }
    };
    let poll = |begun: Value| {
        let (stage, id) = (&stage, &id);
        async move {
            let device_code = field(&begun, "device_code");
            let fields = [
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("client_id", &**id),
                ("device_code", &*device_code),
            ];
            stage.token(&fields).await
        }
    };
    let begun = ask(id.clone()).await;
    let typed =
        format!("{}?user_code={}", field(&begun, "verification_uri"), field(&begun, "user_code"));
    stage.post(&typed, &[("user", USER), ("decision", "decline")]).await;
    assert_eq!(poll(begun).await["error"], "authorization_declined");

    let begun = ask(id.clone()).await;
    stage.clock.advance(Duration::from_secs(901));
    assert_eq!(poll(begun).await["error"], "expired_token");

    assert_eq!(number(&ask(web_client().id).await), 7_000_218, "no public flows for it");
}
