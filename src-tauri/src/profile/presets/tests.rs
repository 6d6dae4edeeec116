use super::{scopes::default_scopes, *};
use crate::profile::{
    SendAs, SignIn, Transport,
    check::{
        RegistrationDraft,
        tests::{profile, registration},
    },
};

#[test]
fn exchange_takes_three_connections_and_thirty_messages_a_minute_and_others_say_nothing() {
    for host in ["smtp.office365.com", "SMTP.Office365.com"] {
        assert_eq!((connections_at_once(host), messages_a_minute(host)), (Some(3), Some(30)));
    }
    for host in ["smtp.gmail.com", "localhost"] {
        assert_eq!((connections_at_once(host), messages_a_minute(host)), (None, None));
    }
}

#[test]
fn each_cloud_signs_in_at_its_own_host() {
    #[rustfmt::skip]
    let table = [
        (Cloud::Global,    "https://login.microsoftonline.com/kestrel.example/oauth2/v2.0/token",        "https://graph.microsoft.com/"),
        (Cloud::UsGovHigh, "https://login.microsoftonline.us/kestrel.example/oauth2/v2.0/token",         "https://graph.microsoft.us/"),
        (Cloud::UsGovDod,  "https://login.microsoftonline.us/kestrel.example/oauth2/v2.0/token",         "https://dod-graph.microsoft.us/"),
        (Cloud::China,     "https://login.partner.microsoftonline.cn/kestrel.example/oauth2/v2.0/token", "https://microsoftgraph.chinacloudapi.cn/"),
    ];
    for (cloud, token, graph) in table {
        let found = endpoints(&Registration { cloud, ..registration() });
        assert_eq!(found.token.as_str(), token);
        assert_eq!(found.graph.unwrap().as_str(), graph, "{cloud}");
    }
}

#[test]
fn own_addresses_win_and_get_the_tenant() {
    let own = Registration {
        authority: Some("https://login.corp.example".to_owned()),
        token_endpoint: Some("https://sts.corp.example/#TenantID#/token?t={tenant}".to_owned()),
        ..registration()
    };
    let found = endpoints(&own);
    assert_eq!(
        found.authorize.as_str(),
        "https://login.corp.example/kestrel.example/oauth2/v2.0/authorize"
    );
    assert_eq!(
        found.token.as_str(),
        "https://sts.corp.example/kestrel.example/token?t=kestrel.example"
    );
}

#[test]
#[rustfmt::skip]
fn the_tenant_stands_in_the_authority_where_that_has_a_place_for_it() {
    use crate::profile::RegistrationId;
    const GUID: &str = "6d2f1c5e-0000-4000-8000-00000000c0de";
    let table = [
        // authority                              before /oauth2/v2.0/… and, for a GUID, /v2.0
        ("https://login.example",                 "https://login.example/TENANT"),
        ("https://login.example/",                "https://login.example/TENANT"),
        ("https://login.example/{tenant}",        "https://login.example/TENANT"),
        ("https://login.example/#TenantID#/",     "https://login.example/TENANT"),
        ("https://login.example/TENANT",          "https://login.example/TENANT"),
        ("https://login.example/adfs/{tenant}/x", "https://login.example/adfs/TENANT/x"),
        ("https://{tenant}.ciamlogin.example",    "https://TENANT.ciamlogin.example/TENANT"),
        ("https://login.example/adfs",            "https://login.example/adfs/TENANT"),
    ];
    for (authority, expected) in table {
        for tenant in ["kestrel.example", GUID] {
            let mut draft = RegistrationDraft::from(&registration());
            draft.authority = authority.replace("TENANT", tenant);
            tenant.clone_into(&mut draft.tenant);
            let checked = draft.check(RegistrationId::new()).unwrap();
            let (found, expected) = (endpoints(&checked), expected.replace("TENANT", tenant));
            let under = |path: &str| format!("{expected}{path}");
            assert_eq!(found.authorize.as_str(), under("/oauth2/v2.0/authorize"), "{authority}");
            assert_eq!(found.token.as_str(), under("/oauth2/v2.0/token"), "{authority}");
            assert_eq!(found.device.unwrap().as_str(), under("/oauth2/v2.0/devicecode"), "{authority}");
            assert_eq!(found.admin_consent.unwrap().as_str(), under("/v2.0/adminconsent"), "{authority}");
            assert_eq!(found.issuer, (tenant == GUID).then(|| under("/v2.0")), "{authority}");
            assert_eq!(RegistrationDraft::from(&checked).check(checked.id).unwrap(), checked, "{authority}");
        }
    }
}

#[test]
fn the_issuer_is_named_only_where_it_is_known() {
    assert_eq!(endpoints(&registration()).issuer, None);
    let guid = "11111111-2222-3333-4444-555555555555";
    let mut exact = Registration { tenant: Some(guid.to_owned()), ..registration() };
    let expected = format!("https://login.microsoftonline.com/{guid}/v2.0");
    assert_eq!(endpoints(&exact).issuer, Some(expected));
    exact.authorize_endpoint = Some("https://login.corp.example/authorize".to_owned());
    assert_eq!(endpoints(&exact).issuer, None, "who answers there is not known");
}

