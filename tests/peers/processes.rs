//! Two processes with one sender, at a provider that rotates refresh tokens and ends the whole sign-in
//! when an old one comes back.

use super::{
    product::{Product, profile, registration, smtp},
    servers::servers,
};
use std::process::Stdio;

/// How often each process renews the sign-in.
const ROUNDS: &str = "200";

#[test]
fn two_processes_that_renew_one_sign_in_at_once_never_lose_it() {
    let servers = servers();
    let product = Product::new();
    // The tokens live shorter than the grace: each send by Graph renews before it asks.
    let toml = registration(servers, "short_lived")
        + &profile("Both", "alice", "\"delegated\"\nregistration = \"short_lived\"")
        + &smtp(servers, "submission", "starttls").replace("\"smtp\"\n", "\"graph\"\n");
    product.apply(&toml);
    product.sign_in(servers, "Both", "alice@corp.test");
    let send = [
        "send",
        "Both",
        "--to",
        "bob@corp.test",
        "--subject",
        "x",
        "--text",
        "y",
        "--repeat",
        ROUNDS,
    ];
    let begun = [(); 2].map(|()| {
        let mut command = product.command(&send);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    });
    for process in begun {
        let output = process.wait_with_output().expect("it ends");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
        let accepted = told.matches("\"outcome\":\"accepted\"").count();
        assert!(accepted >= 200, "{accepted} of {ROUNDS}");
    }
    product.run(&["token", "Both"]).fine();
}
