//! Senders that share an app registration, while its settings change.

use super::{
    product::{Product, profile, registration, smtp},
    servers::servers,
};
use serde_json::{Value, json};

/// What `profiles` says of each sender: its health, and why.
fn healths(product: &Product) -> Vec<(String, String, String)> {
    let listed = product.run(&["profiles"]).fine();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = listed.result()["profiles"].as_array().expect("a list").iter();
    rows.map(|row| (text(row, "name"), text(row, "health"), text(row, "health_note"))).collect()
}

/// The names of those that have to sign in.
fn marked(product: &Product) -> Vec<String> {
    let rows = healths(product).into_iter();
    rows.filter(|(_, health, _)| health == "needs_sign_in").map(|(name, ..)| name).collect()
}

#[test]
fn scopes_that_the_sign_in_did_not_ask_for_mark_the_sender_until_it_does() {
    let servers = servers();
    let product = Product::new();
    let own = format!(
        "[[registration]]\nname = \"own\"\nprovider = \"custom\"\nclient_id = \"{}\"\n\
         authorize_endpoint = \"{idp}/{tenant}/oauth2/v2.0/authorize\"\n\
         token_endpoint = \"{idp}/{tenant}/oauth2/v2.0/token\"\nca_file = \"{}\"\n",
        servers.clients["desktop"],
        servers.ca.display(),
        idp = servers.idp,
        tenant = servers.tenant,
    );
    let asking = |scopes: &str| {
        let through = format!("\"delegated\"\nregistration = \"own\"\nscopes = [{scopes}]");
        own.clone()
            + &profile("Alice", "alice", &through)
            + &smtp(servers, "submission", "starttls")
    };
    let for_mail = "\"https://outlook.office.com/SMTP.Send\", \"offline_access\"";
    product.apply(&asking("\"openid\", \"email\", \"offline_access\""));
    product.sign_in(servers, "Alice", "alice@corp.test");
    assert_eq!(marked(&product), [""; 0]);

    let file = product.write("changed.toml", asking(for_mail).as_bytes());
    let told = product.run(&["apply", "-f", &file]).fine();
    let again = json!([{ "profile": "Alice", "changed": ["scopes"] }]);
    assert_eq!(told.result()["sign_in_again"], again);
    assert_eq!(healths(&product)[0].2, "the scopes changed since the sign-in");
    let refused = product.run(&["token", "Alice"]);
    assert_eq!((refused.code, refused.problem()), (3, "sign-in-needed"), "{refused:?}");

    product.sign_in(servers, "Alice", "alice@corp.test");
    assert_eq!(marked(&product), [""; 0]);
    product.run(&["token", "Alice"]).fine();
}

#[test]
fn a_changed_registration_marks_exactly_the_senders_that_must_sign_in_again() {
    let servers = servers();
    let product = Product::new();
    let through = |client: &str| format!("\"delegated\"\nregistration = \"{client}\"");
    let way_out = smtp(servers, "submission", "starttls");
    let toml = [
        registration(servers, "desktop"),
        registration(servers, "keeps_refresh"),
        profile("Alice", "alice", &through("desktop")) + &way_out,
        profile("Bob", "bob", &through("desktop")) + &way_out,
        profile("Carol", "carol", &through("keeps_refresh")) + &way_out,
        profile("Relay", "relay", "\"none\"") + &way_out,
    ]
    .concat();
    product.apply(&toml);
    for (name, user) in [("Alice", "alice"), ("Bob", "bob"), ("Carol", "carol")] {
        product.sign_in(servers, name, &format!("{user}@corp.test"));
    }
    assert_eq!(marked(&product), [""; 0]);

    // Only the first registration's tenant; the provider would take the tokens in this one, too.
    let tenant = format!("tenant = \"{}\"", servers.tenant);
    let changed = toml.replacen(&tenant, "tenant = \"organizations\"", 1);
    let file = product.write("changed.toml", changed.as_bytes());
    let told = product.run(&["apply", "-f", &file]).fine();
    let again = |name: &str| json!({ "profile": name, "changed": ["tenant"] });
    assert_eq!(told.result()["sign_in_again"], json!([again("Alice"), again("Bob")]));
    assert_eq!(marked(&product), ["Alice", "Bob"]);
    assert!(
        healths(&product)[0].2.ends_with("since the sign-in: tenant"),
        "{:?}",
        healths(&product)
    );
    let refused = product.run(&["token", "Alice"]);
    assert_eq!((refused.code, refused.problem()), (3, "sign-in-needed"), "{refused:?}");
    product.run(&["token", "Carol"]).fine();
    let twice = product.run(&["apply", "-f", &file]).fine();
    assert_eq!(twice.result()["sign_in_again"], json!([]), "nothing changed the second time");

    // Whoever signs in anew is marked no more; the other one is good again when it is set back.
    product.sign_in(servers, "Bob", "bob@corp.test");
    assert_eq!(marked(&product), ["Alice"]);
    product.apply(&toml);
    assert_eq!(marked(&product), ["Bob"]);
    product.run(&["token", "Alice"]).fine();
}
