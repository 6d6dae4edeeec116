//! Servers of another age: OpenSSL with its scruples off, as Linux has it.

use super::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// OpenSSL's own server, which ends with the test.
struct OpenSsl(Child);

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// OpenSSL with its scruples off, showing `server.pem` in `dir`; and its port.
fn openssl(dir: &Path, version: &str) -> (OpenSsl, u16) {
    let mut server = Command::new("openssl")
        .args(["s_server", version, "-cipher", "ALL:@SECLEVEL=0", "-accept", "127.0.0.1:0"])
        .args(["-cert", "server.pem", "-key", "server.key"])
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let server = OpenSsl(server);
    let listening = lines.find_map(|line| line.ok()?.strip_prefix("ACCEPT ").map(str::to_owned));
    let listening = listening.expect("openssl says where it listens");
    (server, listening.rsplit_once(':').unwrap().1.parse().unwrap())
}

#[test]
fn a_real_server_of_another_age_is_said_to_be_one() {
    let root = Authority::root("Kestrel Root");
    let shown = root.certifies(|_| ());
    let dir = tempfile::tempdir().unwrap();
    let pem = |name: &str, pem: String| fs::write(dir.path().join(name), pem).unwrap();
    pem("server.key", shown.key.serialize_pem());
    pem("server.pem", in_pem(&shown.chain[0]));
    let (_server, port) = openssl(dir.path(), "-tls1");
    let gallery = Gallery::of(&profile("old", port, ""), &[("ca.pem".to_owned(), root.pem)]);
    let verdict = gallery.send("old", &["bo@kestrel.example"], &[]);
    assert_eq!(verdict, (4, "not_sent".to_owned(), "tls-failed".to_owned()));
    let title = &gallery.last("old")["problem"]["title"];
    assert_eq!(title, "localhost does not speak TLS 1.2 or newer");
}

fn in_pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

#[test]
fn a_certificate_of_version_1_is_said_to_be_one() {
    let root = Authority::root("Kestrel Root");
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ca.pem"), &root.pem).unwrap();
    fs::write(dir.path().join("ca.key"), root.issuer.key().serialize_pem()).unwrap();
    for words in [
        "req -new -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out server.pem",
    ] {
        let made = Command::new("openssl").args(words.split(' ')).current_dir(dir.path()).output();
        let made = made.unwrap();
        assert!(made.status.success(), "{words}: {made:?}");
    }
    let (_server, port) = openssl(dir.path(), "-tls1_2");
    let gallery = Gallery::of(&profile("old", port, ""), &[("ca.pem".to_owned(), root.pem)]);
    let verdict = gallery.send("old", &["bo@kestrel.example"], &[]);
    assert_eq!(verdict, (4, "not_sent".to_owned(), "certificate-not-trusted".to_owned()));
    let problem = &gallery.last("old")["problem"];
    assert_eq!(problem["title"], "The certificate of localhost is of X.509 version 1", "{problem}");
    assert!(problem["means"].to_string().contains("version 3 with localhost"), "{problem}");
}

#[test]
fn what_is_too_weak_is_refused_and_said_to_be_weak() {
    let root = Authority::root("Kestrel Root");
    let rows = [
        (
            "short-key",
            ["rsa:1024", "-sha256"],
            "The certificate of localhost has a key that is too short",
        ),
        (
            "sha-1",
            ["rsa:2048", "-sha1"],
            "The certificate of localhost is signed in a way that is not trusted any more",
        ),
    ];
    for (name, how, title) in rows {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("ca.pem"), &root.pem).unwrap();
        fs::write(dir.path().join("ca.key"), root.issuer.key().serialize_pem()).unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-nodes", "-days", "30"])
            .args(["-subj", "/CN=mail server", "-addext", "subjectAltName=DNS:localhost"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE", "-newkey"])
            .args(how)
            .args(["-keyout", "server.key", "-out", "server.pem"])
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{name}: {made:?}");
        let (_server, port) = openssl(dir.path(), "-tls1_2");
        let files = [("ca.pem".to_owned(), root.pem.clone())];
        let gallery = Gallery::of(&profile(name, port, ""), &files);
        let verdict = gallery.send(name, &["bo@kestrel.example"], &[]);
        let expected = (4, "not_sent".to_owned(), "certificate-not-trusted".to_owned());
        assert_eq!(verdict, expected, "{name}");
        assert_eq!(gallery.last(name)["problem"]["title"], title, "{name}");
    }
}
