//! SMTP servers that do one thing wrong each.

use super::{Gallery, Verdict};
use crate::world::smtp_script::SmtpScript;
use std::{fmt::Write as _, sync::Arc};
use tokio::task::JoinSet;

/// One server and what its misbehaviour comes to.
struct Picture {
    /// What it does.
    name: &'static str,
    /// How it is spoken to.
    way: Way,
    script: String,
    exit: u8,
    outcome: &'static str,
    problem: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In clear text, without a sign-in.
    Clear,
    /// With a password, which may go to this computer in clear text.
    Password,
    /// With STARTTLS, and a password.
    Starttls,
    /// As `Clear`, to three recipients.
    Three,
    /// As `Clear`, with a file that does not fit into the buffers on the way.
    Large,
}
use Way::{Clear, Large, Password, Starttls, Three};

const HELLO: &str = "S: 220 hi\nC: EHLO\nS: 250 mail.example\n";
const AUTH: &str = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 AUTH PLAIN\n";
const LOGIN: &str = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 AUTH LOGIN\n";
const TLS: &str = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\n";
const MAIL: &str = "C: MAIL\nS: 250 ok\n";
const TO: &str = "C: RCPT\nS: 250 ok\n";
const DATA: &str = "C: DATA\nS: 354 go\n";
const BYE: &str = "C: QUIT\nS: 221 bye\n";
const AT_ONCE: &str = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 PIPELINING\n\
                       C: MAIL\nC: RCPT\nC: RCPT\nC: RCPT\nC: DATA\n";

