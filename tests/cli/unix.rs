//! What depends on the operating system: its keychain, its rights, its signals.

use super::*;
use crate::world::sendright::outcomes;
use std::{
    fs,
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Sends through the server of [`sender_at`].
const SEND: [&str; 5] = ["send", "Silent", "--to", "c@d.example", "--json"];

#[cfg(target_os = "linux")] // elsewhere there always is one
#[test]
fn where_there_is_no_keychain_the_file_vault_is_named() {
    let sendright = Sendright::new();
    sendright
        .write("relay.toml", &KESTREL[KESTREL.find("[[profile]]\nname = \"Relay\"").unwrap()..]);
    assert_eq!(sendright.run(&["apply", "-f", "relay.toml"]).code, 0);
    let mut command = sendright.command(&["secret", "set", "Relay", "password"]);
    command.env_remove("SENDRIGHT_VAULT").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let ended = Sendright::ended(command, "pw");
    assert_eq!(ended.code, 11, "{}", ended.stderr);
    assert!(ended.stderr.contains("--vault file"), "{}", ended.stderr);
}

#[test]
fn a_wrong_or_missing_passphrase_is_told_apart() {
    let sendright = kestrel();
    sendright.write("other", "another passphrase");
    let set = ["secret", "set", "Relay", "password"];
    let mut wrong = sendright.command(&set);
    wrong.env("SENDRIGHT_PASSPHRASE_FILE", sendright.path("other"));
    let wrong = Sendright::ended(wrong, "pw");
    let mut none = sendright.command(&set);
    none.env_remove("SENDRIGHT_PASSPHRASE_FILE");
    let none = Sendright::ended(none, "pw");
    assert_eq!((wrong.code, none.code), (11, 11));
    assert_ne!(wrong.stderr, none.stderr);
}

#[test]
fn a_directory_that_may_not_be_written_is_named() {
    let sendright = Sendright::new();
    let dir = sendright.path("closed");
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    let arguments = ["profiles"];
    let mut command = if fs::write(dir.join("probe"), "").is_ok() {
        // Nothing is closed to the administrator: be nobody, who may not look into every checkout.
        sendright.open_to_all();
        let program = sendright.path("program");
        // Not by ourselves: a test that starts a program meanwhile would keep the file open for writing.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_sendright")).arg(&program).status();
        assert!(copied.unwrap().success());
        let mut command = sendright.program(program.to_str().unwrap(), &arguments);
        command.uid(65_534);
        command
    } else {
        sendright.command(&arguments)
    };
    command.env("SENDRIGHT_DATA_DIR", &dir);
    let ended = Sendright::ended(command, "");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("cannot be written"), "{}", ended.stderr);
}

