//! Servers whose TLS is not good enough, one fault each, and what is said of it.

use super::Gallery;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    version::TLS12,
};
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::Arc,
    thread,
};

#[cfg(target_os = "linux")]
mod openssl;

/// A certificate authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
}

impl Authority {
    fn root(name: &str) -> Self {
        let (params, key) = (authority(name), KeyPair::generate().unwrap());
        let made = params.self_signed(&key).unwrap();
        Self { pem: made.pem(), der: made.der().clone(), issuer: Issuer::new(params, key) }
    }

    fn below(root: &Self, name: &str) -> Self {
        let (params, key) = (authority(name), KeyPair::generate().unwrap());
        let made = params.signed_by(&key, &root.issuer).unwrap();
        Self { pem: made.pem(), der: made.der().clone(), issuer: Issuer::new(params, key) }
    }

    /// A server's certificate with what `change` does to it.
    fn certifies(&self, change: impl FnOnce(&mut CertificateParams)) -> Shown {
        let (params, key) = (server(change), KeyPair::generate().unwrap());
        let chain = vec![params.signed_by(&key, &self.issuer).unwrap().der().clone()];
        Shown { chain, key }
    }
}

/// What a server shows.
struct Shown {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn server(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "mail server");
    change(&mut params);
    params
}

fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> Shown {
    let (params, key) = (server(change), KeyPair::generate().unwrap());
    Shown { chain: vec![params.self_signed(&key).unwrap().der().clone()], key }
}

/// RFC 5280 §4.2.2.1: the issuer's certificate is at `http://ca.example/i.cer`.
fn names_its_issuer(params: &mut CertificateParams) {
    let mut value = b"\x30\x25\x30\x23\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x17".to_vec();
    value.extend(b"http://ca.example/i.cer");
    let oid = [1, 3, 6, 1, 5, 5, 7, 1, 1];
    params.custom_extensions.push(CustomExtension::from_oid_content(&oid, value));
}

/// A port that speaks TLS of `versions` from the first byte, for as long as the tests run.
fn listen(shown: Shown, versions: &[&'static SupportedProtocolVersion]) -> u16 {
    let key = PrivateKeyDer::try_from(shown.key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(shown.chain, key)
        .unwrap();
    serve(config)
}

/// A port that speaks TLS as `config` says, for as long as the tests run.
fn serve(config: ServerConfig) -> u16 {
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            // Shakes hands, and hears why the other side hangs up.
            let _ = stream.read(&mut [0; 64]);
        }
    });
    port
}

fn profile(name: &str, port: u16, more: &str) -> String {
    format!(
        "[[profile]]\nname = \"{name}\"\nsign_in = \"none\"\nmailbox = \"a@kestrel.example\"\n\
         smtp = {{ host = \"localhost\", port = {port}, security = \"tls\", ca_file = \"ca.pem\"{more} }}\n\
         route = \"direct\"\n"
    )
}

/// A sender who gets a token at a provider behind the same port.
fn signs_in(name: &str, port: u16) -> String {
    format!(
        "[[registration]]\nname = \"{name}\"\nprovider = \"custom\"\nclient_id = \"app\"\n\
         client_secret = {{ env = \"KESTREL_SECRET\" }}\nca_file = \"ca.pem\"\n\
         authorize_endpoint = \"https://localhost:{port}/authorize\"\n\
         token_endpoint = \"https://localhost:{port}/token\"\n\
         [[profile]]\nname = \"{name}, token\"\nsign_in = \"app-only\"\nregistration = \"{name}\"\n\
         mailbox = \"a@kestrel.example\"\nscopes = [\"mail\"]\nroute = \"direct\"\n\
         smtp = {{ host = \"localhost\", port = {port}, security = \"tls\" }}\n"
    )
}

/// Sends with each profile of `rows`: the certificate is refused in these words, with the chain kept;
/// and so when it is the provider's.
fn refused(rows: &[(&str, Shown, &str)], ca: &str, file: &str) {
    let gallery = Gallery::of(file, &[("ca.pem".to_owned(), ca.to_owned())]);
    let refused = |name: &str, title: &str| {
        let verdict = gallery.send(name, &["bo@kestrel.example"], &[]);
        let expected = (4, "not_sent".to_owned(), "certificate-not-trusted".to_owned());
        assert_eq!(verdict, expected, "{name}");
        let kept = gallery.last(name);
        assert_eq!(kept["problem"]["title"], title, "{name}");
        assert!(kept["problem"]["said"].as_str().unwrap().contains("SHA-256 "), "{name}: {kept}");
        kept
    };
    for (name, _, title) in rows {
        let kept = refused(name, title);
        assert!(kept["transcript"].to_string().contains("SHA-256 "), "{name}: {kept}");
        refused(&format!("{name}, token"), title);
    }
}

