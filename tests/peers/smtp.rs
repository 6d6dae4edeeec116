//! Sending through Postfix, read back from Dovecot.

use super::{
    attachment, noise,
    product::{Answer, Product, profile, registration, smtp},
    servers::{browser::Person, imap::Mailbox, servers},
};

/// A profile with a password at a server that is like `port` says.
fn password(user: &str, port: &str, security: &str) -> Product {
    let product = Product::new();
    product.write("password.txt", format!("{user}-pass").as_bytes());
    let sign_in = "\"password\"\npassword = { file = \"password.txt\" }";
    product.apply(&(profile("P", user, sign_in) + &smtp(servers(), port, security)));
    product
}

fn send(product: &Product, to: &[&str], more: &[&str]) -> Answer {
    let mut arguments = vec!["send", "P", "--subject", "From the tests", "--text", "Hello"];
    for to in to {
        arguments.extend(["--to", to]);
    }
    arguments.extend(more);
    product.run(&arguments)
}

/// A profile with a token of `client` at a server that is like `port` says.
fn token(client: &str, user: &str, port: &str, more: &str) -> Product {
    let servers = servers();
    let product = Product::new();
    let sign_in = format!("\"delegated\"\nregistration = \"{client}\"\n{more}");
    product.apply(
        &(registration(servers, client)
            + &profile("P", user, &sign_in)
            + &smtp(servers, port, "starttls")),
    );
    product.sign_in(servers, "P", &format!("{user}@corp.test"));
    product
}

#[test]
fn a_mail_with_a_token_arrives_octet_by_octet() {
    let product = token("desktop", "alice", "oauth_only", "");
    let content = noise(300_000);
    let file = product.write("Übersicht 2026.bin", &content);
    let html = product.write("body.html", "<p>Grüße aus <b>Köln</b></p>".as_bytes());
    let answer = send(
        &product,
        &["bob@corp.test"],
        &["--bcc", "carol@corp.test", "--html-file", &html, "--attach", &file],
    )
    .fine();
    for user in ["bob", "carol"] {
        let raw = Mailbox::open(servers(), user).wait_for(answer.message_id());
        let (name, arrived) = attachment(&raw);
        assert_eq!(name, "Übersicht 2026.bin");
        assert!(arrived == content, "{} octets arrived of {}", arrived.len(), content.len());
        assert!(!String::from_utf8_lossy(&raw).contains("carol@corp.test, "));
    }
    let bobs = Mailbox::open(servers(), "bob").wait_for(answer.message_id());
    let head =
        String::from_utf8_lossy(&bobs).split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
    assert!(!head.contains("\nbcc:"), "the hidden copy is hidden: {head}");

    let history = product.run(&["history", "--limit", "1"]).fine();
    let row = &history.result()["rows"][0];
    assert_eq!(
        (&row["outcome"], &row["transport"]),
        (&"accepted".into(), &"smtp".into()),
        "{history:?}"
    );
}

#[test]
fn a_mail_in_one_go_arrives_octet_by_octet() {
    let product = Product::new();
    product.write("password.txt", b"alice-pass");
    let sign_in = "\"password\"\npassword = { file = \"password.txt\" }";
    let server = smtp(servers(), "submission", "starttls").replace(" }", ", chunking = true }");
    product.apply(&(profile("P", "alice", sign_in) + &server));
    let content = noise(3_000_000);
    let file = product.write("large.bin", &content);
    for text in [".", "..\n.\n.."] {
        let message = ["--subject", "In one go", "--text", text, "--attach", &file];
        let to = ["send", "P", "--to", "bob@corp.test", "--to", "nobody@corp.test"];
        let answer = product.run(&[&to[..], &message].concat());
        assert_eq!(answer.result()["outcome"], "partly", "{answer:?}");
        let id = answer.result()["message_id"].as_str().unwrap();
        let raw = Mailbox::open(servers(), "bob").wait_for(id);
        assert!(attachment(&raw).1 == content);
        let mail = mail_parser::MessageParser::default().parse(&raw).unwrap();
        assert_eq!(mail.body_text(0).unwrap().trim_end(), text.replace('\n', "\r\n"));
        let row = answer.result()["id"].as_str().unwrap();
        let said = product.run(&["history", "show", row]).fine().result().to_string();
        assert!(said.contains("BDAT ") && !said.contains("354 "), "{said}");
    }
}

#[test]
fn a_token_of_12_kilobytes_passes() {
    let product = token("big_tokens", "alice", "submission", "");
    let answer = send(&product, &["bob@corp.test"], &[]).fine();
    Mailbox::open(servers(), "bob").wait_for(answer.message_id());
}

