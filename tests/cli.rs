//! The command line as scripts see it: exit codes, stdout, stderr, and the main job over processes.

use crate::world::sendright::Sendright;
use sandboxed::{SandboxProcess, sign_in};
use serde_json::{Value, json};

mod at_once;
mod gone;
mod message;
mod output;
mod removed;
mod sandboxed;
mod switched_off;
#[cfg(unix)]
mod unix;

const KESTREL: &str = r#"
[[registration]]
name = "kestrel"
provider = "microsoft"
tenant = "kestrel.example"
client_id = "11111111-2222-3333-4444-555555555555"
client_secret = { env = "KESTREL_SECRET" }

[[profile]]
name = "Invoices"
registration = "kestrel"
mailbox = "invoices@kestrel.example"

[[profile]]
name = "Relay"
sign_in = "password"
mailbox = "relay@kestrel.example"
smtp = { host = "relay.example", port = 465 }
"#;

fn kestrel() -> Sendright {
    let sendright = Sendright::new();
    sendright.write("kestrel.toml", KESTREL);
    let applied = sendright.json(&["apply", "-f", "kestrel.toml"]);
    assert_eq!(applied["created"], json!(["kestrel", "Invoices", "Relay"]));
    sendright
}

#[test]
fn applying_twice_changes_nothing_and_export_tells_no_secret() {
    let sendright = kestrel();
    let again = sendright.json(&["apply", "-f", "kestrel.toml"]);
    assert_eq!(again["unchanged"].as_array().unwrap().len(), 3, "{again}");
    let exported = sendright.run(&["export"]);
    assert_eq!(exported.code, 0);
    assert!(exported.stdout.contains("client_secret = { vault = true }"), "{}", exported.stdout);
    assert!(!exported.stdout.contains("kestrel-secret"));
    sendright.write("exported.toml", &exported.stdout);
    let back = sendright.json(&["apply", "-f", "exported.toml"]);
    assert_eq!(back["unchanged"].as_array().unwrap().len(), 3, "{back}");
}

