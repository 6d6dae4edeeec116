//! IMAP: real mail programs read the inbox, and what they may not do is refused in Exchange's words.

use super::*;
use base64::engine::general_purpose::STANDARD as BASE64;
use sendright::net::{
    dial::dial,
    tls::{Client, Oldest},
};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};

#[cfg(target_os = "linux")]
mod programs;

const SOON: Duration = Duration::from_secs(20);
const IMAP: &str = "https://outlook.office.com/IMAP.AccessAsUser.All";
const LETTER: &str = "From: =?utf-8?Q?J=C3=BCrgen?= <you@sandbox.test>\r\nTo: anna@sandbox.test\r\n\
    Subject: =?utf-8?Q?Es_wird_gr=C3=B6=C3=9Fer?=\r\nMessage-ID: <1@sandbox.test>\r\n\
    Date: Wed, 18 Nov 2026 12:00:00 +0100\r\nX-Folded: one\r\n two\r\n\r\nHello Anna,\r\nall is well.\r\n";

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A client that says what it is told.
struct Talk(BufReader<Box<dyn Stream>>);

impl Talk {
    async fn plain(stage: &Stage) -> Self {
        let dialed = dial(stage.at().imap_host, stage.at().imap_starttls_port, SOON).await.unwrap();
        let mut talk = Self(BufReader::new(Box::new(dialed.stream)));
        assert!(talk.line().await.starts_with("* OK Sendright sandbox (not Microsoft)"));
        talk
    }

    /// The same with TLS.
    async fn protected(stage: &Stage) -> Self {
        let mut talk = Self::plain(stage).await;
        assert_eq!(talk.say("STARTTLS").await, ["a OK Begin TLS negotiation now."]);
        let pem = fs::read(&stage.at().ca_file).unwrap();
        let client = Client::new(&Trust::only_pem(&pem).unwrap(), Oldest::Tls13).unwrap();
        let (stream, _) = client.handshake(talk.0.into_inner(), "localhost", SOON).await.unwrap();
        Self(BufReader::new(Box::new(stream)))
    }

    /// Anna, with her inbox open.
    async fn at_inbox(stage: &Stage) -> Self {
        let mut talk = Self::protected(stage).await;
        assert_eq!(talk.say("LOGIN anna@sandbox.test sandbox").await, ["a OK LOGIN completed."]);
        let selected = talk.say("SELECT INBOX").await;
        assert!(selected.last().unwrap().starts_with("a OK [READ-WRITE]"), "{selected:?}");
        talk
    }

    async fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).await.unwrap();
        self.0.get_mut().flush().await.unwrap();
    }

    /// The next line; empty at the end.
    async fn line(&mut self) -> String {
        let mut line = String::new();
        tokio::time::timeout(SOON, self.0.read_line(&mut line)).await.unwrap().unwrap();
        line.trim_end().to_owned()
    }

    /// What is answered to `command`, up to its last line.
    async fn say(&mut self, command: &str) -> Vec<String> {
        self.send(&format!("a {command}\r\n")).await;
        let mut lines = Vec::new();
        loop {
            let line = self.line().await;
            let last = line.is_empty() && lines.last().is_some_and(String::is_empty);
            lines.push(line);
            if last || lines.last().is_some_and(|line| line.starts_with("a ")) {
                return lines;
            }
        }
    }

    /// The last line of it.
    async fn outcome(&mut self, command: &str) -> String {
        self.say(command).await.pop().unwrap()
    }
}

async fn deliver(stage: &Stage, letter: &str) {
    let token = stage.access_token(USER, "Mail.Send").await;
    let request = Request::post(stage.at().graph_url.join("/v1.0/me/sendMail").unwrap().as_str())
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "text/plain")
        .body(BASE64.encode(letter).into_bytes());
    assert_eq!(stage.http.send(request.unwrap()).await.unwrap().status(), 202);
}

