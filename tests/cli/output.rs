//! What is printed: whole, in columns, and to nobody.

use super::*;
#[cfg(unix)]
use std::process::Stdio;

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

#[test]
fn arguments_that_cannot_be_taken_are_said_in_json_too() {
    let sendright = Sendright::new();
    let said = |arguments: &[&str]| -> Value {
        let ended = sendright.run(arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (2, ""), "{arguments:?}: {}", ended.stdout);
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let send = said(&["send", "Relay", "--to", "a@b.example", "--timeout", "0", "--json"]);
    assert_eq!((&send["event"], &send["outcome"]), (&json!("result"), &json!("not_sent")));
    assert!(send["problem"]["means"].as_str().unwrap().contains("--timeout"), "{send}");
    for arguments in
        [&["history", "show", "25b2", "--json"][..], &["--json", "nonsense"], &["--json"]]
    {
        let other = said(arguments);
        assert_eq!((&other["event"], &other["ok"]), (&json!("result"), &json!(false)), "{other}");
        assert_eq!(other["problem"]["code"], "invalid-settings");
    }
    let help = sendright.run(&["send", "--help", "--json"]);
    assert_eq!((help.code, help.stdout.starts_with("Sends a message")), (0, true));
    assert_eq!(sendright.run(&["nonsense", "--", "--json"]).stdout, "", "that is no option");
}

/// Where nothing can be written to.
#[cfg(target_os = "linux")]
fn into_the_full_disk(sendright: &Sendright, arguments: &[&str]) -> (Option<i32>, String) {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = sendright.command(arguments);
    let output = command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_is_lost_is_a_failure() {
    let sendright = kestrel();
    let table: &[&[&str]] =
        &[&["export"], &["profiles"], &["history", "--json"], &["--help"], &["profiles", "--json"]];
    for arguments in table {
        let (code, stderr) = into_the_full_disk(&sendright, arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {stderr}");
        assert_eq!(stderr.matches("The result could not be printed").count(), 1, "{stderr}");
    }
    let (code, stderr) = into_the_full_disk(&sendright, &["show", "nobody", "--json"]);
    assert!(code == Some(2) && stderr.contains("There is no sender"), "{stderr}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_message_that_was_accepted_is_said_to_be_so_where_the_result_is_lost() {
    let sendright = Sendright::new();
    let sandbox = SandboxProcess::start(&sendright);
    sendright.write("sandbox.toml", &sandbox.senders());
    sendright.json(&["apply", "-f", "sandbox.toml"]);
    sign_in(&sendright, "By SMTP", sandbox.addresses["user"].as_str().unwrap());
    let send = ["send", "By SMTP", "--to", "anna@sandbox.test"];
    for more in [&[][..], &["--json"], &["--repeat", "2", "--json"]] {
        let (code, stderr) = into_the_full_disk(&sendright, &[&send[..], more].concat());
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.to_lowercase().contains("accepted"), "{stderr}");
    }
    assert!(sendright.history().iter().all(|row| row["outcome"] == "accepted"));
}

#[cfg(unix)]
#[test]
fn nobody_reading_any_more_is_no_failure() {
    let sendright = kestrel();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = sendright.command(&["export"]);
    let output = command.stdin(Stdio::null()).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn app_registrations_are_listed_and_shown_like_senders() {
    let sendright = kestrel();
    let listed = sendright.run(&["profiles"]).stdout;
    assert!(
        listed.contains("\n\nApp registrations:\nkestrel  microsoft  kestrel.example  "),
        "{listed}"
    );
    assert!(listed.ends_with("  used by Invoices\n"), "{listed}");
    let shown = sendright.run(&["show", "KESTREL"]).stdout;
    assert!(shown.contains("\nclient secret  present\n"), "{shown}");
    assert_eq!(sendright.json(&["show", "kestrel"])["settings"]["name"], "kestrel");
    let own = "authority = \"http://127.0.0.1:9\"\ntoken_endpoint = \"http://127.0.0.1:9/token\"\n\
               graph_url = \"http://127.0.0.1:9\"\ncloud = \"china\"\nclient_id";
    sendright.write("own.toml", &KESTREL.replacen("client_id", own, 1));
    sendright.json(&["apply", "-f", "own.toml"]);
    let shown = sendright.run(&["show", "kestrel"]).stdout;
    for (key, value) in
        [("cloud", "china"), ("authority", "http"), ("tokens at", "http"), ("graph", "http")]
    {
        let line = shown.lines().find(|line| line.starts_with(key));
        assert!(line.is_some_and(|line| line.contains(value)), "{key}: {shown}");
    }
    let signed_in_by_nobody = sendright.run(&["show", "Invoices"]).stdout;
    assert!(
        signed_in_by_nobody.contains("missing, nobody has signed in yet\n"),
        "{signed_in_by_nobody}"
    );
}

#[test]
fn a_client_secret_that_has_ended_is_not_called_expiring() {
    let sendright = Sendright::new();
    let ended = KESTREL
        .replace("[[profile]]\nname = \"Invoices\"", "client_secret_expires = 2020-01-01\n\n$0")
        .replace("$0", "[[profile]]\nname = \"Invoices\"\nsign_in = \"app-only\"");
    sendright.write("ended.toml", &ended);
    sendright.json(&["apply", "-f", "ended.toml"]);
    let row = &sendright.json(&["profiles"])["profiles"][0];
    assert_eq!(row["health"], "expired", "{row}");
    let note = row["health_note"].as_str().unwrap();
    assert!(note.starts_with("the client secret ended 2020-01-01"), "{note}");
    assert!(sendright.run(&["profiles"]).stdout.starts_with("expired "));
}

#[test]
fn variables_that_are_set_and_empty_are_as_if_they_were_not_set() {
    let sendright = kestrel();
    let mut command = sendright.command(&["profiles", "--data-dir"]);
    command.arg(sendright.path("data"));
    for variable in ["SENDRIGHT_DATA_DIR", "SENDRIGHT_VAULT", "SENDRIGHT_PASSPHRASE_FILE"] {
        command.env(variable, "");
    }
    let ended = Sendright::ended(command, "");
    assert!(ended.code == 0 && ended.stdout.contains("Relay"), "{}", ended.stderr);
}

#[test]
#[rustfmt::skip]
fn settings_that_are_missing_or_far_too_large_are_called_so() {
    let sendright = Sendright::new();
    let table = [
        ("smtp = {}",                                                     "smtp.host: line 5, column 8, profile \"R\": it is missing"),
        ("smtp = { host = \"b.example\", port = 99999999999999999999 }",  "it is far out of range"),
    ];
    for (setting, words) in table {
        let profile = "[[profile]]\nname = \"R\"\nsign_in = \"none\"\nmailbox = \"a@b.example\"\n";
        sendright.write("r.toml", &format!("{profile}{setting}\n"));
        let refused = sendright.run(&["apply", "-f", "r.toml"]);
        assert!(refused.code == 2 && refused.stderr.contains(words), "{}", refused.stderr);
    }
    for port in ["0", "65531"] {
        let refused = sendright.run(&["sandbox", "--port-base", port]);
        assert!(refused.code == 2 && refused.stderr.contains("1..=65530"), "{}", refused.stderr);
    }
}

/// A sender whose server is nobody.
const RELAY: &str = r#"
[[profile]]
name = "Relay"
sign_in = "none"
mailbox = "relay@kestrel.example"
smtp = { host = "127.0.0.1", port = 9, security = "none" }
"#;