#[test]
fn a_broken_file_is_refused_with_line_and_key_and_changes_nothing() {
    let sendright = kestrel();
    let before = sendright.run(&["export"]).stdout;
    sendright.write("broken.toml", &KESTREL.replace("port = 465", "prot = 465"));
    let refused = sendright.run(&["apply", "-f", "broken.toml"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    for word in ["smtp.prot", "line 18", "smtp.port", "Relay"] {
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
    }
    let refused = sendright.run(&["apply", "-f", "broken.toml", "--json"]);
    let said: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!((refused.code, &said["event"], &said["ok"]), (2, &json!("result"), &json!(false)));
    assert_eq!(said["problem"]["code"], "invalid-settings");
    assert_eq!(said["problem"]["fields"][0]["field"], "smtp.prot");
    assert_eq!(sendright.run(&["export"]).stdout, before);
}

#[test]
fn senders_are_switched_copied_and_removed_by_name_in_any_case() {
    let sendright = kestrel();
    sendright.json(&["disable", "relay"]);
    let copy = sendright.json(&["duplicate", "RELAY"]);
    assert_eq!(copy["name"], "Relay copy");
    let listed = sendright.json(&["profiles"]);
    let health = |at: usize| &listed["profiles"][at]["health"];
    assert_eq!([health(0), health(1)], ["needs_sign_in", "disabled"]);
    sendright.json(&["enable", "relay"]);
    sendright.json(&["remove", "Relay copy"]);
    assert_eq!(sendright.json(&["profiles"])["profiles"].as_array().unwrap().len(), 2);
    let used = sendright.run(&["remove", "kestrel"]);
    assert_eq!(used.code, 2);
    assert!(used.stderr.contains("Invoices"), "{}", used.stderr);
    sendright.json(&["remove", "Invoices"]);
    sendright.json(&["remove", "kestrel"]);
    assert_eq!(sendright.json(&["profiles"])["registrations"], json!([]));
}

#[test]
fn secrets_come_from_stdin_and_belong_to_the_right_owner() {
    let sendright = kestrel();
    let set = sendright.run_with(&["secret", "set", "Relay", "password"], "relay-pw\n");
    assert_eq!(set.code, 0, "{}", set.stderr);
    let shown = sendright.json(&["show", "Relay"]);
    let password = &shown["credentials"][0];
    assert_eq!((&password["name"], &password["present"]), (&json!("password"), &json!(true)));
    assert!(!shown.to_string().contains("relay-pw"));
    let set = sendright.run_with(&["secret", "set", "Relay", "proxy-password"], "clerk-pw\n");
    assert_eq!(set.code, 0, "{}", set.stderr);
    let idle = &sendright.json(&["show", "Relay"])["credentials"][1];
    assert_eq!((&idle["name"], &idle["present"]), (&json!("proxy-password"), &json!(true)));
    assert_eq!(idle["note"], "not used by the route");
    for (owner, name) in [("Relay", "client-secret"), ("kestrel", "password")] {
        let refused = sendright.run_with(&["secret", "set", owner, name], "x");
        assert_eq!(refused.code, 2, "{owner} {name}");
    }
    let empty = sendright.run_with(&["secret", "set", "Relay", "password"], "\n");
    assert_eq!(empty.code, 2, "{}", empty.stderr);
}

#[test]
#[rustfmt::skip]
fn what_cannot_be_done_says_so_in_its_exit_code() {
    let sendright = kestrel();
    let table: &[(&[&str], u8, &str)] = &[
        (&["show", "Invoice"],                              2, "Invoices"),
        (&["send", "nobody", "--to", "a@b.example"],        2, "nobody"),
        (&["send", "Invoices"],                             2, "--to"),
        (&["send", "Invoices", "--to", "a@b.example"],      3, ""),
        (&["token", "Invoices"],                            3, ""),
        (&["consent", "Relay"],                             2, "password"),
        (&["verify", "Invoices"],                           2, "not there yet"),
        (&["explain", "535 5.7.3"],                         2, "not there yet"),
        (&["kit", "Invoices"],                              2, "not there yet"),
        (&["import", "file"],                               2, "not there yet"),
        (&["resend", "1"],                                  2, "not there yet"),
        (&["apply", "-f", "gone.toml"],                     2, "gone.toml"),
        (&["history", "show", "00000000-0000-0000-0000-000000000001"], 2, ""),
        (&["nonsense"],                                     2, "nonsense"),
    ];
    for (arguments, code, words) in table {
        let ended = sendright.run(arguments);
        assert_eq!(ended.code, *code, "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn a_send_that_cannot_begin_still_ends_with_the_promised_object() {
    let sendright = kestrel();
    sendright.json(&["disable", "Relay"]);
    let ended = sendright.run(&["send", "Relay", "--to", "a@b.example", "--json"]);
    let said: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(ended.code, 2);
    assert_eq!((&said["event"], &said["outcome"]), (&json!("result"), &json!("not_sent")));
    assert_eq!(said["problem"]["code"], "profile-disabled");
    assert_eq!(said["recipients"], json!([]));
}

#[test]
fn the_main_job_from_the_shell() {
    let sendright = Sendright::new();
    let sandbox = SandboxProcess::start(&sendright);
    let user = sandbox.addresses["user"].as_str().unwrap();
    sendright.write("sandbox.toml", &sandbox.senders());
    sendright.json(&["apply", "-f", "sandbox.toml"]);

    for profile in ["By SMTP", "By Graph"] {
        let events = sign_in(&sendright, profile, user);
        let last = events.last().unwrap();
        assert_eq!((&last["event"], &last["ok"]), (&json!("result"), &json!(true)), "{events:?}");
        assert_eq!(last["account"], user);
        let token = sendright.json(&["token", profile]);
        assert_eq!((&token["signed_in"], &token["account"]), (&json!(true), &json!(user)));
        assert!(token["access_expires_at"].is_string(), "{token}");
        assert!(!token.to_string().contains("eyJ"), "no token is printed");

        sendright.write("note.txt", "An attachment.\n");
        let sent = sendright.json(&[
            "send",
            profile,
            "--to",
            "anna@sandbox.test",
            "--subject",
            profile,
            "--text",
            "Hello",
            "--attach",
            "note.txt",
            "--header",
            "X-Order: 17",
        ]);
        assert_eq!((&sent["event"], &sent["outcome"]), (&json!("result"), &json!("accepted")));
        let id = sent["id"].as_str().unwrap();
        let detail = sendright.json(&["history", "show", id]);
        assert_eq!(detail["message_id"], sent["message_id"]);
        assert!(!detail["transcript"].as_array().unwrap().is_empty());
    }
    let history = sendright.json(&["history", "--search", "By anna", "--profile", "by smtp"]);
    assert_eq!(history["found"], 1, "{history}");

    sendright.json(&["sign-out", "By SMTP"]);
    assert_eq!(sendright.run(&["send", "By SMTP", "--to", "anna@sandbox.test"]).code, 3);
}

#[test]
fn refusals_end_in_their_own_codes_and_a_series_stops_at_the_first() {
    let sendright = Sendright::new();
    let sandbox = SandboxProcess::start(&sendright);
    sendright.write("sandbox.toml", &sandbox.senders());
    sendright.json(&["apply", "-f", "sandbox.toml"]);
    sign_in(&sendright, "By SMTP", sandbox.addresses["user"].as_str().unwrap());

    let send = |more: &[&str]| sendright.run(&[&["send", "By SMTP", "--json"], more].concat());
    let refused = send(&["--to", "unknown@elsewhere.test"]);
    assert_eq!(refused.code, 7, "{}", refused.stdout);
    let partly = send(&["--to", "unknown@elsewhere.test", "anna@sandbox.test"]);
    let said: Value = serde_json::from_str(&partly.stdout).unwrap();
    assert_eq!((partly.code, &said["outcome"]), (0, &json!("partly")), "{said}");
    let foreign = send(&["--to", "anna@sandbox.test", "--from", "boss@sandbox.test"]);
    assert_eq!(foreign.code, 2, "send_as does not allow it: {}", foreign.stdout);

    let series = send(&["--to", "anna@sandbox.test", "--repeat", "3"]);
    let lines: Vec<Value> =
        series.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4, "{}", series.stdout);
    assert_eq!(lines[3]["event"], "result");
    assert_eq!(lines[3]["accepted"], 3);
    let stopped = send(&["--to", "unknown@elsewhere.test", "--repeat", "3"]);
    assert_eq!((stopped.code, stopped.stdout.lines().count()), (7, 2), "{}", stopped.stdout);
}

#[test]
fn a_pasted_answer_that_is_none_is_said_and_the_end_of_input_cancels() {
    let sendright = kestrel();
    let arguments = ["consent", "Invoices", "--no-browser", "--route", "paste", "--json"];
    let ended = sendright.run_with(&arguments, "https://elsewhere.example/?code=1&state=2\n");
    let lines: Vec<Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events.first(), Some(&"open"), "{}", ended.stdout);
    assert!(events.contains(&"problem"), "{}", ended.stdout);
    assert_eq!(
        (ended.code, &lines.last().unwrap()["problem"]["code"]),
        (3, &json!("consent-cancelled"))
    );
}

#[test]
fn the_demo_shows_both_ways() {
    let sendright = Sendright::new();
    let shown = sendright.json(&["demo"]);
    assert_eq!(shown["runs"].as_array().unwrap().len(), 2);
    for run in shown["runs"].as_array().unwrap() {
        assert_eq!(run["sent"]["row"]["outcome"], "accepted");
        assert!(run["arrived"]["source"].as_str().unwrap().contains("It works"));
    }
    assert!(!sendright.path("data").exists(), "the demo has a place of its own");
}
