//! The identity provider: sign-in, consent, tokens, and what it refuses.

mod admin;
mod assertions;
mod device;
mod renewal;
mod tokens;

use super::*;

#[tokio::test]
async fn a_person_signs_in_allows_and_the_program_gets_its_tokens() {
    let stage = Stage::set().await;
    let question = stage.question(&[("login_hint", "anna@sandbox.test")]);

    let page = stage.get(question.as_str()).await;
    let html = text(&page);
    assert!(html.contains("Sendright sandbox — not Microsoft"), "{html}");
    let anna = html.find("id=\"user-anna\"").unwrap();
    assert!(anna < html.find("id=\"user-you\"").unwrap(), "the expected person comes first");
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-store");

    let html = text(&stage.post(question.as_str(), &[("user", USER)]).await);
    assert!(html.contains(&format!("data-scope=\"{SMTP_SEND}\"")), "{html}");
    assert!(html.contains("id=\"allow\"") && html.contains("id=\"decline\""));

    let fields = [("user", USER), ("decision", "allow")];
    let answer = stage.post(question.as_str(), &fields).await;
    assert!(location(&answer).starts_with("http://localhost:49152/oauth2/callback?code="));
    assert_eq!(answer_fields(&answer)["state"], "a-state");

    let code = answer_fields(&answer).remove("code").unwrap();
    let tokens = stage.token(&code_fields(&code, &desktop_client().id)).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], format!("openid {SMTP_SEND}"), "offline_access is never listed");
    assert!(tokens["refresh_token"].is_string());
    let access = claims(&field(&tokens, "access_token"));
    assert_eq!(access["aud"], "https://outlook.office.com");
    assert_eq!((&access["scp"], &access["upn"]), (&"SMTP.Send".into(), &USER.into()));
    assert_eq!((&access["tid"], &access["appidacr"]), (&TENANT.into(), &"0".into()));
    let identity = claims(&field(&tokens, "id_token"));
    assert_eq!(
        (&identity["nonce"], &identity["aud"]),
        (&"a-nonce".into(), &desktop_client().id.into())
    );
}

#[tokio::test]
async fn declining_is_told_to_the_program_in_entras_words() {
    let stage = Stage::set().await;
    let fields = [("user", USER), ("decision", "decline")];
    let answer = answer_fields(&stage.post(stage.question(&[]).as_str(), &fields).await);
    assert_eq!((&*answer["error"], &*answer["state"]), ("access_denied", "a-state"));
    assert!(answer["error_description"].starts_with("AADSTS65004: User declined to consent"));
    assert!(!answer.contains_key("code"));
}

#[tokio::test]
async fn what_makes_the_redirect_unsafe_is_shown_and_never_sent() {
    let stage = Stage::set().await;
    let elsewhere = "http://localhost:49152/elsewhere";
    #[rustfmt::skip]
    let table: &[(&str, &str, &str)] = &[
        ("client_id", "11111111-2222-3333-4444-555555555555", "AADSTS700016"),
        ("client_id", "",                                     "AADSTS900144"),
        ("redirect_uri", elsewhere,                           "AADSTS50011"),
        ("redirect_uri", "https://evil.test/oauth2/callback", "AADSTS50011"),
        ("redirect_uri", "",                                  "AADSTS900971"),
    ];
    for (name, value, words) in table {
        let question = stage.question(&[(name, value)]);
        let fields = [("user", USER), ("decision", "allow")];
        for answer in
            [stage.get(question.as_str()).await, stage.post(question.as_str(), &fields).await]
        {
            assert_eq!(answer.status(), 400, "{name}={value}");
            assert!(text(&answer).contains(words), "{name}={value}: {}", text(&answer));
        }
    }
    for (tenant, words) in [("nobody.test", "AADSTS90002"), ("consumers", "AADSTS9002332")] {
        let url = stage.question(&[]).as_str().replace(TENANT, tenant);
        assert!(text(&stage.get(&url).await).contains(words));
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_goes_back_to_the_program() {
    let stage = Stage::set().await;
    #[rustfmt::skip]
    let table: &[(&str, &str, &str, &str)] = &[
        ("response_type", "token",             "unsupported_response_type", "AADSTS700054"),
        ("response_mode", "form_post",         "invalid_request",           "AADSTS70007"),
        ("scope", "",                          "invalid_request",           "AADSTS900144"),
        ("scope", "https://mail.test/Send",    "invalid_scope",             "AADSTS70011"),
        ("code_challenge", "",                 "invalid_request",           "AADSTS9002325"),
        ("code_challenge_method", "plain",     "invalid_request",           "AADSTS9002325"),
        ("code_challenge", "short",            "invalid_request",           "AADSTS501491"),
        ("prompt", "none",                     "login_required",            "AADSTS50058"),
    ];
    for (name, value, error, words) in table {
        let question = stage.question(&[(name, value)]);
        let answer = answer_fields(&stage.get(question.as_str()).await);
        assert_eq!(answer["error"], *error, "{name}={value}");
        assert!(answer["error_description"].starts_with(words), "{name}={value}: {answer:?}");
        assert_eq!(answer["state"], "a-state");
    }
}

#[tokio::test]
async fn what_is_sent_to_a_page_is_shown_as_text() {
    let stage = Stage::set().await;
    let script = "\"><script>alert(1)</script>";
    for changes in [[("client_id", script)], [("redirect_uri", script)], [("state", script)]] {
        let html = text(&stage.get(stage.question(&changes).as_str()).await);
        assert!(!html.contains("<script"), "{html}");
    }
}

#[tokio::test]
async fn its_metadata_leads_to_its_endpoints_and_keys() {
    let stage = Stage::set().await;
    let base = stage.at().authority.as_str().trim_end_matches('/');
    let url = format!("{base}/{TENANT}/v2.0/.well-known/openid-configuration");
    let metadata = json(&stage.get(&url).await);
    assert_eq!(metadata["issuer"], format!("{base}/{TENANT}/v2.0"));
    assert_eq!(metadata["authorization_endpoint"], stage.at().authorize_endpoint.as_str());
    assert_eq!(metadata["token_endpoint"], stage.at().token_endpoint.as_str());
    let keys = json(&stage.get(&field(&metadata, "jwks_uri")).await);
    let token = stage.access_token(USER, SMTP_SEND).await;
    let head = BASE64URL.decode(token.split('.').next().unwrap()).unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    assert_eq!(head["kid"], keys["keys"][0]["kid"]);
    assert_eq!(head["alg"], keys["keys"][0]["alg"]);
}
