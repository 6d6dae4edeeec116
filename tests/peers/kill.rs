//! Programs that are killed while they send through Postfix: nothing that is called sent is missing, and
//! nothing arrives twice.

use super::{
    product::{Product, profile, smtp},
    servers::{imap::Mailbox, servers},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    thread::sleep,
    time::{Duration, Instant},
};

/// Whose mailbox it is; no other test uses it.
const USER: &str = "sender13";
/// How many sends there are at least.
const SENDS: usize = 200;
/// How many programs are killed at least.
const KILLS: u32 = 8;
/// How long all of it may take.
const AT_MOST: Duration = Duration::from_secs(90);

#[test]
fn a_kill_at_any_moment_leaves_every_message_as_its_row_says_and_none_twice() {
    let product = Product::new();
    product.apply(&(profile("P", USER, "\"none\"") + &smtp(servers(), "relay", "none")));
    let (began, mut moments) = (Instant::now(), Moments(0x5eed_2026_1124_0001));
    let (mut rows, mut kills) = (Vec::new(), 0);
    while (rows.len() < SENDS || kills < KILLS) && began.elapsed() < AT_MOST {
        kill_after(&product, moments.next());
        kills += 1;
        rows = history(&product);
    }
    assert!(rows.len() >= SENDS && kills >= KILLS, "{} sends, {kills} kills", rows.len());

    // What Postfix took before is delivered before what it takes now.
    let last =
        product.run(&["send", "P", "--to", &format!("{USER}@corp.test"), "--subject", "last"]);
    let mut mailbox = Mailbox::open(servers(), USER);
    mailbox.wait_for(last.fine().message_id());
    let mut seen = HashMap::new();
    for row in &rows {
        let detail = product.run(&["history", "show", row["id"].as_str().unwrap()]).fine();
        let outcome = row["outcome"].as_str().unwrap();
        let id = message_id(detail.result());
        if outcome == "accepted" {
            mailbox.wait_for(id);
        }
        let there = mailbox.count_id(id);
        let fits = match outcome {
            "accepted" => there == 1,
            "uncertain" => there <= 1,
            "not_sent" => there == 0,
            other => panic!("a row says {other}: {row}"),
        };
        assert!(fits, "{there} in the mailbox: {row}");
        *seen.entry(outcome).or_insert(0) += 1;
    }
    assert!(seen.contains_key("accepted") && seen.contains_key("uncertain"), "{seen:?}");
}

/// The Message-ID of a row.
fn message_id(detail: &Value) -> &str {
    detail["message_id"].as_str().unwrap_or_else(|| panic!("no Message-ID: {detail}"))
}

/// Begins to send many messages, and kills the program after a while.
fn kill_after(product: &Product, moment: Duration) {
    let to = format!("{USER}@corp.test");
    let mut child =
        product.spawn(&["send", "P", "--to", &to, "--subject", "k", "--repeat", "100000"]);
    sleep(moment);
    assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn history(product: &Product) -> Vec<Value> {
    let answer = product.run(&["history", "--limit", "1000"]).fine();
    answer.result()["rows"].as_array().unwrap().clone()
}

/// Moments that look random and are the same each time.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(30 + self.0 % 170)
    }
}
