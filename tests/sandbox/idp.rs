//! The identity provider: sign-in, consent, tokens, and what it refuses.

use super::*;
use sendright::sandbox::{Client, Platform};
use std::time::Duration;

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
async fn a_code_is_redeemed_once_by_whom_it_was_given_to() {
    let stage = Stage::set().await;
    let id = desktop_client().id;
    let wrong_verifier = "another-verifier-that-is-long-enough-as-well-00";
    #[rustfmt::skip]
    let table: &[(&str, &str, u64)] = &[
        ("code_verifier", wrong_verifier,                               501_481),
        ("code_verifier", "",                                           50148),
        ("redirect_uri",  "http://localhost:49153/oauth2/callback",     70004),
        ("redirect_uri",  "http://localhost:49152/",                    50011),
        ("client_secret", "sandbox-secret",                             700_025),
        ("client_id",     "11111111-2222-3333-4444-555555555555",       700_016),
        ("code",          "guessed",                                    9_002_313),
        ("grant_type",    "password",                                   70003),
        ("grant_type",    "",                                           900_144),
        ("scope",         "https://outlook.office.com/SMTP.Send Mail.Send", 28000),
    ];
    for (name, value, refused) in table {
        let scope = format!("{SMTP_SEND} https://graph.microsoft.com/Mail.Send");
        let code = stage.code(USER, &[("scope", &scope)]).await;
        let mut fields = code_fields(&code, &id).to_vec();
        fields.retain(|(other, _)| other != name);
        fields.push((name, value));
        assert_eq!(number(&stage.token(&fields).await), *refused, "{name}={value}");
    }

    let code = stage.code(USER, &[]).await;
    assert!(stage.token(&code_fields(&code, &id)).await["access_token"].is_string());
    assert_eq!(number(&stage.token(&code_fields(&code, &id)).await), 54005, "a second time");

    let code = stage.code(USER, &[]).await;
    let other = stage.at().token_endpoint.as_str().replace(TENANT, "organizations");
    assert_eq!(number(&json(&stage.post(&other, &code_fields(&code, &id)).await)), 700_005);

    let code = stage.code(USER, &[]).await;
    stage.clock.advance(Duration::from_secs(601));
    assert_eq!(number(&stage.token(&code_fields(&code, &id)).await), 70008, "too late");
}

#[tokio::test]
async fn a_refusal_of_the_token_endpoint_has_entras_form() {
    let stage = Stage::set().await;
    let answer = stage
        .post(
            stage.at().token_endpoint.as_str(),
            &[("grant_type", "client_credentials"), ("client_id", &web_client().id)],
        )
        .await;
    assert_eq!(answer.status(), 401);
    let refusal = json(&answer);
    assert_eq!(refusal["error"], "invalid_client");
    let description = field(&refusal, "error_description");
    assert!(description.starts_with("AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'."));
    for name in ["trace_id", "correlation_id", "timestamp"] {
        assert!(description.contains(&field(&refusal, name)), "{name}");
    }
}

/// A program registered as "Web" whose answers come to loopback.
fn web_on_loopback() -> Client {
    Client {
        id: "77777777-5e4d-4a11-9000-000000000003".into(),
        redirects: vec![(Platform::Web, "http://localhost/oauth2/callback".into())],
        ..web_client()
    }
}

#[tokio::test]
async fn a_web_program_needs_its_secret_at_first_and_at_every_renewal() {
    let stage = Stage::set_with(|options| options.clients.push(web_on_loopback())).await;
    let id = web_on_loopback().id;
    let code = stage.code(USER, &[("client_id", &id)]).await;
    let fields = code_fields(&code, &id).to_vec();
    assert_eq!(number(&stage.token(&fields).await), 7_000_218, "no secret, and the code is kept");
    let with = |secret| [fields.clone(), vec![("client_secret", secret)]].concat();
    assert_eq!(number(&stage.token(&with("the-secret-id")).await), 7_000_215);
    let tokens = stage.token(&with(WEB_SECRET)).await;
    assert_eq!(claims(&field(&tokens, "access_token"))["appidacr"], "1");

    let refresh = field(&tokens, "refresh_token");
    let fields =
        [("grant_type", "refresh_token"), ("client_id", &*id), ("refresh_token", &*refresh)];
    assert_eq!(number(&stage.token(&fields).await), 7_000_218);
    let renewed = stage.token(&[&fields[..], &[("client_secret", WEB_SECRET)]].concat()).await;
    assert!(renewed["access_token"].is_string(), "{renewed}");
}

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

#[tokio::test]
async fn a_program_signs_in_for_itself_with_its_secret() {
    let stage = Stage::set().await;
    let tokens = stage.app_token("https://outlook.office365.com/.default").await;
    assert!(tokens.get("refresh_token").is_none(), "never for a program");
    let access = claims(&field(&tokens, "access_token"));
    assert_eq!(access["aud"], "https://outlook.office365.com");
    assert!(access["roles"].as_array().unwrap().contains(&"SMTP.SendAsApp".into()));
    assert!(access.get("upn").is_none() && access.get("scp").is_none());

    assert_eq!(number(&stage.app_token(SMTP_SEND).await), 1_002_012);
    assert_eq!(number(&stage.app_token("https://mail.test/.default").await), 70011);
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &*web_client().id),
        ("client_secret", WEB_SECRET),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let common = stage.at().token_endpoint.as_str().replace(TENANT, "common");
    assert_eq!(number(&json(&stage.post(&common, &fields).await)), 9_001_023);
    let desktop = desktop_client().id;
    let no_secret = [("grant_type", "client_credentials"), ("client_id", &*desktop), fields[3]];
    assert_eq!(number(&stage.token(&no_secret).await), 7_000_218);
}

#[tokio::test]
async fn a_secret_may_come_by_http_basic() {
    let stage = Stage::set().await;
    let pair = format!("{}:{WEB_SECRET}", web_client().id);
    let form = "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let request = Request::post(stage.at().token_endpoint.as_str())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(
            header::AUTHORIZATION,
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)),
        )
        .body(form.as_bytes().to_vec());
    let tokens = json(&stage.http.send(request.unwrap()).await.unwrap());
    assert_eq!(claims(&field(&tokens, "access_token"))["aud"], "https://graph.microsoft.com");
}

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