#[test]
fn each_transport_is_asked_for_in_its_clouds_words() {
    use {Cloud as C, SignIn as S, Transport as T};
    #[rustfmt::skip]
    let table = [
        (C::Global,    S::Delegated, T::Smtp,  "https://outlook.office.com/SMTP.Send offline_access openid profile"),
        (C::Global,    S::Delegated, T::Graph, "https://graph.microsoft.com/Mail.Send offline_access openid profile"),
        (C::Global,    S::AppOnly,   T::Smtp,  "https://outlook.office365.com/.default"),
        (C::UsGovDod,  S::AppOnly,   T::Graph, "https://dod-graph.microsoft.us/.default"),
        (C::China,     S::Delegated, T::Smtp,  "https://partner.outlook.cn/SMTP.Send offline_access openid profile"),
        (C::Global,    S::Password,  T::Smtp,  ""),
    ];
    for (cloud, sign_in, transport, expected) in table {
        let asked = default_scopes(Provider::Microsoft, cloud, sign_in, transport).join(" ");
        assert_eq!(asked, expected, "{cloud} {sign_in} {transport}");
    }
}

#[test]
fn a_token_is_asked_for_one_resource() {
    let smtp = "https://outlook.office.com/SMTP.Send";
    let graph = "https://graph.microsoft.com/Mail.Send";
    #[rustfmt::skip]
    let table = [
        // own scopes                       transport         one token's
        (vec![smtp, "offline_access"],      Transport::Smtp,  vec![smtp, "offline_access"]),
        (vec![smtp, "offline_access"],      Transport::Graph, vec![graph, "offline_access", "openid", "profile"]),
        (vec![smtp, "Mail.Send", "openid"], Transport::Graph, vec!["Mail.Send", "openid"]),
        (vec![smtp, "Mail.Send", "openid"], Transport::Smtp,  vec![smtp, "openid"]),
        (vec![],                            Transport::Smtp,  vec![smtp, "offline_access", "openid", "profile"]),
    ];
    for (own, transport, expected) in table {
        let scopes = own.iter().map(|&scope| scope.to_owned()).collect();
        let asked =
            token_scopes(&Profile { scopes, ..profile() }, Some(&registration()), transport);
        assert_eq!(asked, expected, "{own:?} {transport}");
    }
}

#[test]
fn who_sends_as_others_by_graph_is_asked_for_one_scope_more() {
    let shared = "https://graph.microsoft.com/Mail.Send.Shared";
    let team = || SendAs::These(vec!["team@kestrel.example".to_owned()]);
    let nobody = || SendAs::These(Vec::new());
    #[rustfmt::skip]
    let table = [
        (team(),      SignIn::Delegated, Transport::Graph, true),
        (SendAs::Any, SignIn::Delegated, Transport::Graph, true),
        (nobody(),    SignIn::Delegated, Transport::Graph, false),
        (team(),      SignIn::AppOnly,   Transport::Graph, false),
        (team(),      SignIn::Delegated, Transport::Smtp,  false),
    ];
    for (send_as, sign_in, transport, expected) in table {
        let asking = Profile { send_as, sign_in, transport, scopes: vec![], ..profile() };
        let asked = consent_scopes(&asking, Some(&registration()));
        assert_eq!(asked.iter().any(|scope| scope == shared), expected, "{asking:?}");
    }
    let scopes = vec!["https://graph.microsoft.com/Mail.Send".to_owned()];
    let own = Profile { send_as: team(), scopes: scopes.clone(), ..profile() };
    assert_eq!(consent_scopes(&own, Some(&registration())), scopes, "who names them gets those");
}

#[test]
fn a_scope_says_what_it_is_for() {
    #[rustfmt::skip]
    let table = [
        ("https://outlook.office.com/SMTP.Send", Some("https://outlook.office.com")),
        ("https://outlook.office365.com/.default", Some("https://outlook.office365.com")),
        ("Mail.Send",                            Some("https://graph.microsoft.com")),
        ("openid",                               None),
        ("offline_access",                       None),
    ];
    for (scope, expected) in table {
        assert_eq!(resource(scope, Cloud::Global).as_deref(), expected, "{scope}");
    }
}

#[test]
fn every_registration_that_is_not_custom_has_a_server() {
    for provider in [Provider::Microsoft, Provider::Google] {
        for &cloud in Cloud::ALL {
            let some = Registration { provider, cloud, ..registration() };
            assert!(smtp(&profile(), Some(&some)).is_some(), "{provider} {cloud}");
        }
    }
    let personal = Registration { tenant: Some("consumers".into()), ..registration() };
    assert_eq!(smtp(&profile(), Some(&personal)).unwrap().host, "smtp-mail.outlook.com");
}

#[test]
fn presets_are_told_apart_and_name_their_source() {
    let mut seen = std::collections::HashSet::new();
    for preset in list() {
        assert!(seen.insert(preset.id), "{} twice", preset.id);
        assert!(preset.source.starts_with("https://"), "{}", preset.id);
        if let Some((_, port, security)) = preset.smtp {
            assert_eq!(port, usual_smtp_port(security), "{}", preset.id);
        }
    }
}