fn xoauth2(user: &str, token: &str) -> String {
    let blob = BASE64.encode(format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"));
    format!("AUTHENTICATE XOAUTH2 {blob}")
}

#[tokio::test]
async fn a_sign_in_opens_what_it_may_and_is_refused_in_exchanges_words() {
    let stage = Stage::set().await;
    let good = stage.access_token(USER, IMAP).await;
    let (smtp, graph) =
        (stage.access_token(USER, SMTP_SEND).await, stage.access_token(USER, "Mail.Read").await);
    let program = stage.app_token("https://outlook.office365.com/.default").await;
    let program = field(&program, "access_token");
    let plain = |text: &str| format!("AUTHENTICATE PLAIN {}", BASE64.encode(text));
    let (done, failed) = ("a OK AUTHENTICATE completed.", "a NO AUTHENTICATE failed.");
    for (command, expected) in [
        (xoauth2(USER, &good), done),
        (xoauth2("team@sandbox.test", &good), done),
        (xoauth2("anna@sandbox.test", &program), done),
        (xoauth2(USER, &smtp), failed),
        (xoauth2(USER, &graph), failed),
        (xoauth2(USER, "guessed"), failed),
        (xoauth2("nobody@sandbox.test", &good), failed),
        (plain("\0you@sandbox.test\0sandbox"), done),
        (plain("\0you@sandbox.test\0wrong"), failed),
        (plain("you@sandbox.test"), failed),
        ("AUTHENTICATE SCRAM-SHA-256".to_owned(), "a NO Unsupported authentication mechanism."),
        ("LOGIN team@sandbox.test sandbox".to_owned(), "a NO LOGIN failed."),
    ] {
        let mut talk = Talk::protected(&stage).await;
        assert_eq!(talk.outcome(&command).await, expected, "{command}");
        let listed = talk.outcome("LIST \"\" *").await;
        assert_eq!(listed.starts_with("a OK"), expected == done, "{command}: {listed}");
    }
    let mut talk = Talk::protected(&stage).await;
    assert_eq!(talk.outcome(&xoauth2("anna@sandbox.test", &good)).await, done);
    let refused = talk.outcome("SELECT INBOX").await;
    assert_eq!(refused, "a BAD User is authenticated but not connected.", "not this person's");
}

#[tokio::test]
async fn a_refused_oauthbearer_is_told_why_first() {
    let stage = Stage::set().await;
    let token = stage.access_token(USER, IMAP).await;
    let said = |token: &str| {
        BASE64.encode(format!("n,a={USER},\u{1}host=localhost\u{1}auth=Bearer {token}\u{1}\u{1}"))
    };
    let mut talk = Talk::protected(&stage).await;
    talk.send(&format!("a AUTHENTICATE OAUTHBEARER {}\r\n", said("guessed"))).await;
    let challenge = talk.line().await;
    let why = BASE64.decode(challenge.strip_prefix("+ ").unwrap()).unwrap();
    let why: Value = serde_json::from_slice(&why).unwrap();
    assert_eq!(why["status"], "invalid_token");
    talk.send("AQ==\r\n").await;
    assert_eq!(talk.line().await, "a NO AUTHENTICATE failed.");
    talk.send("a AUTHENTICATE OAUTHBEARER\r\n").await;
    assert_eq!(talk.line().await, "+", "without an initial response it is asked for");
    talk.send(&format!("{}\r\n", said(&token))).await;
    assert_eq!(talk.line().await, "a OK AUTHENTICATE completed.");
}

#[tokio::test]
async fn nobody_signs_in_before_tls() {
    let stage = Stage::set().await;
    let mut talk = Talk::plain(&stage).await;
    let offered = &talk.say("CAPABILITY").await[0];
    assert!(offered.contains(" STARTTLS LOGINDISABLED") && !offered.contains("AUTH="), "{offered}");
    for command in ["LOGIN anna@sandbox.test sandbox", "AUTHENTICATE PLAIN"] {
        assert!(talk.outcome(command).await.starts_with("a NO [PRIVACYREQUIRED]"), "{command}");
    }
    assert!(talk.outcome("SELECT INBOX").await.starts_with("a BAD"));
    talk.send("a STARTTLS\r\nb NOOP\r\n").await;
    assert!(talk.line().await.starts_with("a BAD"), "what came behind it was not said under TLS");
}

#[tokio::test]
async fn a_search_finds_what_fits() {
    let stage = Stage::set().await;
    deliver(&stage, LETTER).await;
    deliver(&stage, &LETTER.replace("1@", "2@").replace("all is well", "nothing is")).await;
    let mut talk = Talk::at_inbox(&stage).await;
    assert!(talk.outcome(r"STORE 2 FLAGS (\Answered \Deleted)").await.starts_with("a OK"));
    for (criteria, expected) in [
        ("ALL", "1 2"),
        ("2:*", "2"),
        ("UID 1", "1"),
        ("ANSWERED", "2"),
        ("UNANSWERED UNSEEN", "1"),
        ("DELETED", ""),
        ("NOT ANSWERED", "1"),
        ("OR ANSWERED BODY \"All is\"", "1 2"),
        ("BODY \"all is\"", "1"),
        ("TEXT \"Message-ID\"", "1 2"),
        ("HEADER Message-ID \"<2@\"", "2"),
        ("HEADER X-Folded \"one two\"", "1 2"),
        ("HEADER X-Other \"\"", ""),
        ("FROM you@SANDBOX.test", "1 2"),
        ("CC anna", ""),
        ("ON 18-Nov-2026 SENTON 18-Nov-2026", "1 2"),
        ("BEFORE 18-Nov-2026", ""),
        ("SINCE 19-Nov-2026", ""),
        ("LARGER 100 SMALLER 10000", "1 2"),
    ] {
        let found = &talk.say(&format!("SEARCH {criteria}")).await[0];
        assert_eq!(found.trim_start_matches("* SEARCH").trim(), expected, "{criteria}");
    }
    let refused = talk.outcome("SEARCH CHARSET KOI8-R ALL").await;
    assert!(refused.starts_with("a NO [BADCHARSET"), "{refused}");
}

#[tokio::test]
async fn a_mail_is_fetched_whole_or_in_part() {
    let stage = Stage::set().await;
    deliver(&stage, LETTER).await;
    let mut talk = Talk::at_inbox(&stage).await;
    let text = talk.say("FETCH 1 (BODY.PEEK[TEXT]<6.4>)").await;
    assert_eq!(text[..2], ["* 1 FETCH (BODY[TEXT]<6> {4}", "Anna)"]);
    let fields = talk.say("FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT (From To Subject Date)]").await;
    assert_eq!(fields[1..3], ["Message-ID: <1@sandbox.test>", "X-Folded: one"]);
    let fast = talk.say("UID FETCH 1:* FAST").await;
    assert_eq!(
        fast[0],
        format!(
            "* 1 FETCH (FLAGS () INTERNALDATE \"18-Nov-2026 11:06:40 +0000\" RFC822.SIZE {} UID 1)",
            LETTER.len()
        )
    );
    let read = talk.say("FETCH 1 RFC822.TEXT").await.join("\n");
    assert!(read.contains(r"FLAGS (\Seen)"), "reading marks: {read}");
    assert_eq!(talk.say("FETCH 7 FLAGS").await, ["a OK FETCH completed."]);
    assert!(talk.outcome("FETCH 1 BODYSTRUCTURE").await.starts_with("a NO [CANNOT]"));
}

#[tokio::test]
async fn who_looks_only_changes_nothing_and_folders_stay_as_they_are() {
    let stage = Stage::set().await;
    deliver(&stage, LETTER).await;
    let mut talk = Talk::at_inbox(&stage).await;
    assert!(talk.outcome("EXAMINE inbox").await.starts_with("a OK [READ-ONLY]"));
    assert!(talk.say("FETCH 1 BODY[]").await.len() > 5);
    assert_eq!(talk.say("SEARCH UNSEEN").await[0], "* SEARCH 1");
    assert!(talk.outcome(r"STORE 1 +FLAGS (\Seen)").await.starts_with("a NO"));
    for command in ["CREATE x", "DELETE INBOX", "COPY 1 \"Sent Items\"", "RENAME INBOX x"] {
        assert!(talk.outcome(command).await.starts_with("a NO [CANNOT]"), "{command}");
    }
    assert!(talk.outcome("SELECT Nowhere").await.starts_with("a NO [NONEXISTENT]"));
    assert!(talk.outcome("SEARCH ALL").await.starts_with("a BAD"), "no folder is open any more");
}

#[tokio::test]
async fn what_was_sent_is_among_the_senders_sent_items() {
    let stage = Stage::set().await;
    deliver(&stage, LETTER).await;
    let mut talk = Talk::protected(&stage).await;
    talk.say("LOGIN you@sandbox.test sandbox").await;
    let counted = "(MESSAGES UNSEEN)";
    for (folder, expected) in [
        ("INBOX", "0 UNSEEN 0"),
        ("\"Sent Items\"", "1 UNSEEN 0"),
        ("\"Junk Email\"", "0 UNSEEN 0"),
    ] {
        let status = &talk.say(&format!("STATUS {folder} {counted}")).await[0];
        assert!(status.ends_with(&format!("(MESSAGES {expected})")), "{status}");
    }
}

#[tokio::test]
async fn who_is_idle_is_told_of_a_new_mail_at_once() {
    let stage = Stage::set().await;
    let mut talk = Talk::at_inbox(&stage).await;
    talk.send("a IDLE\r\n").await;
    assert!(talk.line().await.starts_with("+ "));
    deliver(&stage, LETTER).await;
    assert_eq!(talk.line().await, "* 1 EXISTS");
    talk.send("DONE\r\n").await;
    assert_eq!(talk.line().await, "a OK IDLE completed.");
    deliver(&stage, LETTER).await;
    assert_eq!(talk.say("NOOP").await, ["* 2 EXISTS", "a OK NOOP completed."]);
}

#[tokio::test]
async fn nonsense_is_refused_and_ends_the_conversation() {
    let stage = Stage::set().await;
    let mut talk = Talk::plain(&stage).await;
    for _ in 0..20 {
        assert_eq!(talk.outcome("XYZZY").await, "a BAD Command Error. 12");
    }
    assert!(talk.line().await.starts_with("* BYE"));
    for endless in ["a LOGIN {99999999}\r\n", "a LOGIN {5+}\r\nhello\r\n", "a NOOP\n"] {
        let mut talk = Talk::plain(&stage).await;
        talk.send(endless).await;
        assert!(talk.line().await.starts_with("* BYE"), "{endless}");
    }
}
