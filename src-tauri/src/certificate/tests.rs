use super::*;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use std::{fs, path::Path};

const PASSWORD: &str = "of-a-test";

/// A file of `tests/fixtures/certificates`, which OpenSSL made.
pub(crate) fn fixture(name: &str) -> Zeroizing<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/certificates");
    Zeroizing::new(fs::read(folder.join(name)).unwrap())
}

/// What is read from `names`, one after the other in one file, with the password of the fixtures.
fn read(names: &[&str]) -> Result<KeyedCertificate, CertificateError> {
    read_with(names, Some(PASSWORD))
}

fn read_with(names: &[&str], password: Option<&str>) -> Result<KeyedCertificate, CertificateError> {
    let file = Zeroizing::new(names.iter().flat_map(|name| fixture(name).to_vec()).collect());
    KeyedCertificate::read(&Files { file, key_file: None, password: password.map(Secret::new) })
}

/// The app of the fixtures.
pub(crate) fn app() -> KeyedCertificate {
    read(&["app.key", "app.cer"]).unwrap()
}

#[test]
fn every_file_that_people_have_gives_the_same_key_and_certificate() {
    let expected = app().to_secret();
    let table: &[&[&str]] = &[
        &["app.cer", "app.key"],
        &["app-pkcs1.key", "app.cer"],
        &["app-encrypted.key", "app.cer"],
        &["app-encrypted-old.key", "app.cer"],
        &["app-encrypted-scrypt.key", "app.cer"],
        &["app.key", "other.cer", "app.cer"],
        &["app.pfx"],
        &["app-legacy.pfx"],
        &["bags.pem"],
    ];
    for names in table {
        let found = read(names).unwrap_or_else(|error| panic!("{names:?}: {error}"));
        assert_eq!(found.to_secret().expose(), expected.expose(), "{names:?}");
        let again = KeyedCertificate::from_secret(&found.to_secret()).unwrap();
        assert_eq!(again.certificate, found.certificate, "{names:?}");
    }
    for password in [None, Some("")] {
        let found = read_with(&["app-no-password.pfx"], password).unwrap();
        assert_eq!(found.to_secret().expose(), expected.expose(), "{password:?}");
    }
    let (file, key_file) = (fixture("app.der"), Some(fixture("app-pkcs1.key")));
    let found = KeyedCertificate::read(&Files { file, key_file, password: None }).unwrap();
    assert_eq!(
        found.to_secret().expose(),
        expected.expose(),
        "in two files, the certificate in DER"
    );
}

#[test]
fn of_a_chain_the_certificate_of_the_key_is_taken() {
    assert_eq!(read(&["chain.pfx"]).unwrap().certificate.subject, "CN=Issued");
}

#[test]
#[rustfmt::skip]
fn what_cannot_be_used_is_refused_by_what_is_wrong_with_it() {
    let table: &[(&[&str], Option<&str>, CertificateError)] = &[
        (&["app.cer"],                      None,          CertificateError::NoKey),
        (&["app.der"],                      None,          CertificateError::NoKey),
        (&["no-key.pfx"],                   Some(PASSWORD), CertificateError::NoKey),
        (&["app.key"],                      None,          CertificateError::NoCertificate),
        (&["app.key", "other.cer"],         None,          CertificateError::OtherKey),
        (&["ec.key", "ec.cer"],             None,          CertificateError::NotRsa),
        (&["small.key", "small.cer"],       None,          CertificateError::TooSmall { bits: 1024 }),
        (&["app-encrypted.key", "app.cer"], None,          CertificateError::PasswordNeeded),
        (&["app-encrypted.key", "app.cer"], Some("wrong"), CertificateError::WrongPassword),
        (&["app-encrypted.key", "app.cer"], Some(""),      CertificateError::WrongPassword),
        (&["app-encrypted-old.key", "app.cer"], Some("wrong"), CertificateError::WrongPassword),
        (&["app.pfx"],                      None,          CertificateError::PasswordNeeded),
        (&["app.pfx"],                      Some("wrong"), CertificateError::WrongPassword),
        (&["app-legacy.pfx"],               Some("wrong"), CertificateError::WrongPassword),
        (&["app-traditional.key", "app.cer"], Some(PASSWORD), CertificateError::OldEncryption),
    ];
    for (names, password, expected) in table {
        let refused = read_with(names, *password).unwrap_err();
        assert_eq!(&refused, expected, "{names:?} {password:?}");
    }
    for file in [&b""[..], b"hunter2", b"-----BEGIN CERTIFICATE-----\nAAAA\n", b"-----BEGIN PRIVATE KEY-----\n*\n-----END PRIVATE KEY-----\n", &[0x30; 40]] {
        let file = Zeroizing::new(file.to_vec());
        let refused = KeyedCertificate::read(&Files { file, ..Files::default() }).unwrap_err();
        assert!(matches!(refused, CertificateError::Unreadable { .. }), "{refused}");
        assert!(!format!("{refused:?}").contains("hunter2"));
    }
}

