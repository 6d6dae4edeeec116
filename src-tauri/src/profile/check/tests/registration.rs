//! What is wrong with a registration, and what is meant.

use super::*;

#[test]
#[rustfmt::skip]
fn a_registrations_faults_are_named() {
    let table: &[(Change<RegistrationDraft>, &[&str])] = &[
        (|_| {},                                                              &[]),
        (|r| r.name.clear(),                                                  &["name"]),
        (|r| r.name = "two\nlines".into(),                                    &["name"]),
        (|r| r.name = "11111111-2222-3333-4444-555555555555".into(),          &["name"]),
        (|r| r.provider = "micro soft".into(),                                &["provider"]),
        (|r| r.provider.clear(),                                              &["provider"]),
        (|r| r.tenant.clear(),                                                &["tenant"]),
        (|r| r.tenant = "organizations".into(),                               &[]),
        (|r| r.tenant = "kestrel".into(),                                     &["tenant"]),
        (|r| r.tenant = "evil.example/x".into(),                              &["tenant"]),
        (|r| r.tenant = "evil.example?x=".into(),                             &["tenant"]),
        (|r| r.tenant = "evil.example#".into(),                               &["tenant"]),
        (|r| r.tenant = "a@evil.example".into(),                              &["tenant"]),
        (|r| r.tenant = "..".into(),                                          &["tenant"]),
        (|r| r.tenant = "127.0.0.1".into(),                                   &["tenant"]),
        (|r| r.tenant = "9188040d-6c67-4c5b-b112-36a304b66dad".into(),        &[]),
        (|r| r.client_id = "my app".into(),                                   &["client_id"]),
        (|r| r.client_id = "app".into(),                                      &["client_id"]),
        (|r| r.client_secret_expires = "2027-02-30".into(),                   &["client_secret_expires"]),
        (|r| r.client_secret_expires = "2027-05-01".into(),                   &[]),
        (|r| r.authority = "http://login.example".into(),                     &["authority"]),
        (|r| r.authority = "http://127.0.0.1:9".into(),                       &[]),
        (|r| r.authority = "https://user:pw@login.example".into(),            &["authority"]),
        (|r| r.authority = "https://login.example/{tenant}".into(),           &[]),
        (|r| r.authority = "https://login.example/#TenantID#".into(),         &[]),
        (|r| r.authority = "https://login.example/{tenat}".into(),            &["authority"]),
        (|r| r.authority = "https://login.example/{tenant}?x=1".into(),       &["authority"]),
        (|r| r.authority = "https://login.example/#top".into(),               &["authority"]),
        (|r| r.authority = "https://login.example/t/oauth2/v2.0/token".into(), &["authority"]),
        (|r| r.graph_url = "https://graph.microsoft.com/beta/".into(),        &["graph_url"]),
        (|r| r.token_endpoint = "https://sts.example/{tenant}/token".into(),  &[]),
        (|r| r.token_endpoint = "https://sts.example/{tenat}/token".into(),   &["token_endpoint"]),
        (|r| r.token_endpoint = "https://sts.example/token#x".into(),         &["token_endpoint"]),
        (|r| r.token_endpoint = "ftp://sts.example/token".into(),             &["token_endpoint"]),
        (|r| r.redirect = "deep-link".into(),                                 &[]),
        (|r| r.redirect = "https://tool.example/done".into(),                 &[]),
        (|r| r.redirect = "https://tool.example/done,2".into(),               &["redirect"]),
        (|r| r.redirect = "http://tool.example/done".into(),                  &["redirect"]),
        (|r| { r.provider = "google".into(); r.tenant.clear(); r.redirect = "deep-link".into() }, &["redirect"]),
        (|r| r.provider = "google".into(),                                    &["tenant"]),
        (|r| { r.provider = "google".into(); r.tenant.clear(); r.client_id = "a".into(); r.graph_url = "https://graph.example".into() }, &["graph_url"]),
        (|r| { r.provider = "custom".into(); r.cloud = "china".into() },      &["authorize_endpoint", "token_endpoint", "cloud"]),
        (|r| r.cloud = "mars".into(),                                         &["cloud"]),
        (|r| r.ca_file = "corp.pem".into(),                                   &["ca_file"]),
        (|r| r.client_authentication = "header".into(),                       &["client_authentication"]),
        (|r| r.sandbox = true,                                                &["authorize_endpoint", "token_endpoint", "graph_url"]),
        (|r| { r.sandbox = true; r.authority = "http://localhost:1".into(); r.graph_url = "https://127.0.0.1:2".into() }, &[]),
        (|r| { r.name.clear(); r.tenant = "x/y".into(); r.redirect = "?".into() }, &["tenant", "name", "redirect"]),
    ];
    for (row, (change, expected)) in table.iter().enumerate() {
        assert_eq!(fields(&faults_of_registration(*change)), *expected, "row {row}");
    }
}

#[test]
#[rustfmt::skip]
fn an_address_that_ends_with_a_version_is_taken_as_it_is_meant() {
    let table: &[(Change<RegistrationDraft>, &str, &str)] = &[
        (|r| r.authority = "https://login.microsoftonline.com/kestrel.example/v2.0".into(),         "token", "https://login.microsoftonline.com/kestrel.example/oauth2/v2.0/token"),
        (|r| r.authority = "https://login.microsoftonline.com/kestrel.example/oauth2/v2.0/".into(), "token", "https://login.microsoftonline.com/kestrel.example/oauth2/v2.0/token"),
        (|r| r.authority = "https://login.example/{tenant}/v2.0".into(),                            "token", "https://login.example/kestrel.example/oauth2/v2.0/token"),
        (|r| r.graph_url = "https://graph.microsoft.com/v1.0".into(),                               "graph", "https://graph.microsoft.com/"),
        (|r| r.graph_url = "https://gateway.example/graph/v1.0/".into(),                            "graph", "https://gateway.example/graph"),
    ];
    for (change, which, expected) in table {
        let mut draft = registration_draft();
        change(&mut draft);
        let checked = draft.check(RegistrationId::new()).unwrap();
        let used = crate::profile::presets::endpoints(&checked);
        let url = if *which == "token" { used.token } else { used.graph.unwrap() };
        assert_eq!(url.as_str(), *expected);
    }
}

#[test]
fn a_page_stays_as_it_is_registered_letter_by_letter() {
    for page in ["https://App.Example", "http://localhost", "https://app.example/%7Eback/../x"] {
        let draft = RegistrationDraft { redirect: page.into(), ..registration_draft() };
        let checked = draft.check(RegistrationId::new()).unwrap();
        assert_eq!(crate::profile::presets::redirect_to_register(&checked), page);
        assert_eq!(RegistrationDraft::from(&checked).redirect, page);
    }
}
