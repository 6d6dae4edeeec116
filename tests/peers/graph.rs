//! Sending through Microsoft Graph, as Microsoft's own description judges it, read back from Dovecot.

mod forms;
mod sdk;

use super::{
    attachment, noise,
    product::{Answer, Product, profile, registration},
    servers::{browser::Browser, imap::Mailbox, servers},
};
use serde_json::json;

const READ_WRITE: &str = "scopes = [\"https://graph.microsoft.com/Mail.Send\", \
                          \"https://graph.microsoft.com/Mail.ReadWrite\", \"offline_access\"]\n";

/// A signed-in profile of `user` by Graph, with `more` settings.
fn graph_with(client: &str, user: &str, more: &str) -> Product {
    let servers = servers();
    let product = Product::new();
    let sign_in =
        format!("\"delegated\"\nregistration = \"{client}\"\ntransport = \"graph\"\n{more}");
    product.apply(&(registration(servers, client) + &profile("G", user, &sign_in)));
    product.sign_in(servers, "G", &format!("{user}@corp.test"));
    product
}

fn graph(client: &str, user: &str) -> Product {
    graph_with(client, user, "")
}

fn send(product: &Product, subject: &str, more: &[&str]) -> Answer {
    let base = ["send", "G", "--to", "bob@corp.test", "--text", "Hello", "--subject", subject];
    product.run(&[&base, more].concat())
}

/// Makes the next request of `user` fail whose address contains `part`.
fn fault(user: &str, part: &str, how: &serde_json::Value) {
    let mut fault = json!({ "match": part, "from": format!("{user}@corp.test"), "times": 1 });
    fault.as_object_mut().unwrap().extend(how.as_object().unwrap().clone());
    Browser::new(servers()).tell(&format!("{}/__fault", servers().graph), &fault);
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
fn a_person_sends_for_a_shared_mailbox_once_that_was_allowed() {
    let servers = servers();
    let product = Product::new();
    let shared = |more: &str| {
        let sign_in =
            format!("\"delegated\"\nregistration = \"desktop\"\ntransport = \"graph\"\n{more}");
        registration(servers, "desktop") + &profile("G", "shared", &sign_in)
    };
    product.apply(&shared(""));
    product.sign_in(servers, "G", "heidi@corp.test");
    let answer = send(&product, "Not allowed yet", &[]);
    assert_eq!((answer.code, answer.problem()), (6, "sender-refused"), "{answer:?}");
    let causes = answer.result()["problem"]["causes"].to_string();
    assert!(causes.contains("Add shared@corp.test to send_as"), "{causes}");

    product.apply(&shared("send_as = [\"shared@corp.test\"]\n"));
    let missing = || product.run(&["show", "G"]).fine().result()["missing_scopes"].clone();
    assert_eq!(missing(), json!(["https://graph.microsoft.com/Mail.Send.Shared"]));
    product.sign_in(servers, "G", "heidi@corp.test");
    assert_eq!(missing(), json!([]));
    let answer = send(&product, "For a shared mailbox", &[]).fine();
    let raw = Mailbox::open(servers, "bob").wait_for(answer.message_id());
    assert!(String::from_utf8_lossy(&raw).contains("From: shared@corp.test"));
}

#[test]
fn a_wish_to_send_as_others_leaves_mail_of_the_own_mailbox_alone_until_the_next_sign_in() {
    let servers = servers();
    let product = graph("desktop", "heidi");
    let sign_in = "\"delegated\"\nregistration = \"desktop\"\ntransport = \"graph\"\n\
                   send_as = [\"shared@corp.test\"]\n";
    product.apply(&(registration(servers, "desktop") + &profile("G", "heidi", sign_in)));
    let answer = send(&product, "From my own mailbox", &[]).fine();
    Mailbox::open(servers, "bob").wait_for(answer.message_id());
    let shown = product.run(&["show", "G"]).fine().result().clone();
    assert_eq!(shown["row"]["health"], "ready", "{shown}");
    assert_eq!(shown["missing_scopes"], json!(["https://graph.microsoft.com/Mail.Send.Shared"]));
}

#[test]
fn being_told_to_wait_is_heeded_and_a_long_wait_passed_on() {
    let product = graph("desktop", "dave");
    let wait = |seconds: &str| json!({ "status": 429, "headers": { "Retry-After": seconds } });
    fault("dave", "sendMail", &wait("1"));
    let answer = send(&product, "Throttled", &[]).fine();
    assert!(answer.result()["elapsed_ms"].as_u64() >= Some(1_000), "{answer:?}");
    Mailbox::open(servers(), "bob").wait_for(answer.message_id());

    fault("dave", "sendMail", &wait("700"));
    let answer = send(&product, "Throttled for long", &[]);
    assert_eq!(answer.code, 9, "{answer:?}");
    assert_eq!(answer.result()["problem"]["retry_after_ms"], 700_000, "{answer:?}");
    assert_eq!(Mailbox::open(servers(), "bob").count("Throttled for long"), 0);
}

#[test]
fn a_large_mail_needs_a_permission_that_is_named_before_the_upload() {
    let product = graph("desktop", "carol");
    let file = product.write("big.bin", &noise(4_000_000));
    let answer = send(&product, "Not allowed", &["--attach", &file]);
    assert_eq!(answer.code, 5, "{answer:?}");
    assert_eq!(answer.problem(), "permission-missing", "{answer:?}");
    assert_eq!(answer.result()["outcome"], "not_sent", "{answer:?}");
}

#[test]
fn a_large_mail_arrives_octet_by_octet_whatever_breaks_on_the_way() {
    let product = graph_with("desktop", "erin", READ_WRITE);
    let content = noise(10_000_000);
    let file = product.write("big.bin", &content);
    // One range breaks off before it was taken, one after; the answers to the draft and to the sending
    // of it are lost.
    for (part, method, after) in [
        ("/upload/", "PUT", false),
        ("/upload/", "PUT", true),
        ("/messages", "POST", true),
        ("/send", "POST", true),
    ] {
        fault("erin", part, &json!({ "method": method, "drop": true, "after": after }));
    }
    let answer = send(&product, "Large", &["--attach", &file]).fine();
    let mut inbox = Mailbox::open(servers(), "bob");
    let (name, arrived) = attachment(&inbox.wait_for(answer.message_id()));
    assert_eq!(name, "big.bin");
    assert!(arrived == content, "{} octets arrived of {}", arrived.len(), content.len());
    assert_eq!(inbox.count("Large"), 1);
}

#[test]
fn a_mail_whose_answer_was_lost_is_found_and_not_sent_twice() {
    let product = graph_with("desktop", "frank", READ_WRITE);
    fault("frank", "sendMail", &json!({ "drop": true, "after": true }));
    let answer = send(&product, "Lost and found", &[]).fine();
    let mut inbox = Mailbox::open(servers(), "bob");
    inbox.wait_for(answer.message_id());
    assert_eq!(inbox.count("Lost and found"), 1);

    fault("frank", "sendMail", &json!({ "drop": true }));
    let answer = send(&product, "Lost for good", &[]);
    assert_eq!((answer.code, answer.problem()), (10, "uncertain"), "{answer:?}");
    assert_eq!(inbox.count("Lost for good"), 0);
}
