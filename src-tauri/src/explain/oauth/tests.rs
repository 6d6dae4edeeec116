use super::*;
use crate::oauth::browser_page;
use std::time::Duration;

fn refusal(error: &str, description: &str) -> ProviderRefusal {
    let host = "login.microsoftonline.com".to_owned();
    ProviderRefusal { error: Some(error.to_owned()), host, ..browser_page(description) }
}

#[test]
#[rustfmt::skip]
fn refusals_are_recognised() {
    let table = [
        ("invalid_client", "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", Code::ClientRejected, "web app"),
        ("invalid_client", "AADSTS7000215: Invalid client secret provided.", Code::ClientRejected, "does not accept the client secret"),
        ("invalid_client", "AADSTS7000222: The provided client secret keys for app 'x' are expired.", Code::ClientRejected, "expired"),
        ("invalid_client", "AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", Code::ClientRejected, "public client"),
        ("invalid_request", "AADSTS90023: Public clients can't send a client secret.", Code::ClientRejected, "public client"),
        ("invalid_request", "AADSTS90023: Something else.", Code::ProviderRefused, "Microsoft refused"),
        ("unauthorized_client", "AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.", Code::ClientRejected, "does not know this app"),
        ("invalid_request", "AADSTS90002: Tenant 'kestrl.example' not found.", Code::ClientRejected, "does not know this tenant"),
        ("invalid_grant", "AADSTS65001: The user or administrator has not consented to use the application.", Code::ProviderRefused, "Nobody has allowed"),
        ("access_denied", "AADSTS90094: The grant requires admin permission.", Code::ProviderRefused, "administrator"),
        ("access_denied", "AADSTS65004: User declined to consent to access the app.", Code::ConsentDeclined, "declined"),
        ("access_denied", "AADSTS50105: Your administrator has configured the application to block users.", Code::ProviderRefused, "not assigned"),
        ("interaction_required", "AADSTS50199: CmsiInterrupt. AADSTS53003: Access has been blocked by Conditional Access policies.", Code::ProviderRefused, "policy"),
        ("invalid_grant", "AADSTS700082: The refresh token has expired due to inactivity.", Code::ProviderRefused, "run out"),
        ("invalid_grant", "AADSTS99999999: New.", Code::ProviderRefused, "no longer accepts"),
        ("invalid_request", "client_secret is missing.", Code::ClientRejected, "client secret"),
        ("redirect_uri_mismatch", "Bad Request", Code::RedirectUnusable, "return to"),
        ("something_new", "Nobody has seen this before.", Code::ProviderRefused, "refused the sign-in"),
    ];
    for (error, said, code, title) in table {
        let problem = refused(&refusal(error, said));
        assert_eq!(problem.code, code, "{said}");
        assert!(problem.title.contains(title), "{said}: {}", problem.title);
        assert!(problem.said.unwrap().contains(said), "the provider's own words are kept");
        assert!(!problem.title.contains('{') && !problem.title.ends_with('.'));
    }
}

#[test]
fn every_row_can_be_reached() {
    for (at, row) in REFUSALS.iter().enumerate() {
        let shown = ProviderRefusal {
            codes: row.numbers.to_vec(),
            error: Some(row.error.to_owned()).filter(|error| !error.is_empty()),
            description: Some(row.words.to_owned()),
            ..ProviderRefusal::default()
        };
        let first = REFUSALS.iter().position(|row| row.fits(&shown));
        assert_eq!(first, Some(at), "an earlier row hides {:?} {}", row.numbers, row.error);
    }
}

#[test]
fn an_error_page_that_never_came_back_is_explained_without_knowing_the_host() {
    let page = browser_page(
        "Sorry, but we're having trouble signing you in.\nAADSTS50011: The redirect URI \
         'http://localhost:1/oauth2/callback' specified in the request does not match.\n\
         Request Id: 11111111-0000-0000-0000-000000000000\nCorrelation Id: 22222222-0000",
    );
    let problem = Problem::from(&page);
    assert_eq!(problem.code, Code::RedirectUnusable);
    assert!(problem.title.starts_with("Microsoft"));
    let google =
        browser_page("Access blocked\nError 400: redirect_uri_mismatch\nYou can't sign in");
    assert_eq!(Problem::from(&google).code, Code::RedirectUnusable);
    assert!(Problem::from(&google).title.starts_with("The provider"));
}

#[test]
fn a_refused_renewal_is_always_the_persons_matter() {
    let error = SignInReason::Refused(Box::new(refusal("invalid_grant", "AADSTS50173: revoked")));
    let problem = Problem::from(TokenError::SignInNeeded(error));
    assert_eq!((problem.code, problem.code.exit_code()), (Code::SignInNeeded, 3));
    assert!(problem.title.contains("revoked"));
}

#[test]
fn a_busy_provider_says_how_long_to_wait() {
    let busy = |wait| TokenError::Busy {
        host: "login.microsoftonline.com".to_owned(),
        status: 429,
        wait,
        said: "Too Many Requests".to_owned(),
    };
    let problem = Problem::from(busy(Some(Duration::from_secs(60))));
    assert_eq!((problem.code, problem.retry_after_ms), (Code::ProviderBusy, Some(60_000)));
    assert_eq!(Problem::from(busy(None)).retry, Retry::AfterWait);
}

#[test]
fn an_administrators_no_is_told_apart_from_being_none() {
    let table = [
        ("consent_required", "AADSTS65004: denied the request.", Code::ConsentDeclined, "declined"),
        ("permission_denied", "The admin canceled the request", Code::ConsentDeclined, "declined"),
        (
            "access_denied",
            "AADSTS90094: admin needed.",
            Code::ProviderRefused,
            "may not allow apps",
        ),
        ("unauthorized_client", "AADSTS700016: x", Code::ClientRejected, "does not know this app"),
    ];
    for (error, said, code, title) in table {
        let problem = Problem::from(ConsentError::NotAllowed(Box::new(refusal(error, said))));
        assert_eq!(problem.code, code, "{said}");
        assert!(problem.title.contains(title), "{said}: {}", problem.title);
        assert!(problem.said.unwrap().contains(said), "the provider's own words are kept");
    }
}