#[test]
fn an_opaque_token_passes_when_the_server_asks_the_provider() {
    let scopes = "scopes = [\"https://opaque.corp.test/SMTP.Send\", \"offline_access\"]";
    let product = token("desktop", "carol", "submission", scopes);
    let answer = send(&product, &["bob@corp.test"], &[]).fine();
    Mailbox::open(servers(), "bob").wait_for(answer.message_id());
}

#[test]
fn a_google_sender_signs_in_on_googles_paths() {
    let servers = servers();
    let product = Product::new();
    product.write("secret.txt", servers.secrets["google"].as_bytes());
    let (idp, client) = (&servers.idp, &servers.clients["google"]);
    let registration = format!(
        "[[registration]]\nname = \"google\"\nprovider = \"google\"\nclient_id = \"{client}\"\n\
         client_secret = {{ file = \"secret.txt\" }}\nca_file = \"{}\"\n\
         authorize_endpoint = \"{idp}/o/oauth2/v2/auth\"\ntoken_endpoint = \"{idp}/token\"\n\n",
        servers.ca.display(),
    );
    let sign_in = "\"delegated\"\nregistration = \"google\"";
    product.apply(
        &(registration
            + &profile("P", "carol", sign_in)
            + &smtp(servers, "submission", "starttls")),
    );
    product.sign_in(servers, "P", "carol@corp.test");
    let answer = send(&product, &["bob@corp.test"], &[]).fine();
    Mailbox::open(servers, "bob").wait_for(answer.message_id());
}

#[test]
fn an_application_sends_without_a_person() {
    let servers = servers();
    let product = Product::new();
    product.write("secret.txt", servers.secrets["web"].as_bytes());
    product.apply(
        &(registration(servers, "web")
            + &profile("P", "noreply", "\"app-only\"\nregistration = \"web\"")
            + &smtp(servers, "smtps", "tls")),
    );
    let answer = send(&product, &["bob@corp.test"], &[]).fine();
    Mailbox::open(servers, "bob").wait_for(answer.message_id());
}

#[test]
fn a_password_passes_by_starttls_and_by_tls() {
    for (port, security) in
        [("submission", "starttls"), ("smtps", "tls"), ("basic_only", "starttls")]
    {
        let product = password("dave", port, security);
        let answer = send(&product, &["bob@corp.test"], &[]).fine();
        Mailbox::open(servers(), "bob").wait_for(answer.message_id());
    }
}

#[test]
fn refusals_are_told_apart() {
    let product = password("dave", "submission", "starttls");
    let table = [
        // recipients                                        exit, outcome,   the first's reply
        (vec!["bob@corp.test", "reject@corp.test"], 0, "partly", "250"),
        (vec!["reject@corp.test", "bob@corp.test"], 0, "partly", "550 5.7.1"),
        (vec!["spam@corp.test"], 7, "refused", "554 5.7.1"),
        (vec!["nobody@corp.test", "reject@corp.test"], 7, "refused", "550 5.1.1"),
        (vec!["defer@corp.test"], 9, "refused", "451 4.3.2"),
        (vec!["full@corp.test"], 9, "refused", "452 4.2.2"),
    ];
    for (to, code, outcome, reply) in table {
        let answer = send(&product, &to, &[]);
        let result = answer.result();
        assert_eq!(
            (answer.code, &result["outcome"]),
            (code, &outcome.into()),
            "{to:?}: {answer:?}"
        );
        let said = result["recipients"][0]["reply"].as_str().unwrap_or_default();
        assert!(said.starts_with(reply), "{to:?}: {answer:?}");
    }
}

#[test]
fn a_sender_that_is_not_his_is_refused_as_such() {
    for (port, security) in [("submission", "starttls"), ("smtps", "tls")] {
        let product = Product::new();
        product.write("password.txt", b"dave-pass");
        let sign_in = "\"password\"\npassword = { file = \"password.txt\" }\nsend_as = [\"*\"]";
        product.apply(&(profile("P", "dave", sign_in) + &smtp(servers(), port, security)));
        let answer = send(&product, &["bob@corp.test"], &["--from", "bob@corp.test"]);
        assert_eq!(answer.code, 6, "{answer:?}");
        assert!(answer.their_words().contains("not owned by user"), "{answer:?}");
    }
}

