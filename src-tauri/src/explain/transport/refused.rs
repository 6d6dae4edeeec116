//! What a mail server's refusal means, by its words and by when it came.

use crate::{
    explain::{
        Code, Problem, Retry,
        replies::{self, Words},
    },
    transport::{Recipient, Stage, smtp::Reply},
};
use std::time::Duration;

pub(super) fn auth_refused(reply: &Reply, challenge: Option<String>) -> Problem {
    let said = match challenge {
        Some(reason) => format!("{reply}\n{reason}"),
        None => reply.to_string(),
    };
    worded(Stage::Auth, reply, at(Stage::Auth)).said(said)
}

pub(super) fn refused(stage: Stage, reply: &Reply) -> Problem {
    worded(stage, reply, at(stage)).said(reply.to_string())
}

/// Nobody was taken, `reply` being the first answer. It may be about the sender all the same: Postfix
/// keeps what it has against one for RCPT (`smtpd_delay_reject`).
pub(super) fn recipients_refused(recipients: &[Recipient], reply: &Reply) -> Problem {
    let mut problem = worded(Stage::Sender, reply, RECIPIENT);
    if problem.code == Code::RecipientsRefused && recipients.len() > 1 {
        problem.title = format!("All {} recipients were refused", recipients.len());
    }
    let mut said: Vec<_> = recipients.iter().filter_map(|one| one.reply.as_deref()).collect();
    said.dedup();
    problem.said(said.join("\n"))
}

/// What can be said of a reply of which nothing is known: code, title, and what it means.
type Unknown = (Code, &'static str, &'static str);

const RECIPIENT: Unknown = (
    Code::RecipientsRefused,
    "The mail server refused the recipient",
    "It does not take this message for this address. Its own words say why.",
);

/// What a reply at `stage` means, and how long to wait where it says so.
fn worded(stage: Stage, reply: &Reply, unknown: Unknown) -> Problem {
    let problem = meant(stage, reply, unknown);
    match told_wait(reply).filter(|_| problem.retry == Retry::AfterWait) {
        Some(wait) => problem.after(wait),
        None => problem,
    }
}

/// How long to wait in a reply's own words: "in 90 seconds", "after 5 minutes".
fn told_wait(reply: &Reply) -> Option<Duration> {
    const UNITS: [(&str, u64); 3] = [("sec", 1), ("min", 60), ("hour", 3_600)];
    let text = reply.to_string().to_lowercase();
    let words: Vec<_> = text.split_whitespace().collect();
    words.windows(3).find_map(|three| {
        let number: u64 = three[1].parse().ok().filter(|_| matches!(three[0], "in" | "after"))?;
        let (_, unit) = UNITS.into_iter().find(|(name, _)| three[2].starts_with(name))?;
        Some(Duration::from_secs(number.checked_mul(unit)?))
    })
}

/// The words of the catalogue, or what can be said of any reply there.
fn meant(stage: Stage, reply: &Reply, unknown: Unknown) -> Problem {
    if let Some(Words { code, title, means, retry, source }) = replies::known(stage, reply) {
        let problem = Problem::new(code, title, means).retry(retry);
        return match source {
            Some(source) => problem.source(source),
            None => problem,
        };
    }
    if reply.is_temporary() {
        return Problem::new(
            Code::Busy,
            "The mail server is busy",
            "It says that it is a passing trouble. Nothing was sent; try again in a while.",
        )
        .retry(Retry::AfterWait);
    }
    let (code, title, means) = unknown;
    Problem::new(code, title, means)
}

fn at(stage: Stage) -> Unknown {
    match stage {
        Stage::Auth => (
            Code::AuthRefused,
            "The mail server refused the sign-in",
            "It knows this way of signing in, and did not accept what it was shown.",
        ),
        Stage::Sender => (
            Code::SenderRefused,
            "The mail server refused the sender",
            "It does not accept mail from this From address over this sign-in.",
        ),
        Stage::Message => (
            Code::MessageRefused,
            "The mail server refused the message",
            "It accepted sender and recipients, and not what is in the message.",
        ),
        _ => (
            Code::NoConnection,
            "The mail server does not want to talk",
            "It accepted the connection and turned it away. Its own words say why.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn a_reply_may_say_how_long_to_wait() {
        let table = [
            ("451 4.7.1 Greylisted, try again in 300 seconds.", Some(300)),
            ("450 4.7.0 Slow down; come back after 5 minutes",  Some(300)),
            ("421 4.7.0 Try again in 1 hour",                   Some(3_600)),
            ("451 4.7.0 Try again later",                       None),
            ("452 4.5.3 in 90 recipients of 100",               None),
            ("451 in 99999999999999999999 seconds",             None),
        ];
        for (said, seconds) in table {
            let reply = Reply::parse(said).unwrap();
            let wait = worded(Stage::Sender, &reply, RECIPIENT).retry_after_ms.map(|ms| ms / 1_000);
            assert_eq!(wait, seconds, "{said}");
        }
    }
}
