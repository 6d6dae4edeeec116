use super::*;
use crate::secret::Secret;
use proptest::prelude::*;
use serde_json::json;

fn read(body: &Value) -> Option<ProviderRefusal> {
    ProviderRefusal::of_json(body.as_object().unwrap(), &Veil::default())
}

#[test]
fn everything_that_microsofts_support_asks_for_is_kept() {
    let body = json!({
        "error": "invalid_grant",
        "error_description": "AADSTS50076: Due to a configuration change made by your \
            administrator, you must use multi-factor authentication. Trace ID: t-2 \
            Correlation ID: c-2 Timestamp: 2026-11-24 10:00:00Z",
        "error_codes": [50076],
        "timestamp": "2026-11-24 10:00:00Z",
        "trace_id": "t-1",
        "correlation_id": "c-1",
        "error_uri": "https://login.microsoftonline.com/error?code=50076",
        "suberror": "basic_action",
        "claims": "{\"access_token\":{\"capolids\":{\"essential\":true}}}",
    });
    let refusal = read(&body).unwrap();
    assert!(refusal.is("invalid_grant"));
    assert_eq!(refusal.codes, [50076]);
    assert_eq!(refusal.suberror.as_deref(), Some("basic_action"));
    assert_eq!(refusal.trace_id.as_deref(), Some("t-1"), "the field wins over the text");
    assert_eq!(refusal.correlation_id.as_deref(), Some("c-1"));
    assert_eq!(refusal.timestamp.as_deref(), Some("2026-11-24 10:00:00Z"));
    assert!(refusal.claims.as_deref().unwrap().contains("capolids"));
    let said = refusal.to_string();
    assert!(said.starts_with("invalid_grant: basic_action: AADSTS50076"), "{said}");
    assert!(said.contains("Correlation ID: c-1"), "{said}");
}

#[test]
fn a_body_without_an_error_is_no_refusal() {
    for body in [json!({}), json!({"error": ""}), json!({"error": 5}), json!({"token": "x"})] {
        assert_eq!(read(&body), None);
    }
}

#[test]
fn remote_words_are_bounded_and_cannot_move_the_cursor() {
    let evil = "a\u{1b}[31m\rb\0\u{202e}";
    let body = json!({"error": "x".repeat(5000), "error_description": evil.repeat(900)});
    let refusal = read(&body).unwrap();
    assert_eq!(refusal.error.unwrap().len(), SHORT);
    let words = refusal.description.unwrap();
    assert!(words.chars().count() <= LONG && !words.chars().any(char::is_control));
    assert!(words.starts_with("a\u{fffd}[31m\u{fffd}b\u{fffd}\u{fffd}a"), "{words}");
    let named = json!({"error": "invalid\r\nSigned in as root.\u{2028}"});
    let refusal = read(&named).unwrap();
    assert_eq!(refusal.error.as_deref(), Some("invalid Signed in as root.\u{fffd}"));
}

#[test]
fn what_we_sent_is_struck_out() {
    let body = json!({"error": "invalid_grant", "error_description": "Bad refresh_token 'geheim-1'.", "trace_id": "GEHEIM-1"});
    let refusal = ProviderRefusal::of_json(body.as_object().unwrap(), &veil("geheim-1")).unwrap();
    assert_eq!(refusal.description.as_deref(), Some("Bad refresh_token '(secret)'."));
    assert_eq!(refusal.trace_id.as_deref(), Some("(secret)"));
}

#[test]
fn nothing_of_a_secret_stays_where_a_text_is_cut() {
    let secret = "geheim-refresh-token";
    for before in LONG - secret.len()..LONG {
        let description = "x ".repeat(LONG)[..before].to_owned() + secret;
        let body = json!({"error": "invalid_grant", "error_description": description});
        let refusal = ProviderRefusal::of_json(body.as_object().unwrap(), &veil(secret)).unwrap();
        let words = refusal.description.unwrap();
        assert!(words.len() <= LONG && !words.contains('g'), "{words}");
    }
}

fn veil(secret: &str) -> Veil {
    let mut veil = Veil::default();
    veil.hide(&Secret::new(secret));
    veil
}

#[test]
fn a_pasted_page_loses_its_secrets_and_keeps_its_ids() {
    let page = browser_page(
        "http://localhost/oauth2/callback?code=geheim&state=s&my_code=fine#access_token=geheim2\n\
         AADSTS50011: no match. AADSTS50011 again, AADSTS7000218 too.\n\
         Request Id: r-1\nCorrelation ID: c-1.\nTimestamp: 2026-11-24 10:00:00Z\nMore",
    );
    let words = page.description.unwrap();
    assert!(!words.contains("geheim"), "{words}");
    assert!(words.contains("code=…&state=s&my_code=fine#access_token=…"), "{words}");
    assert_eq!(page.codes, [50011, 7_000_218]);
    assert_eq!(page.trace_id.as_deref(), Some("r-1"));
    assert_eq!(page.correlation_id.as_deref(), Some("c-1"));
    assert_eq!(page.timestamp.as_deref(), Some("2026-11-24 10:00:00Z"));
}

#[test]
fn googles_page_names_its_error() {
    let page = browser_page("Access blocked: invalid request\nError 400: redirect_uri_mismatch\n");
    assert!(page.is("redirect_uri_mismatch"));
    assert!(browser_page("Error 403: org_internal").is("org_internal"));
    assert_eq!(browser_page("All is well").error, None);
}

proptest! {
    #[test]
    fn no_page_stops_us(text in "(\\PC|AADSTS|code=|Error 4|correlation id:|é|\n){0,40}") {
        let _ = browser_page(&text).to_string();
    }
}
