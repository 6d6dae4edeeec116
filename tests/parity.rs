//! Every setting of a sender: as the declarative file has it, so it is in the database, in what is exported and in what the window gets. The rows
//! are those of the five systems that Sendright takes the place of. That each has a control in the window is
//! `ui/src/views/settings/everySetting.test.ts`.

use crate::world::sendright::Sendright;
use std::{collections::BTreeSet, fs, path::Path};
use toml::{Table, Value};

/// What the systems let their administrators set, and the keys it has here.
const ROWS: &[(&str, &[&str])] = &[
    (
        "a reusable app registration",
        &[
            "profile.registration",
            "registration.name",
            "registration.provider",
            "registration.client_id",
        ],
    ),
    ("a name that is made and can be changed", &["profile.name"]),
    ("an enabled switch", &["profile.enabled"]),
    ("groups", &["profile.tags"]),
    (
        "delegated, app-only, password or no sign-in",
        &["profile.sign_in", "profile.password", "registration.redirect"],
    ),
    ("SMTP or Graph", &["profile.transport", "profile.save_to_sent_items"]),
    (
        "host, port, protection and the oldest TLS",
        &[
            "profile.smtp.host",
            "profile.smtp.port",
            "profile.smtp.security",
            "profile.smtp.min_tls",
            "profile.smtp.ca_file",
            "profile.smtp.auth",
            "profile.smtp.allow_plaintext",
            "profile.smtp.chunking",
        ],
    ),
    (
        "authority and endpoints with a place for the tenant, scopes, Graph's address",
        &[
            "registration.cloud",
            "registration.tenant",
            "registration.authority",
            "registration.authorize_endpoint",
            "registration.token_endpoint",
            "registration.device_endpoint",
            "registration.revocation_endpoint",
            "registration.issuer",
            "registration.graph_url",
            "registration.ca_file",
            "profile.scopes",
        ],
    ),
    ("the token's grace time", &["profile.token_grace_seconds"]),
    (
        "a mailbox that is neither the account nor the From",
        &["profile.mailbox", "profile.reply_to"],
    ),
    ("a display name", &["profile.from"]),
    ("sending as other users", &["profile.send_as"]),
    (
        "a mailbox for reading",
        &[
            "profile.imap.host",
            "profile.imap.port",
            "profile.imap.security",
            "profile.imap.user",
            "profile.imap_password",
        ],
    ),
    ("a network route", &["profile.route", "profile.proxy_password"]),
    ("technical mail, and who takes over", &["profile.technical_mail", "profile.backup"]),
    (
        "a secret with its expiry, or a certificate",
        &[
            "registration.client_secret",
            "registration.client_secret_expires",
            "registration.client_authentication",
            "registration.certificate",
            "registration.certificate_algorithm",
        ],
    ),
];

/// What stands in no file: what a row is known by, what belongs to the sandbox, and hosts, which a file confirms by naming them.
const OURS: [&str; 5] = [
    "profile.id",
    "profile.sandbox",
    "registration.id",
    "registration.sandbox",
    "registration.confirmed_hosts",
];

/// What refers to a secret; it goes to the window one way only.
const SECRETS: [&str; 5] = [
    "profile.password",
    "profile.imap_password",
    "profile.proxy_password",
    "registration.client_secret",
    "registration.certificate",
];

/// Each setting at least once, and none as it is by itself.
const FILE: &str = include_str!("fixtures/every_setting.toml");

fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Every key below `table`, with its value, as `profile.smtp.port`.
fn settings(prefix: &str, table: &Table) -> Vec<(String, Value)> {
    let one = |(key, value): (&String, &Value)| {
        let name = format!("{prefix}.{key}");
        match value {
            Value::Table(inner) if !SECRETS.contains(&&*name) => settings(&name, inner),
            _ => vec![(name, value.clone())],
        }
    };
    table.iter().flat_map(one).collect()
}

/// Every setting of a file: whose it is, its key, its value.
fn all(file: &Table) -> Vec<(String, String, Value)> {
    let kinds = ["registration", "profile"].into_iter();
    kinds
        .flat_map(|kind| {
            let tables = file[kind].as_array().unwrap().iter().map(|one| one.as_table().unwrap());
            tables.flat_map(move |table| {
                let owner = table["name"].as_str().unwrap().to_owned();
                settings(kind, table)
                    .into_iter()
                    .map(move |(key, value)| (owner.clone(), key, value))
            })
        })
        .collect()
}

/// The keys that the rows name.
fn rows() -> BTreeSet<String> {
    ROWS.iter().flat_map(|(_, keys)| keys.iter().map(|key| (*key).to_owned())).collect()
}

/// The fields of a type that the window gets, below `prefix`.
fn contract(prefix: &str, name: &str) -> Vec<String> {
    let text = source(&format!("ui/src/api/contract/{name}.ts"));
    let body = text.split_once("= {").unwrap().1;
    let outside = body.split("*/").map(|part| part.split("/**").next().unwrap());
    let fields =
        outside.filter_map(|part| part.split_once(':').map(|(field, _)| field.trim().to_owned()));
    fields.map(|field| format!("{prefix}.{field}")).collect()
}

