//! Real mail programs, as `scripts/setup test` installs them on Linux.

use super::*;
use tokio::process::Command;

#[tokio::test]
async fn pythons_imaplib_finds_reads_and_marks_a_mail() {
    let stage = Stage::set().await;
    deliver(&stage, LETTER).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sandbox/imap/client.py");
    let output = Command::new("python3")
        .args([script, &stage.at().imap_tls_port.to_string()])
        .arg(&stage.at().ca_file)
        .arg("<1@sandbox.test>")
        .output()
        .await
        .expect("Python is missing; `scripts/setup test` installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();

    let says = |name: &str, text: &str| {
        let said = seen[name].to_string().replace("\\\"", "\"").replace("\\\\", "\\");
        assert!(said.contains(text), "{name}: {said}");
    };
    says("capabilities", "AUTH=XOAUTH2");
    says("folders", r#"(\HasNoChildren \Sent) "/" "Sent Items""#);
    says("status", "(MESSAGES 1 UNSEEN 1)");
    assert_eq!(seen["selected"], serde_json::json!(["OK", "1"]));
    assert_eq!(seen["found"], serde_json::json!(["OK", "1"]));
    says("peeked", "FLAGS ()");
    says("peeked", &format!("RFC822.SIZE {}", LETTER.len()));
    says("peeked", r#"(("=?utf-8?B?SsO8cmdlbg==?=" NIL "you" "sandbox.test"))"#);
    says("peeked", r"Subject: =?utf-8?Q?Es_wird_gr=C3=B6=C3=9Fer?=\r\n\r\n");
    assert_eq!(seen["unseen"], serde_json::json!(["OK", "1"]), "who peeks has not read it");
    assert_eq!(seen["by_literal"], serde_json::json!(["OK", "1"]), "a subject as it is read");
    assert_eq!(seen["whole"][2], LETTER, "octet by octet");
    says("flags", r"FLAGS (\Seen \Flagged)");
    assert_eq!(seen["nothing"], serde_json::json!(["OK", ""]));
    assert_eq!((&seen["closed"][0], &seen["bye"]), (&"OK".into(), &"BYE".into()));
}

#[tokio::test]
async fn curl_reads_a_mail_with_a_password_and_with_a_token() {
    let stage = Stage::set().await;
    deliver(&stage, LETTER).await;
    let token = stage.access_token("anna@sandbox.test", IMAP).await;
    let (tls, plain) = (stage.at().imap_tls_port, stage.at().imap_starttls_port);
    let by_password = ["--user", "anna@sandbox.test:sandbox"];
    let by_token = ["--user", "anna@sandbox.test", "--oauth2-bearer", &token];
    for (url, with) in [
        (format!("imaps://localhost:{tls}/INBOX;UID=1"), &by_password[..]),
        (format!("imap://localhost:{plain}/INBOX;UID=1"), &by_password),
        (format!("imaps://localhost:{tls}/INBOX;UID=1"), &by_token),
    ] {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--max-time", "20", "--ssl-reqd", "--cacert"])
            .arg(&stage.at().ca_file)
            .args(with)
            .arg(&url)
            .output()
            .await
            .expect("curl is missing; `scripts/setup test` installs it");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout), LETTER, "{url}: {said}");
    }
}