#[test]
fn a_shared_mailbox_sends_through_who_may_and_answers_go_where_they_should() {
    let product = Product::new();
    product.write("password.txt", b"alice-pass");
    let sign_in = "\"password\"\npassword = { file = \"password.txt\" }\nsend_as = [\"shared@corp.test\"]\n\
                   reply_to = \"service@corp.test\"";
    product.apply(&(profile("P", "alice", sign_in) + &smtp(servers(), "submission", "starttls")));
    let as_shared = ["--from", "Service Desk <shared@corp.test>"];
    let answer = send(&product, &["bob@corp.test"], &as_shared).fine();
    let raw = Mailbox::open(servers(), "bob").wait_for(answer.message_id());
    let raw = String::from_utf8(raw).unwrap();
    let headers: Vec<_> = raw.lines().take_while(|line| !line.is_empty()).collect();
    let of = |name: &str| {
        let of = headers.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        of.map(str::trim).collect::<Vec<_>>()
    };
    assert_eq!(of("Return-Path"), ["<shared@corp.test>"], "{raw}");
    assert_eq!(of("From").concat().replace('"', ""), "Service Desk <shared@corp.test>", "{raw}");
    assert_eq!(of("Reply-To"), ["service@corp.test"], "{raw}");
    assert_eq!(of("Sender"), [""; 0], "who signed in is nobody's business (RFC 5322 §3.6.2)");
    assert!(!raw.contains("alice"), "{raw}");
}

#[test]
fn a_wrong_password_is_refused_as_such() {
    let product = password("dave", "submission", "starttls");
    product.write("password.txt", b"another");
    let toml = std::fs::read_to_string(product.file("profiles.toml")).unwrap();
    product.apply(&toml);
    let answer = send(&product, &["bob@corp.test"], &[]);
    assert_eq!(answer.code, 5, "{answer:?}");
    assert!(answer.their_words().starts_with("535 5.7.8"), "{answer:?}");
}

#[test]
fn somebody_elses_token_is_refused_as_such() {
    let servers = servers();
    let product = Product::new();
    let sign_in = "\"delegated\"\nregistration = \"desktop\"";
    product.apply(
        &(registration(servers, "desktop")
            + &profile("P", "alice", sign_in)
            + &smtp(servers, "submission", "starttls")),
    );
    // Carol signs in where Alice's mailbox is to be used.
    let (consent, _) = product.consent(servers, "P", Person::Consents("carol@corp.test"));
    let both = "carol@corp.test is signed in, and mail is sent for alice@corp.test.";
    let note = consent.fine().result()["note"].to_string();
    assert!(note.contains(both) && note.contains("Send As and Full Access"), "{note}");
    let shown = product.run(&["show", "P"]).fine();
    assert_eq!(shown.result()["identity"]["account_mailbox"], "mismatch", "{shown:?}");
    let answer = send(&product, &["bob@corp.test"], &[]);
    assert_eq!(answer.code, 5, "{answer:?}");
    let means = answer.result()["problem"]["means"].to_string();
    assert!(means.contains(both) && !means.contains("password"), "{means}");
}

#[test]
fn certificates_that_prove_nothing_end_it_before_the_password_leaves() {
    let table = [("wrong_name", "name"), ("expired", "expired")];
    for (port, word) in table {
        let answer = send(&password("dave", port, "starttls"), &["bob@corp.test"], &[]);
        assert_eq!(answer.code, 4, "{port}: {answer:?}");
        let problem = answer.result()["problem"].to_string().to_lowercase();
        assert!(problem.contains(word), "{port}: {problem}");
    }
    // A good certificate of an authority that nobody was told to trust.
    let product = Product::new();
    product.write("password.txt", b"dave-pass");
    let port = servers().port("submission");
    product.apply(&format!(
        "{}transport = \"smtp\"\nsmtp = {{ host = \"localhost\", port = {port}, security = \"starttls\" }}\n",
        profile("P", "dave", "\"password\"\npassword = { file = \"password.txt\" }"),
    ));
    let answer = send(&product, &["bob@corp.test"], &[]);
    assert_eq!(answer.code, 4, "{answer:?}");
}

#[test]
fn a_server_without_tls_gets_no_password() {
    let answer = send(&password("dave", "relay", "starttls"), &["bob@corp.test"], &[]);
    assert_eq!(answer.code, 4, "{answer:?}");
    assert!(answer.problem().contains("tls"), "{answer:?}");
}

#[test]
fn a_message_over_the_servers_limit_is_not_begun() {
    let product = password("dave", "strict", "starttls");
    let file = product.write("big.bin", &noise(1_200_000));
    let answer = send(&product, &["bob@corp.test"], &["--attach", &file]);
    assert_eq!(answer.code, 8, "{answer:?}");
    assert_ne!(answer.result()["outcome"], "uncertain", "{answer:?}");
}
