//! An app's certificate on the command line: taken in, shown, written for the portal, removed.

use crate::world::sendright::Sendright;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

const KESTREL: &str = r#"
[[registration]]
name = "kestrel"
provider = "microsoft"
tenant = "kestrel.example"
client_id = "11111111-2222-3333-4444-555555555555"

[[profile]]
name = "Invoices"
registration = "kestrel"
sign_in = "app-only"
mailbox = "invoices@kestrel.example"
"#;

/// The path of a file of the fixtures.
fn fixture(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/certificates");
    folder.join(name).display().to_string()
}

fn text(name: &str) -> String {
    fs::read_to_string(fixture(name)).unwrap()
}

/// What OpenSSL says of the certificate, without colons.
fn fact(name: &str) -> String {
    text("app.facts").lines().find_map(|line| line.strip_prefix(name)).unwrap().replace(':', "")
}

fn kestrel() -> Sendright {
    let sendright = Sendright::new();
    sendright.write("kestrel.toml", KESTREL);
    sendright.json(&["apply", "-f", "kestrel.toml"]);
    sendright
}

fn credential(sendright: &Sendright, name: &str) -> Option<Value> {
    let shown = sendright.json(&["show", "Invoices"]);
    let all = shown["credentials"].as_array().unwrap().clone();
    all.into_iter().find(|one| one["name"] == name)
}

#[test]
fn every_way_in_shows_the_same_certificate_with_its_end() {
    let sendright = kestrel();
    sendright.write("password", "of-a-test\n");
    let (pfx, bags) = (fixture("app.pfx"), text("bags.pem"));
    let (cer, key) = (fixture("app.cer"), fixture("app-encrypted.key"));
    let ways: [(&[&str], &str); 3] = [
        (&[], &bags),
        (&["--file", &pfx, "--password-file", "password"], ""),
        (&["--file", &cer, "--key-file", &key, "--password-file", "password"], ""),
    ];
    for (files, stdin) in ways {
        let set = [&["secret", "set", "kestrel", "certificate", "--json"], files].concat();
        let set = sendright.run_with(&set, stdin);
        assert_eq!(set.code, 0, "{files:?}: {}", set.stderr);
        let said: Value = serde_json::from_str(&set.stdout).unwrap();
        assert_eq!(said["certificate"]["thumbprint"], fact("sha1 Fingerprint="), "{said}");

        let held = credential(&sendright, "certificate").expect("it is held");
        assert_eq!(held["expires_at"], said["certificate"]["not_after"], "{held}");
        let removed = sendright.json(&["secret", "remove", "kestrel", "certificate"]);
        assert_eq!(removed["name"], "certificate");
        assert_eq!(credential(&sendright, "certificate"), None);
    }
    let listed = sendright.json(&["profiles"]);
    assert_eq!(listed["registrations"][0]["certificate"], Value::Null);
    assert_eq!(listed["registrations"][0]["proves_itself_with"], Value::Null);
}

