//! What a message is made of: who gets it, where its texts come from, what it shows.

use super::*;

/// A place with a sandbox and a sender in it.
fn by_smtp() -> (Sendright, SandboxProcess) {
    let sendright = Sendright::new();
    let sandbox = SandboxProcess::start(&sendright);
    sendright.write("sandbox.toml", &sandbox.senders());
    sendright.json(&["apply", "-f", "sandbox.toml"]);
    sign_in(&sendright, "By SMTP", sandbox.addresses["user"].as_str().unwrap());
    (sendright, sandbox)
}

#[test]
fn a_message_needs_a_recipient_of_whatever_kind_and_no_empty_one() {
    let (sendright, _sandbox) = by_smtp();
    for kind in ["--to", "--cc", "--bcc"] {
        let sent = sendright.json(&["send", "By SMTP", kind, "anna@sandbox.test"]);
        assert_eq!(sent["outcome"], "accepted", "{kind}: {sent}");
    }
    for arguments in
        [&["--to", " "][..], &["--to", ",", "--bcc", "anna@sandbox.test"], &["--subject", "s"]]
    {
        let refused = sendright.run(&[&["send", "By SMTP"], arguments].concat());
        assert_eq!(refused.code, 2, "{arguments:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("--to"), "{arguments:?}: {}", refused.stderr);
    }
}

#[test]
fn an_image_that_the_html_shows_travels_with_it() {
    let (sendright, sandbox) = by_smtp();
    sendright.write("logo.png", "an image");
    sendright.write("page.html", "<img src=\"cid:logo\">");
    let alone = ["send", "By SMTP", "--to", "anna@sandbox.test", "--inline", "logo=logo.png"];
    let sent = sendright.json(&[&alone[..], &["--html-file", "page.html"]].concat());
    assert_eq!(sent["outcome"], "accepted", "{sent}");
    let source = newest(&sandbox);
    for part in ["multipart/related", "Content-ID: <logo>", "Content-Disposition: inline"] {
        assert!(source.contains(part), "{part}: {source}");
    }
    let refused = sendright.run(&alone);
    assert!(refused.code == 2 && refused.stderr.contains("--html-file"), "{}", refused.stderr);
}

/// The newest mail of the sandbox, as it arrived.
fn newest(sandbox: &SandboxProcess) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let inbox = sandbox.addresses["inbox"].as_str().unwrap();
    let get = |url: &str| reqwest::blocking::get(url).unwrap().text().unwrap();
    let mails: Value = serde_json::from_str(&get(inbox)).unwrap();
    get(&format!("{inbox}/{}/source", mails[0]["id"].as_str().unwrap()))
}

#[test]
fn stdin_is_read_for_one_text_and_no_text_is_endless() {
    let sendright = kestrel();
    let send = ["send", "Relay", "--to", "a@b.example"];
    let both =
        sendright.run_with(&[&send[..], &["--text-file", "-", "--html-file", "-"]].concat(), "x");
    assert!(both.code == 2 && both.stderr.contains("both come from stdin"), "{}", both.stderr);
    #[cfg(unix)]
    for arguments in
        [&[&send[..], &["--text-file", "/dev/zero"]].concat()[..], &["apply", "-f", "/dev/zero"]]
    {
        let endless = sendright.run(arguments);
        assert!(endless.code == 2 && endless.stderr.contains("16 MiB"), "{}", endless.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_text_may_come_through_a_pipe() {
    let sendright = kestrel();
    let script = "\"$0\" apply -f <(cat kestrel.toml) && \"$0\" apply -f - < kestrel.toml";
    let shell = sendright.program("bash", &["-c", script, env!("CARGO_BIN_EXE_sendright")]);
    let ended = Sendright::ended(shell, "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.stdout.matches("unchanged: Relay").count(), 2, "{}", ended.stdout);
}

#[test]
#[rustfmt::skip]
fn what_is_wrong_with_a_message_is_said_with_its_remedy() {
    let sendright = kestrel();
    sendright.write("odd\nname.txt", "x");
    let table: &[(&[&str], &str)] = &[
        (&["--header", "Reply-To: a@b.example"],  "Set the sender's reply_to"),
        (&["--header", "Sender: a@b.example"],    "somebody else as the one who sends"),
        (&["--header", "X A: b"],                 "X-Campaign.\n"),
        (&["--attach", "/"],                      "Name a file"),
        #[cfg(unix)]
        (&["--attach", "odd\nname.txt"],          "odd\\nname.txt"),
        #[cfg(unix)]
        (&["--attach", "/dev/null"],              "Save what comes from it in a file"),
    ];
    for (arguments, words) in table {
        let refused = sendright.run(&[&["send", "Relay", "--to", "a@b.example"], *arguments].concat());
        assert_eq!(refused.code, 2, "{arguments:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(words), "{arguments:?}: {}", refused.stderr);
        assert!(!refused.stderr.contains(".."), "{arguments:?}: {}", refused.stderr);
    }
}
