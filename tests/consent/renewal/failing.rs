//! A provider that fails, is busy or does not come to an end.

use super::*;

#[tokio::test]
async fn whatever_else_fails_a_later_try_succeeds() {
    let gone = "HTTP/1.1 302 Found\r\nlocation: https://evil.example/\r\ncontent-length: 0\r\n\r\n";
    let failures = [
        Say::HangUp,
        refused("invalid_client"),
        wants_to_be_left_alone(60),
        Say::Json(200, "<html>hotel</html>".to_owned()),
        Say::Json(200, r#"{"token_type":"Bearer","access_token":7}"#.to_owned()),
        Say::Raw(gone.to_owned()),
        Say::Raw(format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(2 << 20))),
    ];
    for failure in failures {
        let answers = vec![failure, Say::Json(200, tokens("access-2", "refresh-2"))];
        let scene = signed_in(Provider::Microsoft, answers).await;
        scene.wallet.drop_access(scene.party.profile);
        let failed = scene.access().await.unwrap_err();
        assert!(!matches!(failed, TokenError::SignInNeeded(_)), "{failed}");
        assert_eq!(scene.kept().as_deref(), Some("refresh-1"), "{failed}");
        assert_eq!(scene.access().await.unwrap(), "access-2", "after: {failed}");
    }
}

/// A throttled token endpoint, as Entra's is: no JSON.
fn wants_to_be_left_alone(seconds: u32) -> Say {
    let body = "Too Many Requests";
    Say::Raw(format!(
        "HTTP/1.1 429 Busy\r\nretry-after: {seconds}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_by_itself() {
    let answers = vec![
        refused("temporarily_unavailable"),
        wants_to_be_left_alone(0),
        Say::Json(200, tokens("access-2", "refresh-2")),
    ];
    let scene = signed_in(Provider::Microsoft, answers).await;
    scene.wallet.drop_access(scene.party.profile);
    assert_eq!(scene.access().await.unwrap(), "access-2");
    assert_eq!(scene.provider.asked().len(), 4);
}

#[tokio::test]
async fn a_provider_that_stays_busy_is_left_alone() {
    let server_error = || Say::Json(500, r#"{"error":"server_error"}"#.to_owned());
    let in_a_loop =
        || Say::Json(400, r#"{"error":"invalid_grant","error_codes":[50196]}"#.to_owned());
    let table = [
        (vec![server_error(), server_error(), server_error(), server_error()], 3),
        (vec![wants_to_be_left_alone(60), server_error()], 1),
        (vec![in_a_loop(), in_a_loop()], 1),
    ];
    for (answers, times) in table {
        let scene = signed_in(Provider::Microsoft, answers).await;
        scene.wallet.drop_access(scene.party.profile);
        let failed = scene.access().await.unwrap_err();
        assert!(matches!(failed, TokenError::Busy { .. }), "{failed}");
        assert_eq!(scene.provider.asked().len(), 1 + times, "{failed}");
        assert_eq!(scene.kept().as_deref(), Some("refresh-1"));
    }
}

#[tokio::test]
async fn who_stops_waiting_for_a_busy_provider_waits_no_more() {
    let answers = vec![wants_to_be_left_alone(9)];
    let scene = signed_in(Provider::Microsoft, answers).await;
    scene.provider.is_asked().await;
    scene.wallet.drop_access(scene.party.profile);
    asks_and_stops(&scene).await;
}

#[tokio::test]
async fn a_body_that_does_not_end_ends_with_our_patience() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n{\"access_token\":";
    let mut scene = signed_in(Provider::Microsoft, vec![Say::Stall(head.to_owned())]).await;
    let limits = Limits { http: Duration::from_millis(300), ..Limits::default() };
    scene.party.http = Http::new(Route::Direct, &Trust::system(), &limits).unwrap();
    scene.wallet.drop_access(scene.party.profile);
    let failed = scene.access().await;
    assert!(matches!(failed, Err(TokenError::Http(HttpError::TimedOut { .. }))), "{failed:?}");
    assert_eq!(scene.kept().as_deref(), Some("refresh-1"));
}
