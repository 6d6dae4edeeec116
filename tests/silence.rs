//! A server that takes the connection and does not greet: whether port and security fit is what to check first.

use crate::world::{sendright::Sendright, smtp_script::SmtpScript};
use serde_json::{Value, json};

/// What a send with `security` to a server that does as `script` says is told.
async fn told(script: &str, security: &'static str) -> Value {
    let port = SmtpScript::start(script).await.port;
    let sending = tokio::task::spawn_blocking(move || {
        let place = Sendright::new();
        let profile = format!(
            "[[profile]]\nname = \"P\"\nmailbox = \"ana@kestrel.example\"\nsign_in = \"none\"\n\
             smtp = {{ host = \"localhost\", port = {port}, security = \"{security}\" }}\n"
        );
        place.write("p.toml", &profile);
        place.json(&["apply", "-f", "p.toml"]);
        let send = ["send", "P", "--to", "bo@example.org", "--text", "Hello", "--json"];
        let ended = place.run(&[&send[..], &["--timeout", "1"]].concat());
        let mut said: Value = serde_json::from_str(&ended.stdout).unwrap();
        said["problem"].take()
    });
    sending.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_or_hangs_up_may_wait_for_tls() {
    for script in ["SILENCE", "CLOSE"] {
        for security in ["starttls", "none"] {
            let problem = told(script, security).await;
            let means = problem["means"].as_str().unwrap();
            assert!(means.contains("did not greet, so nothing was sent"), "{script}: {means}");
            assert!(means.contains("set the security to TLS."), "{script}: {means}");
            assert_eq!(means.contains("load balancer"), script == "CLOSE", "{script}: {means}");
            assert_eq!(problem["causes"][0]["code"], "port-and-security", "{script}: {problem}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_has_greeted_does_not() {
    let greets = "S: 220 hi\nC: EHLO\n";
    for end in ["SILENCE", "CLOSE"] {
        let problem = told(&[greets, end].concat(), "starttls").await;
        assert_eq!(problem["causes"], json!([]), "{end}: {problem}");
        let means = problem["means"].to_string();
        assert_eq!(means.contains("load balancer"), end == "CLOSE", "{end}: {means}");
    }
}
