//! An administrator allows a program for the whole organisation.

use super::*;
use sendright::sandbox::app_client;

const GRAPH_DEFAULT: &str = "https://graph.microsoft.com/.default";

/// The link that a program makes; `version` stands before the last part of its path.
fn link(stage: &Stage, version: &str, scope: &str) -> String {
    let mut url = stage.at().authority.join(&format!("{TENANT}{version}/adminconsent")).unwrap();
    let client = app_client().id;
    let fields = [
        ("client_id", &*client),
        ("redirect_uri", LOOPBACK),
        ("state", "a-state"),
        ("scope", scope),
    ];
    url.query_pairs_mut().extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
    url.into()
}

/// What the program may do by itself.
async fn roles(stage: &Stage) -> Value {
    let client = app_client().id;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &*client),
        ("client_secret", WEB_SECRET),
        ("scope", "https://outlook.office365.com/.default"),
    ];
    claims(&field(&stage.token(&fields).await, "access_token"))["roles"].clone()
}

#[tokio::test]
async fn an_administrator_gives_a_program_its_rights() {
    for (version, scope, answered) in [("/v2.0", GRAPH_DEFAULT, true), ("", "", false)] {
        let stage = Stage::set().await;
        assert!(roles(&stage).await.as_array().is_none_or(Vec::is_empty), "a token without rights");
        let link = link(&stage, version, scope);
        assert!(text(&stage.get(&link).await).contains("id=\"user-you\""));
        let asked = text(&stage.post(&link, &[("user", USER)]).await);
        assert!(asked.contains("everybody in the organisation"), "{asked}");
        let answer = stage.post(&link, &[("user", USER), ("decision", "allow")]).await;
        let said = answer_fields(&answer);
        assert_eq!((&*said["admin_consent"], &*said["tenant"]), ("True", TENANT));
        assert_eq!(said["state"], "a-state");
        assert_eq!(said.get("scope").map(String::as_str), answered.then_some(scope));
        assert!(roles(&stage).await.to_string().contains("SMTP.SendAsApp"));
    }
}

#[tokio::test]
async fn nobody_else_can_and_who_declines_gives_nothing() {
    let stage = Stage::set().await;
    let link = link(&stage, "/v2.0", GRAPH_DEFAULT);
    let table = [
        ([("user", "anna@sandbox.test"), ("decision", "allow")], "access_denied", "AADSTS90094"),
        ([("user", USER), ("decision", "decline")], "consent_required", "AADSTS65004"),
    ];
    for (form, error, words) in table {
        let said = answer_fields(&stage.post(&link, &form).await);
        assert_eq!((&*said["error"], &*said["admin_consent"]), (error, "True"));
        assert!(said["error_description"].starts_with(words), "{said:?}");
    }
    assert!(roles(&stage).await.as_array().is_none_or(Vec::is_empty));
    let elsewhere = link.replace("localhost%3A49152", "evil.test");
    let shown = stage.post(&elsewhere, &[("user", USER), ("decision", "allow")]).await;
    assert!(!shown.headers().contains_key(header::LOCATION));
    assert!(text(&shown).contains("AADSTS50011"));
}
