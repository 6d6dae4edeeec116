//! Where secrets may go: hosts that were confirmed, clear text that was allowed, no password in a route.

use super::*;

#[test]
#[rustfmt::skip]
fn a_host_that_the_issuer_names_counts_only_once_a_person_has_confirmed_it() {
    const ID: &str = "https://id.example";
    let table: &[(Change<RegistrationDraft>, &[&str])] = &[
        (|_| {},                                                                    &[]),
        (|r| r.token_endpoint = "https://ID.example:443/token".into(),              &[]),
        (|r| r.token_endpoint = "https://evil.example/token".into(),                &["token_endpoint"]),
        (|r| r.token_endpoint = "https://id.example.evil.example/token".into(),     &["token_endpoint"]),
        (|r| r.token_endpoint = "https://sub.id.example/token".into(),              &["token_endpoint"]),
        (|r| r.token_endpoint = "https://id.example:8443/token".into(),             &["token_endpoint"]),
        (|r| r.token_endpoint = "https://id.example@evil.example/token".into(),     &["token_endpoint"]),
        (|r| r.token_endpoint = "https://id.example\\@evil.example/token".into(),   &[]),
        (|r| { r.tenant = "evil".into(); r.token_endpoint = "https://{tenant}.example/t".into() }, &["token_endpoint"]),
        (|r| r.authorize_endpoint = "https://evil.example/ask".into(),              &["authorize_endpoint"]),
        (|r| r.device_endpoint = "https://evil.example/device".into(),              &["device_endpoint"]),
        (|r| r.revocation_endpoint = "https://evil.example/revoke".into(),          &["revocation_endpoint"]),
        (|r| { r.token_endpoint = "https://evil.example/t".into(); r.confirmed_hosts = vec!["other.example".into()] }, &["token_endpoint"]),
        (|r| { r.token_endpoint = "https://evil.example/t".into(); r.confirmed_hosts = vec!["evil.example".into()] },  &[]),
        (|r| { r.token_endpoint = "https://evil.example/t".into(); r.issuer.clear() }, &[]),
        (|r| r.issuer = "http://id.example".into(),                                 &["issuer"]),
        (|r| { r.provider = "google".into(); r.token_endpoint.clear(); r.authorize_endpoint.clear() }, &["issuer"]),
    ];
    for (row, (change, expected)) in table.iter().enumerate() {
        let mut draft = RegistrationDraft {
            name: "kestrel".into(), provider: "custom".into(), client_id: "app".into(), issuer: ID.into(),
            authorize_endpoint: format!("{ID}/ask"), token_endpoint: format!("{ID}/token"), ..RegistrationDraft::default()
        };
        change(&mut draft);
        let faults = draft.check(RegistrationId::new()).err().unwrap_or_default();
        assert_eq!(fields(&faults), *expected, "row {row}: {faults:?}");
    }
}

#[test]
fn a_confirmation_ends_with_the_address_it_was_given_for() {
    let mut draft = RegistrationDraft {
        name: "kestrel".into(),
        provider: "custom".into(),
        client_id: "app".into(),
        issuer: "https://id.example".into(),
        authorize_endpoint: "https://id.example/ask".into(),
        token_endpoint: "https://a.example/token".into(),
        confirmed_hosts: vec!["b.example".into(), "a.example".into()],
        ..RegistrationDraft::default()
    };
    let saved = draft.check(RegistrationId::new()).unwrap();
    assert_eq!(saved.confirmed_hosts, ["a.example"]);
    draft = RegistrationDraft::from(&saved);
    draft.token_endpoint = "https://b.example/token".into();
    let faults = draft.check(RegistrationId::new()).unwrap_err();
    assert_eq!(fields(&faults), ["token_endpoint"]);
    assert!(!faults[0].remedy.contains("file"), "a window has a switch: {faults:?}");
}

#[test]
fn clear_text_is_allowed_for_one_server_and_not_for_the_one_that_comes_after_it() {
    let server = |host: &str, security: &str, allowed: &str| SmtpDraft {
        host: host.into(),
        security: security.into(),
        allow_plaintext: allowed.into(),
        ..SmtpDraft::default()
    };
    #[rustfmt::skip]
    let table = [
        (server("old.example", "none",     ""),            Ok(false)),
        (server("old.example", "none",     "old.example"), Ok(true)),
        (server("old.example", "none",     "OLD.example"), Ok(true)),
        (server("new.example", "none",     "old.example"), Err("smtp.allow_plaintext")),
        (server("old.example", "starttls", "old.example"), Err("smtp.allow_plaintext")),
        (server("old example", "none",     "old.example"), Err("smtp.host")),
    ];
    for (smtp, expected) in table {
        let draft = ProfileDraft { smtp: Some(smtp.clone()), ..profile_draft() };
        let checked = draft.check(crate::profile::ProfileId::new(), &[registration()]);
        let found = match &checked {
            Ok(profile) => Ok(profile.smtp.as_ref().unwrap().allow_plaintext),
            Err(faults) => Err(fields(faults)),
        };
        assert_eq!(found, expected.map_err(|field| vec![field]), "{smtp:?}");
    }
}

#[test]
fn a_saved_permission_for_clear_text_does_not_follow_the_host() {
    let smtp = SmtpDraft {
        host: "old.example".into(),
        security: "none".into(),
        allow_plaintext: "old.example".into(),
        ..SmtpDraft::default()
    };
    let draft = ProfileDraft { smtp: Some(smtp), ..profile_draft() };
    let saved = draft.check(crate::profile::ProfileId::new(), &[registration()]).unwrap();
    let mut again = ProfileDraft::from(&saved);
    again.smtp.as_mut().unwrap().host = "new.example".into();
    let faults = again.check(saved.id, &[registration()]).unwrap_err();
    assert_eq!(fields(&faults), ["smtp.allow_plaintext"]);
}

#[test]
#[rustfmt::skip]
fn a_proxys_password_in_a_route_is_never_repeated() {
    let table = [
        ("https://clerk:geheim@proxy.example:3128",     "no route begins with \"https://\""),
        ("socks5h://clerk:geheim@proxy.example:1080",   "no route begins with \"socks5h://\""),
        ("HTTP://clerk:geheim@proxy.example:3128",      "no route begins with \"HTTP://\""),
        ("clerk:geheim@proxy.example:3128",             "it is not a route"),
        ("clerk:geheim@http://proxy.example:3128",      "it is not a route"),
        ("http://clerk:geheim@proxy.example:3128",      "a password may not stand in it"),
        ("socks5://cl@rk:geheim@proxy.example",         "a password may not stand in it"),
        ("https://proxy.example:3128",                  "\"https://proxy.example:3128\" is not a route"),
    ];
    for (route, said) in table {
        let draft = ProfileDraft { route: route.into(), ..profile_draft() };
        let faults = draft.check(crate::profile::ProfileId::new(), &[registration()]).unwrap_err();
        assert_eq!((fields(&faults), faults[0].fault.as_str()), (vec!["route"], said));
        assert!(!format!("{faults:?}").contains("geheim"), "{faults:?}");
    }
}