#[test]
fn each_certificate_is_refused_for_its_own_fault() {
    let (root, stranger) = (Authority::root("Kestrel Root"), Authority::root("Stranger Root"));
    let middle = Authority::below(&root, "Kestrel Mail CA");
    let nothing = |_: &mut CertificateParams| ();
    let mut rows = vec![
        (
            "expired",
            root.certifies(|one| one.not_after = date_time_ymd(2026, 2, 3)),
            "The certificate of localhost expired on 2026-02-03",
        ),
        (
            "not-yet",
            root.certifies(|one| one.not_before = date_time_ymd(2095, 2, 3)),
            "The certificate of localhost is not valid before 2095-02-03",
        ),
        (
            "wrong-name",
            root.certifies(|one| {
                one.subject_alt_names =
                    vec![rcgen::SanType::DnsName("mail.example".try_into().unwrap())];
            }),
            "The certificate is not for localhost",
        ),
        (
            "unknown-issuer",
            stranger.certifies(nothing),
            "The certificate of localhost is from an issuer whom this computer does not trust",
        ),
        ("self-signed", self_signed(nothing), "The certificate of localhost is signed by itself"),
        (
            "no-intermediate",
            middle.certifies(names_its_issuer),
            "localhost does not send its issuer's certificate",
        ),
        (
            "authority",
            self_signed(|one| one.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            "localhost shows a certificate authority's certificate as its own",
        ),
    ];
    let mut file = String::new();
    for (name, shown, _) in &mut rows {
        let key = KeyPair::from_pem(&shown.key.serialize_pem()).unwrap();
        let port = listen(Shown { chain: shown.chain.clone(), key }, rustls::ALL_VERSIONS);
        file += &(profile(name, port, "") + &signs_in(name, port));
    }
    refused(&rows, &root.pem, &file);
    // The same server with the whole chain is believed, and so the fault was the missing part.
    let mut whole = middle.certifies(names_its_issuer);
    whole.chain.push(middle.der.clone());
    let file = profile("whole", listen(whole, rustls::ALL_VERSIONS), "");
    let gallery = Gallery::of(&file, &[("ca.pem".to_owned(), root.pem)]);
    let (_, _, problem) = gallery.send("whole", &["bo@kestrel.example"], &[]);
    assert_eq!(problem, "timed-out", "TLS went well, and nobody greets behind it");
}

#[test]
fn a_certificate_that_comes_alone_is_told_what_usually_lacks_and_whose_file_is_meant() {
    let root = Authority::root("Kestrel Root");
    let middle = Authority::below(&root, "Kestrel Mail CA");
    let port = listen(middle.certifies(|_| ()), rustls::ALL_VERSIONS);
    let file = profile("alone", port, "") + &signs_in("alone", port);
    let gallery = Gallery::of(&file, &[("ca.pem".to_owned(), root.pem)]);
    for (name, whose) in [
        ("alone", "the mail server's extra CA file (smtp.ca_file)"),
        ("alone, token", "the app registration's extra CA file (ca_file)"),
    ] {
        gallery.send(name, &["bo@kestrel.example"], &[]);
        let means = gallery.last(name)["problem"]["means"].to_string();
        for word in ["Kestrel Mail CA", "has to send the intermediate certificates", whose] {
            assert!(means.contains(word), "{name}: {word}: {means}");
        }
    }
}

#[test]
fn a_server_that_wants_a_client_certificate_is_said_to() {
    let root = Authority::root("Kestrel Root");
    for version in rustls::ALL_VERSIONS {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(root.der.clone()).unwrap();
        let crypto = Arc::new(ring::default_provider());
        let wants = rustls::server::WebPkiClientVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::clone(&crypto),
        );
        let Shown { chain, key } = root.certifies(|_| ());
        let config = ServerConfig::builder_with_provider(crypto)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(wants.build().unwrap())
            .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let file = profile("asked", serve(config), "");
        let gallery = Gallery::of(&file, &[("ca.pem".to_owned(), root.pem.clone())]);
        let verdict = gallery.send("asked", &["bo@kestrel.example"], &[]);
        assert_eq!(verdict, (4, "not_sent".to_owned(), "tls-failed".to_owned()));
        let problem = &gallery.last("asked")["problem"];
        assert_eq!(problem["title"], "localhost wants a client certificate", "{problem}");
        assert!(problem["means"].to_string().contains("Sendright offers none"), "{problem}");
    }
}

