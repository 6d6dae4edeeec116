//! Sending through Microsoft Graph, as Microsoft's own description judges it, read back from Dovecot.

use super::{
    attachment, noise,
    product::{Answer, Product, profile, registration},
    servers::{browser::Browser, imap::Mailbox, servers},
};

/// A signed-in profile of `user` by Graph.
fn graph(client: &str, user: &str) -> Product {
    let servers = servers();
    let product = Product::new();
    let sign_in = format!("\"delegated\"\nregistration = \"{client}\"\ntransport = \"graph\"");
    product.apply(&(registration(servers, client) + &profile("G", user, &sign_in)));
    product.sign_in(servers, "G", &format!("{user}@corp.test"));
    product
}

fn send(product: &Product, subject: &str, more: &[&str]) -> Answer {
    let base = ["send", "G", "--to", "bob@corp.test", "--text", "Hello", "--subject", subject];
    product.run(&[&base, more].concat())
}

#[test]
fn a_mail_arrives_octet_by_octet() {
    let product = graph("desktop", "alice");
    let content = noise(200_000);
    let file = product.write("Übersicht 2026.bin", &content);
    let answer = send(&product, "Graph", &["--bcc", "carol@corp.test", "--attach", &file]).fine();
    assert_eq!(answer.result()["transport"], "graph");
    for user in ["bob", "carol"] {
        let raw = Mailbox::open(servers(), user).wait_for(answer.message_id());
        let (name, arrived) = attachment(&raw);
        assert_eq!(name, "Übersicht 2026.bin");
        assert!(arrived == content, "{} octets arrived of {}", arrived.len(), content.len());
    }
}

#[test]
fn an_application_sends_for_a_mailbox() {
    let servers = servers();
    let product = Product::new();
    product.write("secret.txt", servers.secrets["web"].as_bytes());
    let sign_in = "\"app-only\"\nregistration = \"web\"\ntransport = \"graph\"";
    product.apply(&(registration(servers, "web") + &profile("G", "noreply", sign_in)));
    let answer = send(&product, "App-only", &[]).fine();
    Mailbox::open(servers, "bob").wait_for(answer.message_id());
}

#[test]
fn being_told_to_wait_is_passed_on() {
    let product = graph("desktop", "dave");
    let fault = serde_json::json!({
        "match": "sendMail", "from": "dave@corp.test", "status": 429, "times": 1, "headers": {"Retry-After": "7"}
    });
    Browser::new(servers()).tell(&format!("{}/__fault", servers().graph), &fault);
    let answer = send(&product, "Throttled", &[]);
    assert_eq!(answer.code, 9, "{answer:?}");
    assert_eq!(answer.result()["problem"]["retry_after_ms"], 7_000, "{answer:?}");
    let answer = send(&product, "Afterwards", &[]).fine();
    Mailbox::open(servers(), "bob").wait_for(answer.message_id());
    assert_eq!(Mailbox::open(servers(), "bob").count("Throttled"), 0);
}

#[test]
fn a_mail_over_graphs_limit_is_refused_before_it_leaves() {
    let product = graph("desktop", "carol");
    let file = product.write("big.bin", &noise(4_000_000));
    let answer = send(&product, "Too large", &["--attach", &file]);
    assert_eq!(answer.code, 8, "{answer:?}");
    assert_eq!(answer.result()["outcome"], "not_sent", "{answer:?}");
}