/// Senders in a directory of their own, and the file that they came from.
fn applied(text: &str) -> Sendright {
    let program = Sendright::new();
    program.write("senders.toml", text);
    for (name, from) in [("app.key", "app.key"), ("app.cer", "app.cer"), ("corp.pem", "app.cer")] {
        program.write(name, &source(&format!("tests/fixtures/certificates/{from}")));
    }
    program.json(&["apply", "-f", "senders.toml"]);
    program
}

fn exported(program: &Sendright) -> String {
    program.run(&["export"]).stdout
}

#[test]
fn every_setting_comes_out_of_the_database_as_it_went_in() {
    let program = applied(FILE);
    let out = all(&exported(&program).parse().unwrap());
    for (owner, key, value) in all(&FILE.parse().unwrap()) {
        let found = out.iter().find(|(whose, other, _)| (whose, other) == (&owner, &key));
        let found = &found.unwrap_or_else(|| panic!("{owner}: {key} is not exported")).2;
        if SECRETS.contains(&&*key) {
            assert_eq!(found.to_string(), "{ vault = true }", "{owner}: {key}");
        } else if key.ends_with("ca_file") {
            assert_eq!(
                Path::new(found.as_str().unwrap()),
                program.path("corp.pem"),
                "{owner}: {key}"
            );
        } else {
            assert_eq!(found, &value, "{owner}: {key}");
        }
    }
}

#[test]
fn what_is_exported_can_be_applied_again_and_changes_nothing() {
    let program = applied(FILE);
    let first = exported(&program);
    program.write("again.toml", &first);
    let report = program.json(&["apply", "-f", "again.toml"]);
    assert_eq!(
        (&report["created"], &report["changed"]),
        (&[0; 0].into(), &[0; 0].into()),
        "{report}"
    );
    assert_eq!(exported(&program), first);
}

#[test]
fn every_row_is_in_the_file_and_every_setting_of_the_file_in_a_row() {
    let used: BTreeSet<String> =
        all(&FILE.parse().unwrap()).into_iter().map(|(_, key, _)| key).collect();
    assert_eq!(used, rows());
}

#[test]
fn the_window_gets_every_setting_and_no_other() {
    let types = [
        ("registration", "RegistrationSettings"),
        ("profile", "ProfileSettings"),
        ("profile.smtp", "ServerSettings"),
        ("profile.imap", "ImapServerSettings"),
    ];
    let mut fields: BTreeSet<String> =
        types.iter().flat_map(|(prefix, name)| contract(prefix, name)).collect();
    for ours in OURS.into_iter().chain(["profile.smtp", "profile.imap"]) {
        assert!(fields.remove(ours), "{ours}");
    }
    let mut rows = rows();
    for secret in SECRETS {
        rows.remove(secret);
    }
    assert_eq!(fields, rows);
}

#[test]
fn the_command_line_shows_every_setting_of_a_sender() {
    let program = applied(FILE);
    let file: Table = FILE.parse().unwrap();
    for (owner, key, value) in
        all(&file).into_iter().filter(|(_, key, _)| key.starts_with("profile."))
    {
        let shown = program.json(&["show", &owner]);
        let place = format!("/settings/{}", key["profile.".len()..].replace('.', "/"));
        let at = shown.pointer(&place);
        let as_written = match &*key {
            "profile.registration" => shown["registration_name"] == value.as_str().unwrap(),
            // By its id.
            "profile.backup" => at.unwrap().is_string(),
            secret if SECRETS.contains(&secret) => {
                let name = secret["profile.".len()..].replace('_', "-");
                shown["credentials"].to_string().contains(&format!("\"{name}\""))
            }
            "profile.smtp.ca_file" => at.unwrap().as_str().unwrap().ends_with("corp.pem"),
            _ => at == Some(&serde_json::to_value(&value).unwrap()),
        };
        assert!(as_written, "{owner}: {key} = {value} is not in {shown:#}");
    }
}

#[test]
fn the_command_line_says_every_setting_in_words() {
    let program = applied(FILE);
    let words = program.run(&["show", "Invoices"]).stdout;
    for setting in [
        "Kestrel Mailer",
        "production, finance",
        "SMTP.Send offline_access",
        "120 s before",
        "service@kestrel.example",
        "anna@kestrel.example",
        "mail.kestrel.example:4465 (tls, TLS 1.3 or newer, auth xoauth2)",
        "corp.pem",
        "archive@kestrel.example at imap.kestrel.example:1993 (starttls)",
        "socks5://clerk@proxy.kestrel.example:1080",
        "imap-password",
        "proxy-password",
        "it-ops@kestrel.example",
        "backup          Scanner",
    ] {
        assert!(words.contains(setting), "{setting} is not in\n{words}");
    }
    assert!(program.run(&["show", "Newsletter"]).stdout.contains("no copy is kept"));
    assert!(program.run(&["show", "Scanner"]).stdout.contains("in clear text"));
}