#[test]
fn where_clear_text_answers_the_setting_that_is_wrong_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"220 mail.example ESMTP ready\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    let file = profile("clear", port, "") + &signs_in("clear", port);
    let gallery = Gallery::of(&file, &[("ca.pem".to_owned(), Authority::root("Any").pem)]);
    for (name, right, wrong) in
        [("clear", "security to STARTTLS", "587"), ("clear, token", "HTTPS", "465")]
    {
        let verdict = gallery.send(name, &["bo@kestrel.example"], &[]);
        assert_eq!(verdict, (4, "not_sent".to_owned(), "not-the-protocol".to_owned()), "{name}");
        let problem = &gallery.last(name)["problem"];
        let means = problem["means"].to_string();
        assert!(means.contains(right) && !means.contains(wrong), "{name}: {means}");
        assert!(problem["said"].is_null(), "nobody said anything: {problem}");
    }
}

#[test]
fn a_version_that_is_too_old_is_said_to_be_one() {
    let root = Authority::root("Kestrel Root");
    let port = listen(root.certifies(|_| ()), &[&TLS12]);
    let file =
        profile("demands-1.3", port, ", min_tls = \"1.3\"") + &profile("takes-1.2", port, "");
    let gallery = Gallery::of(&file, &[("ca.pem".to_owned(), root.pem)]);
    let verdict = gallery.send("demands-1.3", &["bo@kestrel.example"], &[]);
    assert_eq!(verdict, (4, "not_sent".to_owned(), "tls-failed".to_owned()));
    let title = &gallery.last("demands-1.3")["problem"]["title"];
    assert_eq!(title, "localhost does not speak TLS 1.3 or newer");
    gallery.send("takes-1.2", &["bo@kestrel.example"], &[]);
    let kept = gallery.last("takes-1.2")["transcript"].to_string();
    assert!(kept.contains("TLS 1.2, TLS_ECDHE_"), "{kept}");
}

/// Sends from `profile` on a computer whose own authorities are in the file `system`.
#[cfg(target_os = "linux")] // elsewhere nobody can say where they are read from
fn send_where(gallery: &Gallery, system: &str, profile: &str) -> String {
    use super::PATIENCE;
    use crate::world::sendright::Sendright;
    let words = ["send", profile, "--to", "bo@kestrel.example", "--json", "--timeout", PATIENCE];
    let mut command = gallery.0.command(&words);
    command.env("SSL_CERT_FILE", gallery.0.path(system)).env_remove("SSL_CERT_DIR");
    Sendright::ended(command, "").stdout
}

#[cfg(target_os = "linux")]
#[test]
fn the_systems_authorities_are_believed_beside_those_of_a_file() {
    let (ours, systems) = (Authority::root("Kestrel Root"), Authority::root("System Root"));
    let port = listen(systems.certifies(|_| ()), rustls::ALL_VERSIONS);
    let gallery = Gallery::of(&profile("both", port, ""), &[("ca.pem".to_owned(), ours.pem)]);
    gallery.0.write("system.pem", &systems.pem);
    let believed = send_where(&gallery, "system.pem", "both");
    assert!(believed.contains("timed-out"), "nobody greets behind it: {believed}");
    let refused = send_where(&gallery, "ca.pem", "both");
    assert!(refused.contains("certificate-not-trusted"), "{refused}");
    assert!(!refused.contains("cannot be read"), "{refused}");
}

#[cfg(target_os = "linux")]
#[test]
fn that_the_systems_authorities_cannot_be_read_is_said_beside_the_certificates_fault() {
    let (ours, strangers) = (Authority::root("Kestrel Root"), Authority::root("Stranger Root"));
    let port = listen(strangers.certifies(|_| ()), rustls::ALL_VERSIONS);
    let known = listen(ours.certifies(|_| ()), rustls::ALL_VERSIONS);
    let alone = profile("alone", port, "").replace(", ca_file = \"ca.pem\"", "");
    let file = profile("beside", port, "") + &signs_in("beside", port) + &alone;
    let file = file + &profile("known", known, "");
    let gallery = Gallery::of(&file, &[("ca.pem".to_owned(), ours.pem)]);
    let why = "system's certificate authorities cannot be read: failed to read PEM from file: No such file or directory";
    for name in ["beside", "beside, token"] {
        let said = send_where(&gallery, "nowhere.pem", name);
        assert!(
            said.contains("from an issuer whom this computer does not trust"),
            "{name}: {said}"
        );
        assert!(said.contains(why) && said.contains("nowhere.pem"), "{name}: {said}");
        assert!(said.contains("SSL_CERT_FILE"), "{name}: the remedy is named: {said}");
    }
    let said = send_where(&gallery, "nowhere.pem", "alone");
    assert!(said.contains("This computer's certificate authorities cannot be read"), "{said}");
    assert!(said.contains(why) && said.contains("SSL_CERT_FILE"), "{said}");
    let said = send_where(&gallery, "nowhere.pem", "known");
    assert!(said.contains("timed-out"), "a named authority needs no other: {said}");
}
