//! The token endpoint: what a code, a secret and a program by itself are given.

use super::*;
use sendright::sandbox::{Client, Platform};
use std::time::Duration;

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