#[test]
fn a_directory_that_is_there_stays_as_open_as_it_is_and_what_is_made_in_it_is_its_owners_alone() {
    let sendright = kestrel();
    let there = sendright.path("there");
    fs::create_dir(&there).unwrap();
    fs::set_permissions(&there, fs::Permissions::from_mode(0o1777)).unwrap();
    let mut command = sendright.command(&["sandbox", "--json"]);
    command.env("SENDRIGHT_DATA_DIR", &there).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap()).lines().next();
    assert!(stdout.is_some(), "it runs");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&there), 0o1777);
    for (name, expected) in [
        ("locks", 0o700),
        ("logs", 0o700),
        ("sandbox", 0o700),
        ("sendright.db", 0o600),
        ("sendright.db-wal", 0o600),
        ("sendright.db-shm", 0o600),
    ] {
        assert_eq!(mode(&there.join(name)), expected, "{name}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_send_that_finds_no_data_or_no_passphrase_ends_with_the_promised_object() {
    let sendright = kestrel();
    fs::create_dir(sendright.path("damaged")).unwrap();
    sendright.write("damaged/sendright.db", "this is no database, and long enough to be looked at");
    let send = ["send", "Relay", "--to", "a@b.example", "--json"];
    let ended_with = |variable: &str, value: &str| {
        let mut command = sendright.command(&send);
        command.env(variable, sendright.path(value));
        Sendright::ended(command, "")
    };
    let table = [
        ("SENDRIGHT_DATA_DIR", "damaged", 1, "database-damaged"),
        ("SENDRIGHT_DATA_DIR", "passphrase", 1, "not-writable"),
        ("SENDRIGHT_PASSPHRASE_FILE", "gone", 11, "vault-passphrase"),
    ];
    for (variable, value, code, problem) in table {
        let ended = ended_with(variable, value);
        let said: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!((ended.code, &said["problem"]["code"]), (code, &json!(problem)), "{said}");
        assert_eq!((&said["event"], &said["outcome"]), (&json!("result"), &json!("not_sent")));
        assert_eq!(said["recipients"], json!([]));
    }
}

#[test]
fn ctrl_c_stops_a_send_that_has_not_left() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let sendright = sender_at(&server);
    let mut command = sendright.command(&[&SEND[..], &["--timeout", "10"]].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _connection = server.accept().unwrap();
    signal("-INT", &child);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let said: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(said["outcome"], "not_sent", "{said}");
    assert_eq!(said["problem"]["code"], "cancelled");
}

#[test]
fn a_wait_that_lasts_longer_than_a_moment_is_shown() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let sendright = sender_at(&server);
    let (mut child, mut said) = sending(&sendright, &["--timeout", "10"]);
    let _silent = server.accept().unwrap();
    assert!(said.any(|line| line == "ehlo…"), "the greeting that does not come");
    signal("-INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn what_a_killed_program_leaves_is_swept_by_the_next_one() {
    let sendright = kestrel();
    sendright.killed_at(&["consent", "Invoices", "--no-browser", "--json"], "open");
    let left = || {
        let locks = fs::read_dir(sendright.path("data/locks")).unwrap();
        let names = locks.map(|lock| lock.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("worker-")).count()
    };
    assert_eq!(left(), 1);
    sendright.json(&["profiles"]);
    assert_eq!(left(), 0);
}

#[test]
fn a_request_to_end_lets_the_message_under_way_be_the_last() {
    // A terminal that is closed hangs up twice: the shell, and then the system.
    for (name, again) in [("-INT", None), ("-TERM", None), ("-HUP", Some("-HUP"))] {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let sendright = sender_at(&server);
        let (child, mut said) = sending(&sendright, &["--repeat", "5", "--timeout", "10"]);
        let (mut out, mut heard) = up_to_the_message(&server);
        until(&mut heard, "DATA"); // the next one's, together with the end of the first
        signal(name, &child);
        assert!(said.any(|line| line.starts_with("Stopping")));
        if let Some(again) = again {
            signal(again, &child);
        }
        out.write_all(b"250 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n").unwrap();
        let mut rest = String::new();
        heard.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "{name}");

        let ended = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(ended.stdout).unwrap();
        let last: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
        assert_eq!((ended.status.code(), &last["accepted"]), (Some(1), &1.into()), "{last}");
        assert_eq!(last["problem"]["code"], "cancelled", "{last}");
        assert_eq!(outcomes(&sendright.history()), ["accepted", "not_sent"], "{name}");
    }
}

#[cfg(target_os = "linux")] // elsewhere it is seen by the terminal, which a test has not
#[test]
fn a_send_that_is_to_survive_its_terminal_does() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let sendright = sender_at(&server);
    let program = env!("CARGO_BIN_EXE_sendright");
    let mut command = sendright.program("nohup", &[&[program][..], &SEND].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut out, mut heard) = up_to_the_message(&server);
    signal("-HUP", &child);
    until(&mut heard, ".");
    out.write_all(b"250 queued\r\n").unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(!String::from_utf8(ended.stderr).unwrap().contains("Stopping"));
}

#[test]
fn a_second_request_to_end_is_heeded_although_nobody_knows_then_whether_it_was_sent() {
    let table = [
        ("-INT", "-INT", &[][..], &["uncertain"][..]),
        // The next one's envelope is out already.
        ("-TERM", "-INT", &["--repeat", "5"], &["not_sent", "uncertain"]),
    ];
    for (first, second, more, expected) in table {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let sendright = sender_at(&server);
        let (mut child, mut said) = sending(&sendright, more);
        let (out, mut heard) = up_to_the_message(&server);
        until(&mut heard, "."); // the message is complete, and is not answered
        signal(first, &child);
        assert!(said.any(|line| line.starts_with("Stopping")));
        signal(second, &child);
        out.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        if heard.read_to_end(&mut Vec::new()).is_err() {
            child.kill().unwrap(); // it has not hung up: it still waits for the answer
        }

        let ended = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(ended.stdout).unwrap();
        let last: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
        assert_eq!(ended.status.code(), Some(10), "{last}");
        assert_eq!(
            (&last["outcome"], &last["problem"]["code"]),
            (&"uncertain".into(), &"uncertain".into())
        );
        let rows = sendright.history();
        assert_eq!(outcomes(&rows), expected, "{first} {second}");
        if let [only] = rows.as_slice() {
            let recipient = &last["recipients"][0]["outcome"];
            assert_eq!((&last["id"], recipient), (&only["id"], &"uncertain".into()), "{last}");
        }
    }
}

