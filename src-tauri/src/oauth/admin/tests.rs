use super::*;
use crate::{
    clock::{Clock, Timestamp},
    oauth::party::tests::registration,
    profile::Cloud,
};

type Change = fn(&mut Registration);

fn app(change: impl FnOnce(&mut Registration)) -> Result<Application, ConsentError> {
    let mut registration = registration(Provider::Microsoft, "https://login.example");
    registration.authorize_endpoint = None;
    change(&mut registration);
    Application::new(&registration, vec!["https://graph.microsoft.com/Mail.Send".to_owned()])
}

fn asked(app: &Application) -> (Clock, Consents, AdminWaiting) {
    let clock = Clock::set_to(Timestamp::from_unix(1_800_000_000).unwrap());
    let consents = Consents::new(clock.clone());
    let waiting = consents.ask_admin(app, &Redirect::Loopback, Some(4711)).unwrap();
    (clock, consents, waiting)
}

fn answer(asked: &Asked, rest: &str) -> Url {
    let state = asked.url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
    format!("{}?{rest}&state={state}", asked.redirect_uri).parse().unwrap()
}

#[test]
#[rustfmt::skip]
fn the_link_leads_to_the_tenants_own_page() {
    let table: [(Change, &str); 7] = [
        (|_| {},                                                 "https://login.example/11111111-2222-3333-4444-555555555555/v2.0/adminconsent"),
        (|r| r.authority = None,                                 "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0/adminconsent"),
        (|r| { r.authority = None; r.cloud = Cloud::UsGovDod; }, "https://login.microsoftonline.us/11111111-2222-3333-4444-555555555555/v2.0/adminconsent"),
        (|r| r.tenant = Some("kestrel.example".to_owned()),      "https://login.example/kestrel.example/v2.0/adminconsent"),
        (|r| r.tenant = Some("common".to_owned()),               "https://login.example/organizations/v2.0/adminconsent"),
        (|r| r.tenant = Some("organizations".to_owned()),        "https://login.example/organizations/v2.0/adminconsent"),
        (|r| r.authorize_endpoint = Some("https://own.example/#TenantID#/oauth2/v2.0/authorize".to_owned()), "https://own.example/11111111-2222-3333-4444-555555555555/v2.0/adminconsent"),
    ];
    for (change, expected) in table {
        let (_, _, waiting) = asked(&app(change).unwrap());
        let url = &waiting.asked.url;
        assert_eq!(url.as_str().split('?').next(), Some(expected));
        let query: Vec<_> = url.query_pairs().into_owned().collect();
        let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        assert_eq!(value("client_id"), Some("client-1"));
        assert_eq!(value("scope"), Some("https://graph.microsoft.com/Mail.Send"));
        assert_eq!(value("redirect_uri"), Some("http://localhost:4711/oauth2/callback"));
        assert!(value("state").unwrap().len() >= 40);
    }
    let nobody: [Change; 4] = [
        |r| r.provider = Provider::Google,
        |r| r.tenant = Some("consumers".to_owned()),
        |r| r.authorize_endpoint = Some("https://own.example/authorize".to_owned()),
        |r| { r.provider = Provider::Custom; r.authorize_endpoint = Some("https://own.example/oauth2/v2.0/authorize".to_owned()); },
    ];
    for change in nobody {
        let refused = app(change);
        assert!(matches!(refused, Err(ConsentError::NoAdministrator { .. })), "{refused:?}");
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn an_answer_says_who_allowed_what_and_an_error_counts_first() {
    let table = [
        ("admin_consent=True&tenant=t-1&scope=https://graph.microsoft.com/Mail.Send+openid", Ok(("t-1", 2))),
        ("admin_consent=True&tenant=t-1",  Ok(("t-1", 0))),
        ("admin_consent=True&error=consent_required&error_description=AADSTS65004%3a+denied&tenant=t-1", Err("the administrator did not allow the app: consent_required: AADSTS65004: denied")),
        ("error=permission_denied&error_description=The+admin+canceled+the+request", Err("the administrator did not allow the app: permission_denied: The admin canceled the request")),
        ("admin_consent=False&tenant=t-1", Err("the answer carries neither a code nor an error")),
        ("code=abc",                       Err("the answer carries neither a code nor an error")),
    ];
    for (query, expected) in table {
        let (_, consents, mut waiting) = asked(&app(|_| {}).unwrap());
        consents.hear(&answer(&waiting.asked, query)).unwrap();
        let said = waiting.answer(&CancellationToken::new()).await;
        match (said, expected) {
            (Ok(allowed), Ok((tenant, scopes))) => {
                assert_eq!((allowed.tenant.as_deref(), allowed.scopes.len()), (Some(tenant), scopes));
            }
            (Err(error), Err(words)) => assert_eq!(error.to_string(), words),
            (said, _) => panic!("{query}: {said:?}"),
        }
    }
}

#[tokio::test]
async fn only_the_answer_with_our_state_counts_however_it_comes() {
    let (clock, consents, mut waiting) = asked(&app(|_| {}).unwrap());
    let query = "admin_consent=True&tenant=t-1";
    let stranger = format!("{}?{query}&state=guessed", waiting.asked.redirect_uri);
    for foreign in [stranger.clone(), format!("org.sendright.app:/oauth2/callback?{query}")] {
        let heard = consents.hear(&foreign.parse().unwrap());
        assert!(matches!(heard, Err(ConsentError::NotOurs)), "{foreign}");
    }
    for pasted in [stranger.as_str(), "a-code-that-stands-alone-without-state"] {
        let heard = consents.paste(waiting.asked.id, pasted);
        assert!(matches!(heard, Err(ConsentError::NotOurs)), "{pasted}");
    }
    let other = app(|r| r.id = RegistrationId::new()).unwrap();
    let others = consents.ask_admin(&other, &Redirect::DeepLink, None).unwrap();
    consents.paste(waiting.asked.id, answer(&waiting.asked, query).as_str()).unwrap();
    waiting.answer(&CancellationToken::new()).await.unwrap();
    let again = consents.ask_admin(&other, &Redirect::Loopback, Some(1));
    assert!(matches!(again, Err(ConsentError::Busy)), "{again:?}");
    drop(others);

    let mut waiting = consents.ask_admin(&other, &Redirect::DeepLink, None).unwrap();
    clock.advance(PATIENCE + Duration::from_secs(1));
    consents.hear(&answer(&waiting.asked, query)).unwrap();
    let late = waiting.answer(&CancellationToken::new()).await.unwrap_err();
    assert_eq!(late.to_string(), "no answer in 60 minutes");
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_not_taken() {
    let (_, consents, mut waiting) = asked(&app(|_| {}).unwrap());
    let query = "admin_consent=True&tenant=t-1&iss=https://evil.example";
    consents.hear(&answer(&waiting.asked, query)).unwrap();
    let refused = waiting.answer(&CancellationToken::new()).await;
    assert!(matches!(refused, Err(ConsentError::ForeignIssuer { .. })), "{refused:?}");
}
