//! A sender that is removed, and what is left of it.

use super::*;

/// Its server is not there.
fn relay(more: &str) -> String {
    format!(
        "[[profile]]\nname = \"Relay\"\nsign_in = \"none\"\nmailbox = \"a@b.example\"\n\
         smtp = {{ host = \"127.0.0.1\", port = 9, security = \"none\" }}\n{more}"
    )
}

fn apply(sendright: &Sendright, toml: &str) -> Value {
    sendright.write("senders.toml", toml);
    sendright.json(&["apply", "-f", "senders.toml"])
}

#[test]
fn what_a_removed_sender_sent_is_found_by_its_name_and_its_id_also_beside_a_new_one_of_that_name() {
    let sendright = Sendright::new();
    let send = || sendright.run(&["send", "Relay", "--to", "c@d.example"]).code;
    let found = |asked: &str| sendright.json(&["history", "--profile", asked])["total"].take();
    apply(&sendright, &relay(""));
    assert_eq!(send(), 4);
    let shown = sendright.json(&["show", "Relay"]);
    let id = shown["row"]["id"].as_str().unwrap();
    sendright.json(&["remove", "Relay"]);
    assert_eq!((found("relay"), found(id)), (json!(1), json!(1)));
    apply(&sendright, &relay(""));
    assert_eq!(send(), 4);
    assert_eq!((found("Relay"), found(id)), (json!(2), json!(1)));
    assert_eq!(sendright.run(&["history", "--profile", "Another"]).code, 2);
}

#[test]
fn whoever_had_it_as_a_backup_is_named_and_has_none_any_more() {
    let sendright = Sendright::new();
    let first = relay("").replace("Relay", "First").replace("smtp =", "backup = \"Relay\"\nsmtp =");
    apply(&sendright, &relay(&first));
    assert_eq!(sendright.json(&["remove", "Relay"])["was_backup_of"], json!(["First"]));
    let shown = sendright.json(&["show", "First"]);
    assert_eq!(shown["settings"]["backup"], Value::Null, "{shown}");
    assert_eq!(sendright.json(&["remove", "First"])["was_backup_of"], json!([]));
}

#[test]
fn a_sender_is_removed_with_its_secrets_although_another_one_cannot_be_read() {
    let sendright = Sendright::new();
    let named = |name: &str| relay("").replace("Relay", name);
    let first = named("First").replace("smtp =", "backup = \"Relay\"\nsmtp =");
    apply(&sendright, &relay(&[first, named("Second")].concat()));
    assert_eq!(sendright.run(&["send", "Relay", "--to", "c@d.example"]).code, 4);
    let set = sendright.command(&["secret", "set", "Relay", "proxy-password"]);
    assert_eq!(Sendright::ended(set, "pw").code, 0);
    let database = rusqlite::Connection::open(sendright.path("data/sendright.db")).unwrap();
    let broken =
        "UPDATE profiles SET document = json_set(document, '$.mailbox', '') WHERE name = 'First';
                  UPDATE profiles SET document = 'not ours' WHERE name = 'Second'";
    database.execute_batch(broken).unwrap();
    assert_eq!(sendright.run(&["profiles"]).code, 1, "they cannot be listed");

    assert_eq!(sendright.json(&["history", "--profile", "Relay"])["total"], 1);
    assert_eq!(sendright.json(&["remove", "Relay"])["was_backup_of"], json!(["First"]));
    let kept = |table: &str| -> i64 {
        database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((kept("secrets"), kept("profiles")), (0, 2));
    assert_eq!(sendright.json(&["history", "--profile", "Relay"])["total"], 1);
    for broken in ["First", "Second"] {
        sendright.json(&["remove", broken]);
    }
    assert_eq!(sendright.json(&["profiles"])["profiles"], json!([]));
}