#[cfg(unix)]
#[test]
fn what_comes_through_pipes_is_read_once_each() {
    let ways: [(&[&str], &str, &str); 3] = [
        (&["bags.pem"], "--file bags.pem", r#"file = "bags.pem""#),
        (
            &["app.pfx", "password"],
            "--file app.pfx --password-file password",
            r#"file = "app.pfx", password = { file = "password" }"#,
        ),
        (
            &["app.cer", "app-encrypted.key", "password"],
            "--file app.cer --key-file app-encrypted.key --password-file password",
            r#"file = "app.cer", key_file = "app-encrypted.key", password = { file = "password" }"#,
        ),
    ];
    for (names, options, declared) in ways {
        let sendright = kestrel();
        let options: Vec<_> = options.split(' ').collect();
        pipes(&sendright, names);
        let set = [&["secret", "set", "kestrel", "certificate"], options.as_slice()].concat();
        let set = sendright.json(&set);
        assert_eq!(set["certificate"]["thumbprint"], fact("sha1 Fingerprint="), "{set}");

        sendright.json(&["secret", "remove", "kestrel", "certificate"]);
        pipes(&sendright, names);
        let certificate = format!("[[registration]]\ncertificate = {{ {declared} }}\n");
        sendright.write("kestrel.toml", &KESTREL.replace("[[registration]]\n", &certificate));
        sendright.json(&["apply", "-f", "kestrel.toml"]);
        let kept = sendright.json(&["certificate", "kestrel"]);
        assert_eq!(kept["certificate"]["thumbprint"], fact("sha1 Fingerprint="), "{kept}");
    }
}

/// Pipes that have what the fixtures of these names have; `password` has their password.
#[cfg(unix)]
fn pipes(sendright: &Sendright, names: &[&str]) {
    for name in names {
        let octets = match *name {
            "password" => b"of-a-test\n".to_vec(),
            name => fs::read(fixture(name)).unwrap(),
        };
        sendright.pipe(name, octets);
    }
}

#[test]
fn its_public_part_is_written_for_the_portal_and_nothing_else_comes_out() {
    let sendright = kestrel();
    assert_eq!(sendright.run(&["certificate", "kestrel", "--export", "app.cer"]).code, 2);
    let set = sendright.run_with(&["secret", "set", "kestrel", "certificate"], &text("bags.pem"));
    assert!(set.stdout.contains(&fact("sha1 Fingerprint=")), "{}", set.stdout);
    let shown = sendright.json(&["certificate", "kestrel", "--export", "app.cer"]);
    assert_eq!(shown["certificate"]["serial"], fact("serial="));
    assert_eq!(shown["certificate"]["sha256"], fact("sha256 Fingerprint="));
    assert_eq!(fs::read_to_string(sendright.path("app.cer")).unwrap(), text("app.cer"));

    let chosen = sendright.json(&["certificate", "kestrel", "--algorithm", "rs256"]);
    assert_eq!(chosen["certificate_algorithm"], "rs256");
    let exported = sendright.run(&["export"]).stdout;
    assert!(exported.contains("certificate_algorithm = \"rs256\""), "{exported}");
    assert!(exported.contains("certificate = { vault = true }"), "{exported}");
}

#[test]
fn a_sender_is_well_with_a_certificate_and_says_which_credential_is_used() {
    let sendright = kestrel();
    let health =
        |sendright: &Sendright| sendright.json(&["show", "Invoices"])["row"]["health"].clone();
    assert_eq!(health(&sendright), "needs_sign_in");
    sendright.run_with(&["secret", "set", "kestrel", "client-secret"], "s3cret\n");
    let listed = sendright.json(&["profiles"]);
    assert_eq!(listed["registrations"][0]["proves_itself_with"], "client-secret");
    sendright.run_with(&["secret", "set", "kestrel", "certificate"], &text("bags.pem"));
    let listed = sendright.json(&["profiles"]);
    assert_eq!(listed["registrations"][0]["proves_itself_with"], "certificate");
    assert_eq!(health(&sendright), "never_verified");
    let secret = credential(&sendright, "client-secret").unwrap();
    assert_eq!(secret["note"], "not used: the certificate is");
}

#[test]
fn what_cannot_be_used_is_refused_with_field_and_remedy_and_changes_nothing() {
    let sendright = kestrel();
    let pfx = fixture("app.pfx");
    let (cer, other) = (fixture("app.cer"), fixture("other.key"));
    let table: [(&[&str], &str, &str); 5] = [
        (&[], &text("app.cer"), "certificate.key_file"),
        (&[], &text("app.key"), "certificate"),
        (&["--file", &pfx], "", "certificate.password"),
        (&["--file", &cer, "--key-file", &other], "", "certificate"),
        (&["--file", "gone.pfx"], "", ""),
    ];
    for (files, stdin, field) in table {
        let set = [&["secret", "set", "kestrel", "certificate", "--json"], files].concat();
        let refused = sendright.run_with(&set, stdin);
        let said: Value = serde_json::from_str(&refused.stdout).unwrap();
        assert_eq!(refused.code, 2, "{files:?}: {said}");
        let fields = &said["problem"]["fields"];
        assert_eq!(fields[0]["field"].as_str().unwrap_or_default(), field, "{files:?}: {said}");
        assert_eq!(sendright.json(&["profiles"])["registrations"][0]["certificate"], Value::Null);
    }
    for (owner, name) in [("Invoices", "certificate"), ("kestrel", "password")] {
        let refused = sendright.run_with(&["secret", "set", owner, name], "x");
        assert_eq!(refused.code, 2, "{owner} {name}: {}", refused.stderr);
    }
    let misplaced = ["secret", "set", "kestrel", "client-secret", "--file", &pfx];
    assert_eq!(sendright.run_with(&misplaced, "x").code, 2);
}

#[test]
fn no_private_key_is_left_in_the_data_directory() {
    let sendright = kestrel();
    sendright.run_with(&["secret", "set", "kestrel", "certificate"], &text("bags.pem"));
    let key: String = text("app-pkcs1.key").lines().nth(5).unwrap().to_owned();
    let mut seen = 0;
    let mut directories = vec![sendright.path("data")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap().flatten() {
            if entry.path().is_dir() {
                directories.push(entry.path());
                continue;
            }
            seen += 1;
            let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
            let leaks = text.contains(&key) || text.contains("PRIVATE KEY");
            assert!(!leaks, "the key is in {}", entry.path().display());
        }
    }
    assert!(seen > 0);
    let said = json!(sendright.json(&["certificate", "kestrel"])).to_string();
    assert!(!said.contains("PRIVATE"), "{said}");
}
