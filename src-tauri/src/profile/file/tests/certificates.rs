use super::*;
use crate::certificate::{
    KeyedCertificate,
    tests::{app, fixture},
};

const PASSWORD: &str = "of-a-test";

/// The file with `certificate` in the place of its client secret.
fn with(certificate: &str) -> String {
    KESTREL.replace("client_secret = { env = \"KESTREL_SECRET\" }", certificate)
}

/// A place with the files `names` of the fixtures, and one with their password.
fn place(names: &[&str]) -> Place {
    let place = Place::new();
    for name in names {
        fs::write(place.dir.path().join(name), fixture(name)).unwrap();
    }
    fs::write(place.dir.path().join("password.txt"), PASSWORD).unwrap();
    place
}

impl Place {
    fn certificate_key(&self) -> SecretKey {
        SecretKey::new(self.all().0[0].id, SecretName::Certificate)
    }

    fn kept(&self) -> KeyedCertificate {
        let kept = self.vault.get(&self.certificate_key()).unwrap();
        KeyedCertificate::from_secret(&kept.expect("it is in the vault")).unwrap()
    }
}

#[test]
#[rustfmt::skip]
fn every_way_to_name_a_certificate_puts_the_same_into_vault_and_database() {
    let table = [
        ("certificate = { file = \"bags.pem\" }",                                                               "bags.pem"),
        ("certificate = { file = \"app.cer\", key_file = \"app.key\" }",                                      "app.key"),
        ("certificate = { file = \"app.pfx\", password = { file = \"password.txt\" } }",                      "app.pfx"),
        ("certificate = { file = \"app-legacy.pfx\", password = { env = \"KESTREL_SECRET\" } }",              "app-legacy.pfx"),
        ("certificate = { file = \"app.cer\", key_file = \"app-encrypted.key\", password = { file = \"password.txt\" } }", "app-encrypted.key"),
    ];
    for (certificate, file) in table {
        let place = place(&["app.cer", file]);
        let text = with(certificate);
        let environment = |_: &str| Some(Secret::new(PASSWORD));
        let source = Source { text: &text, base_dir: place.dir.path(), environment: &environment, files: &KnownFiles::default(), found: &[] };
        let now = Timestamp::from_unix(NOW).unwrap();
        let applied = apply(&source, &place.profiles, &place.vault, now).unwrap();
        assert_eq!(applied.created, ["kestrel", "Invoices", "Relay"], "{certificate}");
        assert_eq!(place.kept().to_secret().expose(), app().to_secret().expose(), "{certificate}");
        let id = place.all().0[0].id;
        let known = place.profiles.look(|rows| rows.certificate_of(id)).unwrap();
        assert_eq!(known.as_ref(), Some(&app().certificate), "{certificate}");
        let again = apply(&source, &place.profiles, &place.vault, now).unwrap();
        assert_eq!(again.unchanged.len(), 3, "{certificate}: {again:?}");
    }
}

#[test]
fn a_stored_password_decrypts_the_file_that_is_applied() {
    let place = place(&["app.pfx", "bags.pem"]);
    let text = with("certificate = { file = \"app.pfx\", password = { vault = true } }");
    assert_eq!(place.faults(&text)[0].fault.field, "certificate.password", "nothing is stored");
    place.apply(&with("certificate = { file = \"bags.pem\" }")).unwrap();
    let key = SecretKey::new(place.all().0[0].id, SecretName::CertificatePassword);
    place.vault.put(&key, &Secret::new(PASSWORD), "").unwrap();
    assert_eq!(place.apply(&text).unwrap().unchanged.len(), 3);
}

#[test]
fn a_password_that_changed_while_an_issuer_was_asked_is_read_anew() {
    let place = place(&["app.pfx", "bags.pem"]);
    place.apply(&with("certificate = { file = \"bags.pem\" }")).unwrap();
    let key = SecretKey::new(place.all().0[0].id, SecretName::CertificatePassword);
    place.vault.put(&key, &Secret::new(PASSWORD), "").unwrap();
    let text = with("certificate = { file = \"app.pfx\", password = { vault = true } }")
        + "[[registration]]\nname = \"own\"\nprovider = \"custom\"\nclient_id = \"c\"\n\
           issuer = \"https://id.kestrel.example\"\n";
    let source = Source {
        text: &text,
        base_dir: place.dir.path(),
        environment: &|_| None,
        files: &KnownFiles::default(),
        found: &[],
    };
    let now = Timestamp::from_unix(NOW).unwrap();
    let asked = lookups(&source, &place.profiles, &place.vault, now).unwrap();
    assert_eq!(asked.len(), 1, "it decrypts the file");

    place.vault.put(&key, &Secret::new("another"), "").unwrap();
    let refused = apply(&source, &place.profiles, &place.vault, now);
    let Err(FileError::Invalid(faults)) = refused else { panic!("{refused:?}") };
    assert_eq!(faults[0].fault.field, "certificate.password", "{faults:?}");
}

