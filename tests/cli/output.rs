//! What is printed: whole, in columns, and to nobody.

use super::*;

#[test]
fn a_long_subject_is_cut_in_the_list_and_a_longer_one_is_not_sent() {
    let sendright = Sendright::new();
    sendright.write("relay.toml", RELAY);
    sendright.json(&["apply", "-f", "relay.toml"]);
    let send = |subject: &str| {
        sendright.run(&["send", "Relay", "--to", "a@b.example", "--subject", subject])
    };
    let refused = send(&"s".repeat(100_000));
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("subject: it has 100000 octets"), "{}", refused.stderr);
    let long = "s".repeat(8_000);
    assert_eq!(send(&long).code, 4, "nobody listens on the port");

    let listed = sendright.run(&["history"]);
    assert_eq!((listed.code, listed.stdout.lines().count()), (0, 1), "{}", listed.stderr);
    let cut = format!("  {}…  ", "s".repeat(99));
    assert!(listed.stdout.contains(&cut), "{}", listed.stdout);
    let row = &sendright.history()[0];
    assert_eq!(row["subject"], json!(long));
    let shown = sendright.run(&["history", "show", row["id"].as_str().unwrap()]);
    assert!(shown.stdout.contains(&long), "{}", shown.stdout);
}

#[test]
fn more_addresses_than_anybody_sends_as_are_refused() {
    let sendright = Sendright::new();
    let addresses: Vec<_> = (0..6_000).map(|n| format!("\"a{n}@b.example\"")).collect();
    sendright.write("relay.toml", &format!("{RELAY}send_as = [{}]\n", addresses.join(",")));
    let refused = sendright.run(&["apply", "-f", "relay.toml"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("there are 6000 addresses"), "{}", refused.stderr);
}

/// A sender whose server is nobody.
const RELAY: &str = r#"
[[profile]]
name = "Relay"
sign_in = "none"
mailbox = "relay@kestrel.example"
smtp = { host = "127.0.0.1", port = 9, security = "none" }
"#;
