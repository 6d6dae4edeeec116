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
        ("invalid_request", "AADSTS90023: Public clients can't send a client secret.", Code::ProviderRefused, "public client"),
        ("invalid_request", "AADSTS90023: Something else.", Code::ProviderRefused, "Microsoft refused"),
        ("unauthorized_client", "AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.", Code::ClientRejected, "does not know this app"),
        ("invalid_request", "AADSTS90002: Tenant 'kestrl.example' not found.", Code::ProviderRefused, "does not know this tenant"),
        ("invalid_grant", "AADSTS65001: The user or administrator has not consented to use the application.", Code::ProviderRefused, "Nobody has allowed"),
        ("access_denied", "AADSTS90094: The grant requires admin permission.", Code::ConsentDeclined, "administrator"),
        ("access_denied", "AADSTS65004: User declined to consent to access the app.", Code::ConsentDeclined, "declined"),
        ("access_denied", "AADSTS50105: Your administrator has configured the application to block users.", Code::ConsentDeclined, "not assigned"),
        ("interaction_required", "AADSTS50199: CmsiInterrupt. AADSTS53003: Access has been blocked by Conditional Access policies.", Code::ProviderRefused, "policy"),
        ("invalid_grant", "AADSTS700082: The refresh token has expired due to inactivity.", Code::ProviderRefused, "run out"),
        ("invalid_grant", "AADSTS99999999: New.", Code::ProviderRefused, "no longer accepts"),
        ("invalid_request", "client_secret is missing.", Code::ProviderRefused, "client secret"),
        ("redirect_uri_mismatch", "Bad Request", Code::RedirectUnusable, "return to"),
        ("temporarily_unavailable", "AADSTS90033: A transient error has occurred.", Code::ProviderBusy, "asked later"),
        ("something_new", "Nobody has seen this before.", Code::ProviderRefused, "refused the sign-in"),
    ];
    for (error, said, code, title) in table {
        let problem = refused(&refusal(error, said), Asked::Person);
        assert_eq!(problem.code, code, "{said}");
        assert!(problem.title.contains(title), "{said}: {}", problem.title);
        assert!(problem.said.unwrap().contains(said), "the provider's own words are kept");
        assert!(!problem.title.contains('{') && !problem.title.ends_with('.'));
    }
}

#[test]
#[rustfmt::skip]
fn a_number_beside_an_error_that_it_does_not_fit_says_nothing() {
    let table = [
        ("invalid_client", "AADSTS65004: User declined to consent.",  Code::ClientRejected,  "the app's credentials"),
        ("invalid_client", "AADSTS50173: The grant was revoked.",     Code::ClientRejected,  "the app's credentials"),
        ("invalid_client", "AADSTS50011: The redirect URI differs.",  Code::ClientRejected,  "return to"),
        ("invalid_grant",  "AADSTS7000215: Invalid client secret.",   Code::ProviderRefused, "no longer accepts"),
        ("invalid_grant",  "AADSTS50011: The redirect URI differs.",  Code::ProviderRefused, "no longer accepts"),
        ("invalid_scope",  "AADSTS65004: User declined to consent.",  Code::ProviderRefused, "the scopes"),
        ("access_denied",  "AADSTS65004: User declined to consent.",  Code::ProviderRefused, "refused the sign-in"),
        ("something_new",  "AADSTS7000222: The secret has expired.",  Code::ProviderRefused, "refused the sign-in"),
    ];
    for (error, said, code, title) in table {
        let problem = Problem::from(TokenError::Refused(Box::new(refusal(error, said))));
        assert_eq!(problem.code, code, "{error}, {said}");
        assert!(problem.title.contains(title), "{error}, {said}: {}", problem.title);
        assert!(!problem.title.contains("person"), "an app asked: {}", problem.title);
    }
}

#[test]
fn no_number_changes_what_the_program_does() {
    let errors = REFUSALS.iter().chain(DECLINES).flat_map(|row| row.errors);
    for error in errors {
        for asked in [Asked::Person, Asked::Provider] {
            let plain = refused(&refusal(error, ""), asked);
            for number in REFUSALS.iter().flat_map(|row| row.numbers) {
                let numbered = refused(&refusal(error, &format!("AADSTS{number}: x")), asked);
                let does =
                    |problem: &Problem| (problem.code, problem.retry, problem.code.exit_code());
                assert_eq!(does(&numbered), does(&plain), "{error}, {number}");
            }
        }
    }
}

#[test]
fn every_row_can_be_reached_by_each_of_its_errors() {
    let rows = || REFUSALS.iter().chain(DECLINES);
    for (at, row) in rows().enumerate() {
        for error in row.errors {
            let shown = ProviderRefusal {
                codes: row.numbers.to_vec(),
                error: Some((*error).to_owned()),
                description: Some(row.words.to_owned()),
                ..ProviderRefusal::default()
            };
            let first = rows().position(|row| row.fits(&shown));
            assert_eq!(first, Some(at), "an earlier row hides {:?} {error}", row.numbers);
        }
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
    assert_eq!(problem.code, Code::ProviderRefused, "it names no error");
    assert!(problem.title.starts_with("Microsoft does not know the address"));
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
        ("access_denied", "AADSTS90094: admin.", Code::ConsentDeclined, "may not allow apps"),
        ("invalid_client", "AADSTS65004: no.", Code::ClientRejected, "the app's credentials"),
        ("unauthorized_client", "AADSTS700016: x", Code::ClientRejected, "does not know this app"),
    ];
    for (error, said, code, title) in table {
        let problem = Problem::from(ConsentError::NotAllowed(Box::new(refusal(error, said))));
        assert_eq!(problem.code, code, "{said}");
        assert!(problem.title.contains(title), "{said}: {}", problem.title);
        assert!(problem.said.unwrap().contains(said), "the provider's own words are kept");
    }
}
