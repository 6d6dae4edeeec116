//! Several messages on one connection.

use super::*;

#[tokio::test]
async fn one_connection_takes_many_messages() {
    let again = "
        C: MAIL
        C: RCPT
        C: DATA
        S: 550 5.7.60 not as this one
        S: 503 5.5.1 no sender
        S: 503 5.5.1 no recipient
    ";
    let script =
        SmtpScript::start(&[PROTECTED, SIGNED_IN, TAKEN, again, TAKEN, "C: QUIT"].concat()).await;
    let server = Server { oldest: Oldest::Tls13, ..server(&script, Security::Starttls) };
    let letter = letter(draft()).await;
    let watch = Watch::nobody();
    let mut session = open(&server, &token(), &limits(), &watch).await.unwrap();
    for accepted in [true, false, true] {
        let watch = Watch::nobody();
        assert_eq!(session.send(&letter, Then::Open, &watch).await.is_ok(), accepted);
        assert!(session.takes(&letter));
        assert!(shown(&watch).starts_with("C: MAIL FROM"), "each has its own transcript");
    }
    session.quit(&watch).await;
    assert_eq!(script.heard().await.last().unwrap(), "QUIT");
}

#[tokio::test]
async fn the_next_message_is_announced_in_the_same_breath_as_the_end_of_this_one() {
    let ahead = "C: MAIL\nC: RCPT\nC: DATA\n";
    let taken = "S: 250 ok\nS: 250 ok\nS: 354 go\nMESSAGE\n";
    let script = [
        PROTECTED,
        SIGNED_IN,
        ahead,
        taken,
        ahead,
        "S: 250 first\n",
        taken,
        ahead,
        "S: 250 second\n",
        taken,
        "S: 250 third\nC: QUIT\nS: 221 bye",
    ];
    let script = SmtpScript::start(&script.concat()).await;
    let server = server(&script, Security::Starttls);
    let letters = [letter(draft()).await, letter(draft()).await, letter(draft()).await];
    let watch = Watch::nobody();
    let mut session = open(&server, &token(), &limits(), &watch).await.unwrap();
    for (number, reply) in ["250 first", "250 second", "250 third"].into_iter().enumerate() {
        let watch = Watch::nobody();
        let next = letters.get(number + 1).map_or(Then::Open, Then::Next);
        let delivery = session.send(&letters[number], next, &watch).await;
        assert_eq!(delivery.unwrap().reply, reply);
        assert!(shown(&watch).starts_with("C: MAIL FROM"), "each has its own transcript");
    }
    session.quit(&watch).await;
    assert_eq!(script.heard().await.last().unwrap(), "QUIT");
}

#[tokio::test]
async fn nothing_is_sent_after_a_refusal_on_a_connection_that_waits_for_the_next_message() {
    let script = [
        PROTECTED,
        SIGNED_IN,
        "C: MAIL\nC: RCPT\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nMESSAGE\n",
        "S: 554 5.6.0 not this\nSILENCE",
    ];
    let script = SmtpScript::start(&script.concat()).await;
    let server = server(&script, Security::Starttls);
    let (first, next) = (letter(draft()).await, letter(draft()).await);
    let watch = Watch::nobody();
    let mut session = open(&server, &token(), &limits(), &watch).await.unwrap();
    session.send(&first, Then::Next(&next), &watch).await.unwrap_err();
    assert!(!session.takes(&next));
    session.quit(&watch).await;
    let rest = script.heard().await.pop().unwrap();
    assert!(rest.ends_with("DATA"), "the server waits for a message and gets none: {rest:?}");
}