#[test]
fn an_outcome_that_cannot_be_written_down_is_said_in_plain_words_and_stays_accepted() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let sendright = sender_at(&server);
    let (child, said) = sending(&sendright, &[]);
    let (mut out, mut heard) = up_to_the_message(&server);
    until(&mut heard, ".");
    let database = rusqlite::Connection::open(sendright.path("data/sendright.db")).unwrap();
    database.execute_batch("DROP TABLE sends").unwrap();
    out.write_all(b"250 queued\r\n").unwrap();
    let said: Vec<String> = said.collect();
    let ended = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((ended.status.code(), &report["outcome"]), (Some(0), &"accepted".into()));
    let note = report["note"].as_str().unwrap();
    assert!(note.starts_with("How it went could not be written down"), "{note}");
    assert!(said.contains(&note.to_owned()), "{said:?}");
    assert!(!said.iter().any(|line| line.contains("ERROR")), "{said:?}");
}

#[test]
fn an_uncertain_send_that_was_shown_to_nobody_has_still_to_be_shown() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let sendright = sender_at(&server);
    let (mut child, _said) = sending(&sendright, &[]);
    let (out, mut heard) = up_to_the_message(&server);
    until(&mut heard, ".");
    drop((out, heard)); // it hangs up without an answer
    assert_eq!(child.wait().unwrap().code(), Some(10));
    let rows = sendright.history();
    let show = ["history", "show", rows[0]["id"].as_str().unwrap()];
    let database = rusqlite::Connection::open(sendright.path("data/sendright.db")).unwrap();
    let unseen = || -> bool {
        database.query_row("SELECT NOT seen FROM sends", [], |row| row.get(0)).unwrap()
    };

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = sendright.command(&show).stdout(writer).status().unwrap();
    assert_eq!((status.code(), unseen()), (Some(0), true));
    assert_eq!((sendright.run(&show).code, unseen()), (0, false));
}

/// A send that was started, and what it says beside its result.
fn sending(sendright: &Sendright, more: &[&str]) -> (Child, impl Iterator<Item = String>) {
    let mut command = sendright.command(&[&SEND[..], more].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    (child, said)
}

/// Takes a call, and commands in groups, until a message may follow.
fn up_to_the_message(server: &TcpListener) -> (TcpStream, BufReader<TcpStream>) {
    let (mut out, _) = server.accept().unwrap();
    let mut heard = BufReader::new(out.try_clone().unwrap());
    out.write_all(b"220 hi\r\n").unwrap();
    until(&mut heard, "EHLO");
    out.write_all(b"250-here\r\n250 PIPELINING\r\n").unwrap();
    until(&mut heard, "DATA");
    out.write_all(b"250 ok\r\n250 ok\r\n354 go\r\n").unwrap();
    (out, heard)
}

/// Reads up to the line that begins with the word `end`.
fn until(heard: &mut impl BufRead, end: &str) {
    let mut line = String::new();
    while line.split_whitespace().next() != Some(end) {
        line.clear();
        assert_ne!(heard.read_line(&mut line).unwrap(), 0, "it hung up");
    }
}

/// A place whose one sender sends through `server`.
fn sender_at(server: &TcpListener) -> Sendright {
    let sendright = Sendright::new();
    sendright.write(
        "silent.toml",
        &format!(
            "[[profile]]\nname = \"Silent\"\nsign_in = \"none\"\nmailbox = \"a@b.example\"\n\
         smtp = {{ host = \"127.0.0.1\", port = {}, security = \"none\" }}\n",
            server.local_addr().unwrap().port()
        ),
    );
    sendright.json(&["apply", "-f", "silent.toml"]);
    sendright
}

fn signal(name: &str, child: &Child) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}