#[test]
#[rustfmt::skip]
fn a_certificate_that_cannot_be_used_is_refused_where_it_stands() {
    let table = [
        ("{ file = \"app.cer\" }",                                       "certificate.key_file", "no private key"),
        ("{ file = \"app.key\" }",                                       "certificate",          "no certificate"),
        ("{ file = \"app.cer\", key_file = \"other.key\" }",           "certificate",          "another certificate"),
        ("{ file = \"ec.cer\", key_file = \"ec.key\" }",               "certificate",          "not RSA"),
        ("{ file = \"small.cer\", key_file = \"small.key\" }",         "certificate",          "1024 bits"),
        ("{ file = \"app.pfx\" }",                                       "certificate.password", "encrypted"),
        ("{ file = \"app.pfx\", password = { file = \"relay.txt\" } }", "certificate.password", "does not decrypt"),
        ("{ file = \"gone.pfx\" }",                                      "certificate",          "gone.pfx"),
        ("{ file = \"app.cer\", key_file = \"gone.key\" }",            "certificate.key_file", "gone.key"),
        ("{ vault = true, key_file = \"app.key\" }",                     "certificate",          "exactly one place"),
        ("{ file = \"app.pfx\", password = \"hunter2\" }",             "certificate.password", "may not stand in the file"),
        ("{ file = \"app.pfx\", pasword = \"hunter2\" }",              "certificate.pasword",  "no such key"),
        ("\"app.pem\"",                                                  "certificate",          "may not stand in the file"),
    ];
    let place = place(&["app.cer", "app.key", "other.key", "ec.cer", "ec.key", "small.cer", "small.key", "app.pfx"]);
    for (certificate, field, words) in table {
        let faults = place.faults(&with(&format!("certificate = {certificate}")));
        assert_eq!(faults[0].fault.field, field, "{certificate}: {faults:?}");
        assert_eq!(faults[0].line, 7, "{certificate}: {faults:?}");
        assert!(faults[0].fault.fault.contains(words), "{certificate}: {faults:?}");
        assert!(!format!("{faults:?}").contains("hunter2"), "a secret is not repeated");
        assert_eq!(place.all(), (vec![], vec![]), "{certificate}: nothing is written");
        assert!(place.vault.keys().is_empty(), "{certificate}: nothing is in the vault");
    }
}

#[test]
fn a_certificate_outside_its_time_is_refused() {
    let place = place(&["bags.pem"]);
    let text = with("certificate = { file = \"bags.pem\" }");
    for (now, words) in [(1_700_000_000, "valid from"), (5_000_000_000, "expired on")] {
        let source = Source {
            text: &text,
            base_dir: place.dir.path(),
            environment: &|_| None,
            files: &KnownFiles::default(),
            found: &[],
        };
        let refused =
            apply(&source, &place.profiles, &place.vault, Timestamp::from_unix(now).unwrap());
        let Err(FileError::Invalid(faults)) = refused else { panic!("{refused:?}") };
        assert!(faults[0].fault.fault.contains(words), "{faults:?}");
    }
}

#[test]
fn a_certificate_may_stand_beside_a_secret_and_is_the_one_that_is_used() {
    let place = place(&["bags.pem"]);
    let both = KESTREL.replace("redirect =", "certificate = { file = \"bags.pem\" }\nredirect =");
    let applied = place.apply(&both).unwrap();
    let words = "kestrel: client_secret: it is kept, and not used while there is a certificate";
    assert!(applied.not_yet.iter().any(|one| one == words), "{applied:?}");
    let exported = place.export();
    assert!(exported.contains("certificate = { vault = true }"), "{exported}");
    assert!(exported.contains("client_secret = { vault = true }"), "{exported}");
    assert!(!exported.contains("PRIVATE"), "{exported}");
    assert_eq!(place.apply(&exported).unwrap().unchanged.len(), 3, "{exported}");
    assert!(place.apply(KESTREL).unwrap().not_yet.iter().any(|one| one == words));
}

#[test]
fn the_algorithm_is_written_where_it_is_not_the_usual_one() {
    let place = place(&["bags.pem"]);
    place.apply(&with("certificate = { file = \"bags.pem\" }")).unwrap();
    assert!(!place.export().contains("certificate_algorithm"));
    let older = with("certificate = { vault = true }\ncertificate_algorithm = \"rs256\"");
    assert_eq!(place.apply(&older).unwrap().changed, ["kestrel"]);
    let exported = place.export();
    assert!(exported.contains("certificate_algorithm = \"rs256\""), "{exported}");
    let wrong = older.replace("rs256", "rs512");
    assert!(place.faults(&wrong)[0].fault.remedy.contains("ps256"));
}

#[test]
fn google_takes_no_certificate() {
    let place = place(&["bags.pem"]);
    let google = "[[registration]]\nname = \"g\"\nprovider = \"google\"\nclient_id = \"1-a.apps.googleusercontent.com\"\n";
    let faults = place.faults(&format!("{google}certificate = {{ file = \"bags.pem\" }}\n"));
    assert_eq!(faults[0].fault.field, "certificate");
}
