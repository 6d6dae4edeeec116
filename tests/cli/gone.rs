//! Secrets that the vault does not have: never given to it, or not there any more.

use super::*;
use sendright::{
    profile::ProfileId,
    secret::{Secret, SecretKey, SecretName, SecretStore as _, file::FileVault},
};
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

/// A sender with a password, and one that signs in by itself.
fn senders(port: u16, password: &str, secret: &str) -> String {
    format!(
        "[[registration]]\nname = \"kestrel\"\nprovider = \"microsoft\"\ntenant = \"kestrel.example\"\n\
         client_id = \"11111111-2222-3333-4444-555555555555\"\n{secret}\n\
         [[profile]]\nname = \"By itself\"\nregistration = \"kestrel\"\nsign_in = \"app-only\"\n\
         transport = \"graph\"\nmailbox = \"app@kestrel.example\"\n\
         [[profile]]\nname = \"Relay\"\nsign_in = \"password\"\nmailbox = \"relay@kestrel.example\"\n{password}\n\
         smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
    )
}

/// Applies them; their server greets, and wants a password.
fn applied(password: &str, secret: &str) -> Sendright {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let sendright = Sendright::new();
    let port = server.local_addr().unwrap().port();
    sendright.write("senders.toml", &senders(port, password, secret));
    sendright.json(&["apply", "-f", "senders.toml"]);
    thread::spawn(move || server.incoming().map_while(Result::ok).for_each(greet));
    sendright
}

fn greet(mut stream: TcpStream) {
    let heard = BufReader::new(stream.try_clone().unwrap());
    let _ = stream.write_all(b"220 here\r\n");
    for line in heard.lines().map_while(Result::ok) {
        let reply: &[u8] = match line.split(' ').next() {
            Some("EHLO") => b"250-here\r\n250 AUTH PLAIN\r\n",
            _ => b"221 bye\r\n",
        };
        let _ = stream.write_all(reply);
    }
}

const STORED: [&str; 2] =
    ["password = { env = \"KESTREL_SECRET\" }", "client_secret = { env = \"KESTREL_SECRET\" }"];

/// Why `sender` could not send.
fn refused(sendright: &Sendright, sender: &str) -> Value {
    let ended = sendright.run(&["send", sender, "--to", "a@b.example", "--json"]);
    assert_eq!(ended.code, 3, "{}{}", ended.stdout, ended.stderr);
    let said: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(said["problem"]["code"], "sign-in-needed", "{said}");
    said["problem"].clone()
}

#[test]
fn what_was_never_stored_has_one_code_whatever_it_is() {
    let sendright = applied("", "");
    for sender in ["By itself", "Relay"] {
        let problem = refused(&sendright, sender);
        assert!(!problem["title"].as_str().unwrap().contains("gone"), "{problem}");
    }
    let remedy = refused(&sendright, "By itself")["means"].to_string();
    assert!(remedy.contains(r#"sendright secret set \"kestrel\" client-secret"#), "{remedy}");
}

#[test]
fn who_signs_in_by_itself_is_not_said_to_be_signed_out() {
    let sendright = applied("", "");
    let ended = sendright.run(&["sign-out", "By itself", "--json"]);
    let said: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(ended.code, 2, "{said}");
    assert_eq!(said["problem"]["title"], "Nobody is signed in: By itself signs itself in");
}

#[test]
fn a_vault_file_that_is_not_there_any_more_is_named_by_whoever_needs_or_shows_it() {
    let [password, secret] = STORED;
    let sendright = applied(password, secret);
    let vault = sendright.path("data/vault.age");
    fs::remove_file(&vault).unwrap();
    let vault = vault.to_str().unwrap();
    for (sender, owner, name) in
        [("By itself", "kestrel", "client-secret"), ("Relay", "Relay", "password")]
    {
        let problem = refused(&sendright, sender);
        assert!(problem["title"].as_str().unwrap().contains("not in this vault"), "{problem}");
        let remedy = format!("`sendright secret set \"{owner}\" {name}`");
        let means = problem["means"].as_str().unwrap();
        assert!(means.contains(vault) && means.contains(&remedy), "{means}");
        assert!(!means.contains("any more"), "it may have been stored in another vault: {means}");

        let shown = sendright.json(&["show", sender]);
        assert_eq!(shown["row"]["health"], "needs_sign_in", "{shown}");
        assert!(shown["row"]["health_note"].as_str().unwrap().contains(vault), "{shown}");
        let all = shown["credentials"].as_array().unwrap();
        let one = all.iter().find(|one| one["name"] == name).unwrap();
        assert_eq!(one["present"], false, "{one}");
        assert!(one["note"].as_str().unwrap().contains(vault), "{one}");
    }
}

#[test]
fn a_file_that_leaves_secrets_to_a_vault_that_is_gone_hears_that_they_are_not_there() {
    let [password, secret] = STORED;
    let sendright = applied(password, secret);
    sendright.write("exported.toml", &sendright.run(&["export"]).stdout);
    let missing = || sendright.json(&["apply", "-f", "exported.toml"])["missing_secrets"].take();
    assert_eq!(missing(), json!([]));
    fs::remove_file(sendright.path("data/vault.age")).unwrap();
    assert_eq!(missing(), json!(["kestrel: client secret", "Relay: password"]));
}

#[test]
fn who_uses_nothing_of_a_lost_vault_is_not_sent_to_sign_in() {
    let [password, _] = STORED;
    let sendright = applied(password, "");
    let toml = fs::read_to_string(sendright.path("senders.toml")).unwrap();
    let unused = toml.replace("sign_in = \"password\"", "sign_in = \"none\"").replace(password, "");
    sendright.write("senders.toml", &unused);
    sendright.json(&["apply", "-f", "senders.toml"]);
    fs::remove_file(sendright.path("data/vault.age")).unwrap();
    let shown = sendright.json(&["show", "Relay"]);
    assert_eq!(shown["row"]["health"], "never_verified", "{shown}");

    let proxied = format!("{unused}route = \"http://me@127.0.0.1:9\"\n");
    let stored = "proxy_password = { env = \"KESTREL_SECRET\" }\n";
    sendright.write("senders.toml", &format!("{proxied}{stored}"));
    sendright.json(&["apply", "-f", "senders.toml"]);
    fs::remove_file(sendright.path("data/vault.age")).unwrap();
    let shown = sendright.json(&["show", "Relay"]);
    assert_eq!(shown["row"]["health"], "needs_sign_in", "its proxy wants one: {shown}");
}

#[test]
fn an_entry_that_somebody_took_out_of_the_vault_is_gone_from_it() {
    let [password, secret] = STORED;
    let sendright = applied(password, secret);
    let shown = sendright.json(&["show", "Relay"]);
    let id: ProfileId = shown["settings"]["id"].as_str().unwrap().parse().unwrap();
    let passphrase = Secret::new("correct horse battery staple");
    let vault = FileVault::new(sendright.path("data/vault.age"), Some(passphrase));
    vault.forget(&SecretKey::new(id, SecretName::Password)).unwrap();
    let problem = refused(&sendright, "Relay");
    assert!(problem["means"].as_str().unwrap().contains("does not have it"), "{problem}");
}