#[test]
fn a_certificate_is_valid_between_its_two_ends() {
    let app = app();
    let Certificate { not_before, not_after, .. } = app.certificate;
    let second = std::time::Duration::from_secs(1);
    let at = |now: Timestamp| app.clone().valid_at(now).map(drop);
    assert_eq!(at(not_before), Ok(()));
    assert_eq!(at(not_after.before(second).unwrap()), Ok(()));
    assert_eq!(at(not_after), Err(CertificateError::Expired { at: not_after }));
    let early = not_before.before(second).unwrap();
    assert_eq!(at(early), Err(CertificateError::NotYetValid { from: not_before }));
}

#[test]
fn the_facts_are_those_that_openssl_shows() {
    let Certificate { subject, bits, .. } = app().certificate;
    assert_eq!((subject.as_str(), bits), ("CN=Sendright of a test,O=Kestrel Ltd", 2048));
    let shown = String::from_utf8(fixture("app.facts").to_vec()).unwrap();
    let fact = |name: &str| {
        let value = shown.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        value.replace(':', "")
    };
    assert_eq!(app().certificate.serial, fact("serial="));
    assert_eq!(hex(&app().certificate.sha1()), fact("sha1 Fingerprint="));
    assert_eq!(hex(&app().certificate.sha256()), fact("sha256 Fingerprint="));
    assert_eq!(app().certificate.pem().as_bytes(), fixture("app.cer").as_slice());
}

#[test]
fn a_signature_is_verified_with_the_certificates_key() {
    let app = app();
    let table: [(Scheme, &dyn VerificationAlgorithm); 2] =
        [(Scheme::Pss, &RSA_PSS_2048_8192_SHA256), (Scheme::Pkcs1, &RSA_PKCS1_2048_8192_SHA256)];
    for (scheme, verifier) in table {
        let signature = app.sign(scheme, b"said").unwrap();
        let key = UnparsedPublicKey::new(verifier, app.certificate.public_key());
        assert!(key.verify(b"said", &signature).is_ok(), "{scheme:?}");
        assert!(key.verify(b"said otherwise", &signature).is_err(), "{scheme:?}");
    }
}

#[test]
fn a_key_shows_nothing_of_itself() {
    let shown = format!("{:?} {:?}", app(), Files { file: fixture("app.key"), ..Files::default() });
    assert!(shown.contains("PrivateKey(…)") && !shown.contains("BEGIN"), "{shown}");
}

proptest::proptest! {
    #[test]
    fn no_file_makes_it_panic(at in 0..2000usize, octet: u8, pfx: bool) {
        let mut file = fixture(if pfx { "app-no-password.pfx" } else { "bags.pem" });
        let at = at % file.len();
        file[at] = octet;
        let _ = KeyedCertificate::read(&Files { file: file.clone(), ..Files::default() });
        file.truncate(at);
        let _ = KeyedCertificate::read(&Files { file, ..Files::default() });
    }
}
