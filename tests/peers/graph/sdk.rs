//! What we send is what Microsoft's own client sends for the same job.

use super::*;
use serde_json::Value;
use std::{path::Path, process::Command};

/// The requests about `mailbox`, and the uploads they led to, in order.
fn requests(mailbox: &str) -> Vec<Value> {
    let all = Browser::new(servers()).ask(&format!("{}/__requests", servers().graph));
    let all: Vec<Value> = all.as_array().expect("it is a list").clone();
    let url = |request: &Value| request["url"].as_str().unwrap_or_default().to_owned();
    let agent = |request: &Value| request["headers"]["user-agent"].clone();
    let own = all.iter().find(|request| url(request).contains(mailbox)).map(agent);
    let size =
        |request: &Value| request["headers"]["content-range"].to_string().contains("/7340032");
    all.into_iter()
        .filter(|one| url(one).contains(mailbox) || (size(one) && Some(agent(one)) == own))
        .collect()
}

/// What counts of a request: method, path, the headers that say what it is, and its size where the
/// content is the same.
fn shape(request: &Value, mailbox: &str) -> String {
    let header = |name: &str| request["headers"][name].as_str().unwrap_or("-").to_owned();
    let url = request["url"].as_str().unwrap_or_default().replace(mailbox, "MAILBOX");
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path: Vec<&str> = path
        .split('/')
        .map(|step| if step.starts_with("AAMk") || step.len() == 36 { "ID" } else { step })
        .collect();
    format!(
        "{} {} type={} authorization={} range={} attempt={} id={}",
        request["method"].as_str().unwrap_or_default(),
        path.join("/"),
        header("content-type").split(';').next().unwrap_or_default(),
        header("authorization"),
        header("content-range"),
        header("retry-attempt"),
        header("client-request-id") != "-",
    )
}

#[test]
fn our_requests_are_those_of_microsofts_client() {
    let servers = servers();
    let product = Product::new();
    product.write("secret.txt", servers.secrets["web"].as_bytes());
    let file = product.write("big.bin", &noise(7_340_032));
    let throttled = json!({ "status": 429, "headers": { "Retry-After": "1" } });

    fault("sdk-theirs", "sendMail", &throttled);
    let output = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/node/sdk.mjs"))
        .args([&servers.graph, &format!("{}/{}/oauth2/v2.0/token", servers.idp, servers.tenant)])
        .args([&servers.clients["web"], &servers.secrets["web"], "sdk-theirs@corp.test", &file])
        .env("NODE_EXTRA_CA_CERTS", &servers.ca)
        .output()
        .expect("node starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let sign_in = "\"app-only\"\nregistration = \"web\"\ntransport = \"graph\"";
    product.apply(&(registration(servers, "web") + &profile("G", "sdk-ours", sign_in)));
    fault("sdk-ours", "sendMail", &throttled);
    send(&product, "sdk", &[]).fine();
    send(&product, "sdk", &["--no-save"]).fine();
    send(&product, "sdk", &["--attach", &file]).fine();

    let shapes = |mailbox: &str| -> Vec<String> {
        let all = requests(mailbox);
        // We look before we send a second time; Microsoft's client does not.
        let all = all.iter().filter(|request| request["method"] != "GET");
        all.map(|request| shape(request, mailbox)).collect()
    };
    let (theirs, ours) = (shapes("sdk-theirs@corp.test"), shapes("sdk-ours@corp.test"));
    assert!(theirs.len() >= 9, "{theirs:#?}");
    assert_eq!(ours, theirs);

    let body = |mailbox: &str, part: &str, n: usize| {
        let all = requests(mailbox);
        let mut found =
            all.iter().filter(|one| one["url"].as_str().is_some_and(|u| u.ends_with(part)));
        found.nth(n).expect(part)["text"].as_str().unwrap_or_default().to_owned()
    };
    let json = |mailbox: &str, part: &str, n: usize| -> Value {
        serde_json::from_str(&body(mailbox, part, n)).expect("it is JSON")
    };
    for mailbox in ["sdk-theirs@corp.test", "sdk-ours@corp.test"] {
        let mime = body(mailbox, "/sendMail", 0);
        assert!(mime.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)), "{mime}");
        assert_eq!(mime, body(mailbox, "/sendMail", 1), "the same again after the wait");
        let plain = json(mailbox, "/sendMail", 2);
        assert_eq!(plain["saveToSentItems"], false, "{plain}");
        assert_eq!(plain["message"]["body"]["contentType"], "Text");
        assert_eq!(
            plain["message"]["toRecipients"],
            serde_json::json!([{ "emailAddress": { "address": "bob@corp.test" } }])
        );
        let session = json(mailbox, "/createUploadSession", 0);
        let expected: [(&str, Value); 3] = [
            ("attachmentType", "file".into()),
            ("name", "big.bin".into()),
            ("size", 7_340_032.into()),
        ];
        for (key, value) in expected {
            assert_eq!(session["AttachmentItem"][key], value, "{session}");
        }
    }
}