/// A picture as it stands in the table.
type Line = (&'static str, Way, &'static [&'static str], u8, &'static str, &'static str);

#[rustfmt::skip]
const PICTURES: &[Line] = &[
    // what it does                            how       script                                                                          exit outcome      problem
    ("says nothing",                           Clear,    &["SILENCE"],                                                                      4, "not_sent",  "timed-out"),
    ("hangs up",                               Clear,    &["CLOSE"],                                                                        4, "not_sent",  "connection-lost"),
    ("greets an octet at a time",              Clear,    &["DRIP: 220 mail.example ESMTP"],                                                 4, "not_sent",  "timed-out"),
    ("greets without an end",                  Clear,    &["FLOOD: 220-and another thing"],                                                 4, "not_sent",  "not-the-protocol"),
    ("greets in one line without an end",      Clear,    &["WITHOUT END: 220 a"],                                                           4, "not_sent",  "not-the-protocol"),
    ("speaks HTTP",                            Clear,    &["S: HTTP/1.1 400 Bad Request\nSILENCE"],                                         4, "not_sent",  "not-the-protocol"),
    ("does not want us",                       Clear,    &["S: 554 5.7.1 go away\nSILENCE"],                                                4, "refused",   "no-connection"),
    ("has too much to do",                     Clear,    &["S: 421 4.3.2 too many connections\nCLOSE"],                                     9, "refused",   "busy"),
    ("changes the code in a reply",            Clear,    &["S: 220 hi\nC: EHLO\nS: 250-a\nS: 251 b\nSILENCE"],                              4, "not_sent",  "not-the-protocol"),
    ("falls silent at EHLO",                   Clear,    &["S: 220 hi\nC: EHLO\nSILENCE"],                                                  4, "not_sent",  "timed-out"),
    ("hangs up at EHLO",                       Clear,    &["S: 220 hi\nC: EHLO\nCLOSE"],                                                    4, "not_sent",  "connection-lost"),
    ("offers without an end",                  Clear,    &["S: 220 hi\nC: EHLO\nFLOOD: 250-X-AND-ANOTHER"],                                 4, "not_sent",  "not-the-protocol"),
    ("writes NUL and no UTF-8 all the time",   Clear,    &["S: 220 h\\0\\xff\nC: EHLO\nS: 250-m\\xfe\nS: 250 \\xff\\0\n", MAIL, TO, DATA, "MESSAGE\nS: 250 \\xe4 ok\n", BYE], 0, "accepted", ""),
    ("refuses in words that are not UTF-8",    Clear,    &[HELLO, "C: MAIL\nS: 550 5.7.60 \\xe4\\xf6\\0\\x1b[2J\n", BYE],                   6, "refused",   "sender-refused"),

    ("has no TLS",                             Starttls, &["S: 220 hi\nC: EHLO\nS: 250 mail.example\nSILENCE"],                             4, "not_sent",  "starttls-missing"),
    ("wants the password in clear text",       Starttls, &[AUTH, "SILENCE"],                                                                4, "not_sent",  "plaintext-auth-only"),
    ("offers TLS and does not mean it",        Starttls, &[TLS, "S: 454 4.7.0 TLS not available\nSILENCE"],                                 4, "not_sent",  "starttls-missing"),
    ("has words put in before TLS",            Starttls, &[TLS, "S: 220 go\\r\\n250 AUTH PLAIN\nSILENCE"],                                  4, "not_sent",  "plaintext-injected"),
    ("falls silent at STARTTLS",               Starttls, &[TLS, "SILENCE"],                                                                 4, "not_sent",  "timed-out"),
    ("hangs up at STARTTLS",                   Starttls, &[TLS, "CLOSE"],                                                                   4, "not_sent",  "connection-lost"),
    ("falls silent in the handshake",          Starttls, &[TLS, "S: 220 go\nSILENCE"],                                                      4, "not_sent",  "timed-out"),
    ("hangs up in the handshake",              Starttls, &[TLS, "S: 220 go\nHALF\nCLOSE"],                                                  4, "not_sent",  "connection-lost"),
    ("knows TLS 1.0 only",                     Starttls, &[TLS, "S: 220 go\nHALF\nBYTES: \\x15\\x03\\x01\\0\\x02\\x02\\x46\nSILENCE"],      4, "not_sent",  "tls-failed"),
    ("offers other things after TLS",          Starttls, &[TLS, "S: 220 go\nTLS\nC: EHLO\nS: 250 mail.example\nSILENCE"],                   5, "not_sent",  "auth-method-missing"),

    ("offers no sign-in",                      Password, &[HELLO, "SILENCE"],                                                               5, "not_sent",  "auth-method-missing"),
    ("falls silent at the sign-in",            Password, &[AUTH, "C: AUTH\nSILENCE"],                                                       4, "not_sent",  "timed-out"),
    ("hangs up at the sign-in",                Password, &[AUTH, "C: AUTH\nCLOSE"],                                                         4, "not_sent",  "connection-lost"),
    ("refuses the password",                   Password, &[AUTH, "C: AUTH\nS: 535 5.7.8 no\nSILENCE"],                                      5, "refused",   "auth-refused"),
    ("cannot check the password now",          Password, &[AUTH, "C: AUTH\nS: 454 4.7.0 later\nSILENCE"],                                   9, "refused",   "busy"),
    ("asks on after the sign-in is complete",  Password, &[AUTH, "C: AUTH\nS: 334 YQ==\nSILENCE"],                                          5, "refused",   "auth-refused"),
    ("asks for the password for ever",         Password, &[LOGIN, "C: AUTH\nS: 334 a\nC: YW5h\nS: 334 b\nC: aHVu\nS: 334 c\nSILENCE"],              5, "refused",   "auth-refused"),

    ("takes less than it is given",            Clear,    &["S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 SIZE 100\n", BYE],              8, "not_sent",  "message-too-large"),
    ("takes less than it said",                Clear,    &["S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 SIZE 999999\nC: MAIL\nS: 552 5.3.4 too big\n", BYE], 8, "refused", "message-too-large"),
    ("falls silent at MAIL",                   Clear,    &[HELLO, "C: MAIL\nSILENCE"],                                                      4, "not_sent",  "timed-out"),
    ("hangs up at MAIL",                       Clear,    &[HELLO, "C: MAIL\nCLOSE"],                                                        4, "not_sent",  "connection-lost"),
    ("ends the session at MAIL",               Clear,    &[HELLO, "C: MAIL\nS: 421 4.3.2 closing\nCLOSE"],                                  9, "refused",   "busy"),
    ("does not take the sender",               Clear,    &[HELLO, "C: MAIL\nS: 550 5.7.1 not you\n", BYE],                                  6, "refused",   "sender-refused"),
    ("falls silent at RCPT",                   Clear,    &[HELLO, MAIL, "C: RCPT\nSILENCE"],                                                4, "not_sent",  "timed-out"),
    ("hangs up at RCPT",                       Clear,    &[HELLO, MAIL, "C: RCPT\nCLOSE"],                                                  4, "not_sent",  "connection-lost"),
    ("ends the session at RCPT",               Three,    &[HELLO, MAIL, TO, "C: RCPT\nS: 421 4.3.2 closing\nCLOSE"],                        9, "refused",   "busy"),
    ("takes the last recipient only",          Three,    &[HELLO, MAIL, "C: RCPT\nS: 550 no\nC: RCPT\nS: 451 no\n", TO, DATA, "MESSAGE\nS: 250 ok\n", BYE], 0, "partly", ""),
    ("takes no recipient",                     Three,    &[HELLO, MAIL, "C: RCPT\nS: 550 5.1.1 a\nC: RCPT\nS: 550 b\nC: RCPT\nS: 550 c\nC: RSET\nS: 250 ok\n", BYE], 7, "refused", "recipients-refused"),
    ("keeps its no to the sender for RCPT",    Three,    &[HELLO, MAIL, "C: RCPT\nS: 553 5.7.1 <ana@kestrel.example>: Sender address rejected: not owned by user bo\nC: RCPT\nS: 553 5.7.1 a\nC: RCPT\nS: 553 5.7.1 b\nC: RSET\nS: 250 ok\n", BYE], 6, "refused", "sender-refused"),
    ("takes no recipient now",                 Three,    &[HELLO, MAIL, "C: RCPT\nS: 450 a\nC: RCPT\nS: 451 b\nC: RCPT\nS: 452 c\nC: RSET\nS: 250 ok\n", BYE], 9, "refused", "busy"),
    ("asks for a message to nobody",           Three,    &[AT_ONCE, "S: 250 ok\nS: 550 5.1.1 a\nS: 550 b\nS: 550 c\nS: 354 go\nC: .\nS: 554 nobody\n", BYE], 7, "refused", "recipients-refused"),
    ("takes everybody and refuses the sender", Three,    &[AT_ONCE, "S: 550 5.7.1 no\nS: 250 a\nS: 250 b\nS: 250 c\nS: 503 no\n", BYE],     6, "refused",   "sender-refused"),
    ("answers fewer commands than it got",     Three,    &[AT_ONCE, "S: 250 ok\nS: 250 a\nSILENCE"],                                        4, "not_sent",  "timed-out"),

    ("falls silent at DATA",                   Clear,    &[HELLO, MAIL, TO, "C: DATA\nSILENCE"],                                            4, "not_sent",  "timed-out"),
    ("hangs up at DATA",                       Clear,    &[HELLO, MAIL, TO, "C: DATA\nCLOSE"],                                              4, "not_sent",  "connection-lost"),
    ("refuses DATA for now",                   Clear,    &[HELLO, MAIL, TO, "C: DATA\nS: 451 4.3.0 later\nC: RSET\nS: 250 ok\n", BYE],      9, "refused",   "busy"),
    ("accepts before it has the message",      Clear,    &[HELLO, MAIL, TO, "C: DATA\nS: 354 go\\r\\n250 ok\nSILENCE"],                     4, "not_sent",  "not-the-protocol"),
    ("hangs up inside a large message",        Large,    &[HELLO, MAIL, TO, DATA, "HALF\nCLOSE"],                                           4, "not_sent",  "connection-lost"),
    ("stops reading inside a large message",   Large,    &[HELLO, MAIL, TO, DATA, "PAUSE"],                                                 4, "not_sent",  "timed-out"),
    ("has enough inside a large message",      Large,    &[HELLO, MAIL, TO, DATA, "HALF\nS: 552 5.3.4 enough\nSILENCE"],                    8, "refused",   "message-too-large"),
    ("falls silent after the message",         Clear,    &[HELLO, MAIL, TO, DATA, "MESSAGE\nSILENCE"],                                     10, "uncertain", "uncertain"),
    ("hangs up after the message",             Clear,    &[HELLO, MAIL, TO, DATA, "MESSAGE\nCLOSE"],                                       10, "uncertain", "uncertain"),
    ("answers the message an octet at a time", Clear,    &[HELLO, MAIL, TO, DATA, "MESSAGE\nDRIP: 250 2.0.0 queued as 4711"],              10, "uncertain", "uncertain"),
    ("answers the message with nonsense",      Clear,    &[HELLO, MAIL, TO, DATA, "MESSAGE\nS: what?\nSILENCE"],                           10, "uncertain", "uncertain"),
    ("asks for more after the message",        Clear,    &[HELLO, MAIL, TO, DATA, "MESSAGE\nS: 354 more\nSILENCE"],                        10, "uncertain", "uncertain"),
    ("ends the session after the message",     Clear,    &[HELLO, MAIL, TO, DATA, "MESSAGE\nS: 421 4.3.2 closing\nCLOSE"],                  9, "refused",   "busy"),
    ("does not take the message now",          Clear,    &[HELLO, MAIL, TO, DATA, "MESSAGE\nS: 451 4.3.0 later\n", BYE],                    9, "refused",   "busy"),
    ("does not take the message",              Clear,    &[HELLO, MAIL, TO, DATA, "MESSAGE\nS: 554 5.6.0 no\n", BYE],                       8, "refused",   "message-refused"),
    ("never says good-bye",                    Clear,    &[HELLO, MAIL, TO, DATA, "MESSAGE\nS: 250 ok\nC: QUIT\nCLOSE"],                    0, "accepted",  ""),
];

fn pictures() -> impl Iterator<Item = Picture> {
    PICTURES.iter().map(|(name, way, script, exit, outcome, problem)| Picture {
        name,
        way: *way,
        script: script.concat(),
        exit: *exit,
        outcome,
        problem,
    })
}

/// The profile that speaks to `script`.
fn profile(picture: &Picture, script: &SmtpScript, ca: &str) -> String {
    let (security, password) = match picture.way {
        Clear | Three | Large => ("none", false),
        Password => ("none", true),
        Starttls => ("starttls", true),
    };
    let sign_in =
        if password { "\"password\"\npassword = { file = \"password.txt\" }" } else { "\"none\"" };
    let mut toml =
        format!("[[profile]]\nname = {:?}\nmailbox = \"ana@kestrel.example\"\n", picture.name);
    writeln!(toml, "sign_in = {sign_in}\ntransport = \"smtp\"").unwrap();
    writeln!(
        toml,
        "smtp = {{ host = \"localhost\", port = {}, security = \"{security}\", ca_file = \"{ca}\" }}\n",
        script.port
    )
    .unwrap();
    toml
}

fn seen(gallery: &Gallery, picture: &Picture) -> Verdict {
    let to: &[&str] = match picture.way {
        Three => &["a@k.example", "b@k.example", "c@k.example"],
        _ => &["a@k.example"],
    };
    let more: &[&str] = if picture.way == Large { &["--attach", "large.bin"] } else { &[] };
    gallery.send(picture.name, to, more)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_misbehaviour_has_the_outcome_that_is_true() {
    let (mut toml, mut servers) = (String::new(), Vec::new());
    let mut files = vec![("password.txt".to_owned(), "hunter2-hunter2".to_owned())];
    for (number, picture) in pictures().enumerate() {
        let script = SmtpScript::start(&picture.script).await;
        let ca = format!("{number}.pem");
        toml += &profile(&picture, &script, &ca);
        files.push((ca, script.ca.clone()));
        servers.push(script);
    }
    let gallery = Arc::new(Gallery::of(&toml, &files));
    gallery.file("large.bin", 20_000_000);
    let mut wrong = Vec::new();
    let mut looking = JoinSet::new();
    for picture in pictures() {
        if looking.len() >= 6 {
            wrong.extend(looking.join_next().await.unwrap().unwrap());
        }
        let gallery = Arc::clone(&gallery);
        looking.spawn_blocking(move || {
            let verdict = seen(&gallery, &picture);
            let expected = (picture.exit, picture.outcome.to_owned(), picture.problem.to_owned());
            (verdict != expected)
                .then(|| format!("{}: {verdict:?}, and not {expected:?}", picture.name))
        });
    }
    while let Some(looked) = looking.join_next().await {
        wrong.extend(looked.unwrap());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
