//! What a person at a terminal is asked, and that nothing they type is shown.

use crate::world::sendright::Sendright;
use std::{
    fs,
    io::{Read as _, Write as _},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const REGISTRATION: &str = "[[registration]]\nname = \"kestrel\"\nprovider = \"microsoft\"\ntenant = \"kestrel.example\"\n\
     client_id = \"11111111-2222-3333-4444-555555555555\"\nclient_secret = { env = \"KESTREL_SECRET\" }\n";

/// Runs a command at a terminal, where each question is answered as soon as it is read; how it ended and what was shown.
fn at_a_terminal(
    place: &Sendright,
    arguments: &str,
    answers: &[(&str, &str)],
) -> (Option<i32>, String) {
    // util-linux's `script` gives its command a terminal of its own.
    let command = format!("tty >terminal; exec {} {arguments}", env!("CARGO_BIN_EXE_sendright"));
    let mut script = place.program("timeout", &["60", "script", "-qec", &command, "/dev/null"]);
    script.env_remove("SENDRIGHT_PASSPHRASE_FILE");
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut typed, mut shown) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut all = String::new();
    let mut from = 0;
    for (question, answer) in answers {
        while !all[from..].contains(question) {
            let mut byte = [0; 1];
            assert_eq!(shown.read(&mut byte).unwrap(), 1, "nobody asked {question:?}: {all}");
            all.push(byte[0].into());
        }
        from = all.len();
        wait_for_a_hidden_answer(place);
        writeln!(typed, "{answer}").unwrap();
    }
    shown.read_to_string(&mut all).unwrap();
    (child.wait().unwrap().code(), all)
}

/// A person is slower than a test: by the time they type, the terminal shows it no more.
fn wait_for_a_hidden_answer(place: &Sendright) {
    let terminal = fs::read_to_string(place.path("terminal")).unwrap();
    let began = Instant::now();
    loop {
        let stty = Command::new("stty").args(["-aF", terminal.trim()]).output().unwrap();
        if String::from_utf8_lossy(&stty.stdout).contains(" -echo ") {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "what is typed would be shown");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_new_vault_file_gets_its_passphrase_twice_and_an_old_one_once() {
    let place = Sendright::new();
    place.write("kestrel.toml", REGISTRATION);
    let made = [
        ("A passphrase, without which what is in it is lost: ", "marked-one"),
        ("The same again: ", "marked-two"),
        ("The two differ. A passphrase: ", "marked-three"),
        ("The same again: ", "marked-three"),
    ];
    let (code, shown) = at_a_terminal(&place, "apply -f kestrel.toml", &made);
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("marked"), "{shown}");

    for (passphrase, expected) in [("marked-one", 11), ("marked-three", 0)] {
        let answers = [
            ("Passphrase of the vault file: ", passphrase),
            ("The client secret: ", "marked-secret"),
        ];
        let (code, shown) = at_a_terminal(&place, "secret set kestrel client-secret", &answers);
        assert_eq!(code, Some(expected), "{shown}");
        assert_eq!(
            shown.contains("The passphrase does not open the vault"),
            expected == 11,
            "{shown}"
        );
        assert!(!shown.contains("marked"), "{shown}");
    }
}

#[test]
fn a_certificate_that_comes_through_a_pipe_is_read_once_although_its_password_is_asked_for_then() {
    let place = Sendright::new();
    place.write("kestrel.toml", REGISTRATION);
    place.json(&["apply", "-f", "kestrel.toml"]);
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/certificates");
    place.pipe("app.pfx", fs::read(format!("{fixtures}/app.pfx")).unwrap());
    let answers = [
        ("Passphrase of the vault file: ", "correct horse battery staple"),
        ("The password of the certificate's file: ", "of-a-test"),
    ];
    let set = "secret set kestrel certificate --file app.pfx";
    let (code, shown) = at_a_terminal(&place, set, &answers);
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("of-a-test"), "{shown}");
}
