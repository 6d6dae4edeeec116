//! Files that are written.

use super::*;

#[test]
fn a_proxys_password_is_exported_only_while_the_route_names_a_user() {
    let place = Place::new();
    let through = KESTREL.replace(
        "technical_mail",
        "route = \"http://clerk@proxy.example:3128\"\nproxy_password = { env = \"KESTREL_SECRET\" }\ntechnical_mail",
    );
    place.apply(&through).unwrap();
    let exported = place.export();
    assert!(exported.contains("proxy_password = { vault = true }\n"), "{exported}");
    assert_eq!(place.apply(&exported).unwrap().unchanged.len(), 3, "{exported}");

    for route in ["direct", "http://proxy.example:3128"] {
        let straight = exported
            .replace("http://clerk@proxy.example:3128", route)
            .replace("proxy_password = { vault = true }\n", "");
        assert_eq!(place.apply(&straight).unwrap().changed, ["Relay"], "{straight}");
        let exported = place.export();
        assert!(!exported.contains("proxy_password"), "{exported}");
        assert_eq!(place.apply(&exported).unwrap().unchanged.len(), 3, "{exported}");
    }
}

#[test]
fn an_export_has_no_secret_and_applies_back_to_the_same() {
    let place = Place::new();
    place.apply(KESTREL).unwrap();
    let exported = place.export();
    assert!(!exported.contains("kestrel-secret") && !exported.contains("relay-pw"), "{exported}");
    let again = place.apply(&exported).unwrap();
    assert_eq!(again.unchanged.len(), 3, "{exported}\n{again:?}");
    assert!(again.missing_secrets.is_empty());
    assert_eq!(place.export(), exported);

    let elsewhere = Place::new();
    let applied = elsewhere.apply(&exported).unwrap();
    assert_eq!(applied.missing_secrets, ["kestrel: client secret", "Relay: password"]);
    let strip = |(registrations, profiles): (Vec<Registration>, Vec<Profile>)| {
        let names: Vec<_> = registrations.iter().map(|one| one.name.clone()).collect();
        (names, profiles.iter().map(|p| (p.name.clone(), p.smtp.clone())).collect::<Vec<_>>())
    };
    assert_eq!(strip(elsewhere.all()), strip(place.all()));
}
