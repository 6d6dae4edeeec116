//! Marked secrets, servers that repeat what they are shown, and the forms in which a secret may turn up.

// Clippy knows a test by `#[test]`; what tests share may fail as bluntly.
#![allow(clippy::unwrap_used)]

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use sendright::{
    sandbox::{Addresses, Client, USER, desktop_client, web_client},
    secret::Secret,
};
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    thread,
};
use uuid::Uuid;

pub(crate) const CLIENT_SECRET: &str = "marked-client-secret-4711";
pub(crate) const ECHOED_SECRET: &str = "marked+echoed/secret=4712";
pub(crate) const PASSWORD: &str = "marked-password-4713";
/// How every JSON Web Token begins, by itself and as a mail server is shown it.
pub(crate) const TOKENS: [&str; 2] = ["eyJ", "auth=Bearer eyJ"];
/// The declarative file, before addresses and ports are filled in.
const SENDERS: &str = include_str!("../fixtures/marked_senders.toml");

/// The program that the declarative file calls "marked".
pub(crate) fn client() -> Client {
    let id = Uuid::from_u128(7).to_string();
    Client { id, secret: Some(Secret::new(CLIENT_SECRET)), ..web_client() }
}

/// An SMTP server that repeats, decoded and not, whatever password it is shown.
pub(crate) fn server_that_repeats_passwords() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut out, _) = listener.accept().unwrap();
        let lines = BufReader::new(out.try_clone().unwrap()).lines();
        let _ = out.write_all(b"220 parrot ESMTP\r\n");
        for line in lines.map_while(Result::ok) {
            let reply = match line.split_once(' ') {
                Some(("EHLO", _)) => "250-parrot\r\n250 AUTH PLAIN".to_owned(),
                Some(("AUTH", blob)) => {
                    let blob = blob.trim_start_matches("PLAIN").trim();
                    let plain = STANDARD.decode(blob).unwrap_or_default();
                    let plain = String::from_utf8_lossy(&plain).replace('\0', " ");
                    format!("535 5.7.8 {blob} is {plain}, and I do not like it")
                }
                _ => "221 bye".to_owned(),
            };
            let _ = out.write_all(format!("{reply}\r\n").as_bytes());
        }
    });
    port
}

/// A token endpoint that repeats the whole request in its refusal.
pub(crate) fn endpoint_that_repeats_requests() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let description = format!("I was asked {}", String::from_utf8(body).unwrap());
        let body = serde_json::json!({"error": "invalid_client", "error_description": description});
        let body = body.to_string();
        let head = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json";
        let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    });
    port
}

/// The declarative file: one sender for each way of signing in.
pub(crate) fn senders(at: &Addresses) -> String {
    let smtp = at.smtp_starttls_port;
    let values = [
        ("tenant", at.tenant.to_owned()),
        ("desktop", desktop_client().id),
        ("authorize", at.authorize_endpoint.to_string()),
        ("token", at.token_endpoint.to_string()),
        ("graph", at.graph_url.to_string()),
        ("marked", client().id),
        ("server", format!(r#"smtp = {{ host = "localhost", port = {smtp} }}"#)),
        ("parrot", server_that_repeats_passwords().to_string()),
        ("echo", endpoint_that_repeats_requests().to_string()),
        ("USER", USER.to_owned()),
    ];
    values
        .iter()
        .fold(SENDERS.to_owned(), |file, (name, value)| file.replace(&format!("@{name}@"), value))
}

/// Every form in which a secret may turn up: plain, percent-encoded, or in base64, wherever in a longer text it stands there.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut forms = vec![secret.to_owned(), form.replace('+', "%20"), form];
    for before in 0..3 {
        let text = ["\0".repeat(before), secret.to_owned()].concat();
        // Characters that hold bits of a neighbour are left out.
        let within = (before * 8).div_ceil(6)..text.len() * 8 / 6;
        forms.push(STANDARD_NO_PAD.encode(&text)[within.clone()].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&text)[within].to_owned());
    }
    forms
}

/// Every file below `dir` with its bytes as text.
pub(crate) fn files(dir: &Path, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), into);
        } else if entry.file_type().unwrap().is_file() {
            let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
            into.push((entry.path().display().to_string(), text));
        }
    }
}
