//! Signing in at a real provider.

use super::{
    product::{Product, profile, registration, smtp},
    servers::{browser::Person, servers},
};

const DELEGATED: &str = "\"delegated\"\nregistration = \"desktop\"";

/// Alice's profile by SMTP with the public client.
fn alice() -> (Product, String) {
    let servers = servers();
    let product = Product::new();
    let toml = registration(servers, "desktop")
        + &profile("Alice", "alice", DELEGATED)
        + &smtp(servers, "submission", "starttls");
    product.apply(&toml);
    (product, toml)
}

#[test]
fn who_consents_is_signed_in_until_signing_out() {
    let (product, _) = alice();
    let send = ["send", "Alice", "--to", "bob@corp.test", "--subject", "x", "--text", "y"];
    assert_eq!(product.run(&send).code, 3, "nobody signed in yet");

    let (answer, page) = product.consent(servers(), "Alice", Person::Consents("alice@corp.test"));
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(!page.contains("code=") && !page.contains("state="), "{page}");
    let token = product.run(&["token", "Alice"]).fine();
    assert_eq!(token.result()["signed_in"], true, "{token:?}");
    assert_eq!(token.result()["account"], "alice@corp.test", "{token:?}");
    product.run(&send).fine();

    product.run(&["sign-out", "Alice"]).fine();
    assert_eq!(product.run(&send).code, 3);
}

#[test]
fn who_says_no_reads_the_providers_words() {
    let (product, _) = alice();
    let (answer, page) = product.consent(servers(), "Alice", Person::Denies("alice@corp.test"));
    assert_ne!(answer.code, 0, "{answer:?}");
    assert!(answer.their_words().contains("End-User aborted interaction"), "{answer:?}");
    assert!(page.contains("declined") && !page.contains("state="), "{page}");
}

#[test]
fn a_rotated_refresh_token_is_kept_by_every_process() {
    let servers = servers();
    let product = Product::new();
    product.apply(
        &(registration(servers, "short_lived")
            + &profile("Short", "carol", "\"delegated\"\nregistration = \"short_lived\"")
            + &smtp(servers, "submission", "starttls")),
    );
    product.sign_in(servers, "Short", "carol@corp.test");
    // Each process renews, and the provider ends the whole family when an old token comes back.
    for _ in 0..3 {
        let send = ["send", "Short", "--to", "bob@corp.test", "--subject", "r", "--text", "y"];
        product.run(&send).fine();
    }
}

#[test]
fn nothing_secret_is_left_in_the_data_directory() {
    let (product, _) = alice();
    product.sign_in(servers(), "Alice", "alice@corp.test");
    product
        .run(&["send", "Alice", "--to", "bob@corp.test", "--subject", "s", "--text", "y"])
        .fine();
    let mut seen = 0;
    let mut directories = vec![product.data()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap().flatten() {
            if entry.path().is_dir() {
                directories.push(entry.path());
                continue;
            }
            seen += 1;
            let text = String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned();
            // Every access token is a JWT, and every JWT begins like this.
            assert!(!text.contains("eyJhbGciOi"), "a token is in {}", entry.path().display());
        }
    }
    assert!(seen > 0);
}
