//! MAIL, RCPT and DATA: what they say about a letter, and what the replies mean together.

use super::{Reply, Session, offers::Offers, wire::Wire};
use crate::{
    letter::Letter,
    transport::{Recipient, SendError, Stage, Then, Watch},
};
use lettre::{
    Address,
    transport::smtp::{
        commands::{Mail, Quit, Rcpt, Rset},
        extension::{MailBodyParameter, MailParameter, RcptParameter},
    },
};

/// How many commands go out before their replies are read (RFC 2920): few enough that the replies
/// fit into the buffers between us and the server.
pub(super) const GROUP: usize = 100;
const DATA: &str = "DATA\r\n";

/// The commands that go before a letter's message, the last of them DATA.
pub(super) fn commands(
    letter: &Letter,
    offers: &Offers,
    host: &str,
) -> Result<Vec<String>, SendError> {
    let envelope = letter.envelope();
    let mail = Mail::new(Some(envelope.from.clone()), parameters(letter, offers, host)?);
    let notify = letter.notices().notify().filter(|_| offers.dsn);
    let to = envelope
        .to
        .iter()
        .map(|to| Rcpt::new(to.clone(), reports(to, notify.as_deref())).to_string());
    Ok([mail.to_string()].into_iter().chain(to).chain([DATA.to_owned()]).collect())
}

/// What MAIL says about the message, as far as the server wants to know.
fn parameters(
    letter: &Letter,
    offers: &Offers,
    host: &str,
) -> Result<Vec<MailParameter>, SendError> {
    let size = letter.size();
    let mut parameters = Vec::new();
    if let Some(limit) = offers.size {
        if limit > 0 && size > limit {
            return Err(SendError::TooLarge { host: host.to_owned(), size, limit, graph: false });
        }
        parameters.push(MailParameter::Size(usize::try_from(size).unwrap_or(usize::MAX)));
    }
    if let Some(address) = letter.needs_smtputf8() {
        // RFC 6531 §3.1: a server with the one offers the other too.
        if !offers.smtputf8 || !offers.eight_bit_mime {
            let (host, address) = (host.to_owned(), address.to_owned());
            return Err(SendError::SmtpUtf8Missing { host, address });
        }
        parameters.push(MailParameter::SmtpUtfEight);
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    if offers.dsn && letter.notices().are_wanted() {
        let other = |keyword: &str, value: &str| MailParameter::Other {
            keyword: keyword.to_owned(),
            value: Some(value.to_owned()),
        };
        parameters.extend(letter.notices().ret().map(|ret| other("RET", ret)));
        parameters.push(other("ENVID", letter.message_id().trim_matches(['<', '>'])));
    }
    Ok(parameters)
}

/// What RCPT says about reports, and to whom the message went in the first place (RFC 3461 §4).
fn reports(to: &Address, notify: Option<&str>) -> Vec<RcptParameter> {
    let Some(notify) = notify else { return Vec::new() };
    let mut reports = vec![("NOTIFY", notify.to_owned())];
    let address = to.to_string();
    if address.is_ascii() {
        reports.push(("ORCPT", format!("rfc822;{address}")));
    }
    let parameter = |(keyword, value): (&str, String)| RcptParameter::Other {
        keyword: keyword.to_owned(),
        value: Some(value),
    };
    reports.into_iter().map(parameter).collect()
}

impl Session {
    /// Names sender and recipients and asks for the message: everything at once where the server
    /// takes it. When this is `Ok`, the server waits for the message.
    pub(super) async fn envelope(
        &mut self,
        letter: &Letter,
        watch: &Watch,
    ) -> Result<Vec<Recipient>, SendError> {
        let commands = commands(letter, &self.offers, self.wire.host())?;
        self.note_missing_notices(letter, watch);
        let written = self.ahead.take().is_some();
        let mut replies = Vec::with_capacity(commands.len());
        for group in commands.chunks(if self.offers.pipelining { GROUP } else { 1 }) {
            if written {
                Wire::said(group, watch);
            } else if is_worth_it(group, &replies) {
                self.wire.say(group, self.limits.command, watch).await?;
            } else {
                break;
            }
            for command in group {
                replies.push(self.answer_to(command, watch).await?);
            }
        }
        self.judge(letter, &replies, watch).await
    }

    pub(super) fn note_missing_notices(&self, letter: &Letter, watch: &Watch) {
        if letter.notices().are_wanted() && !self.offers.dsn {
            watch.transcript.note("no notices of delivery (DSN) are offered, so none is asked for");
        }
    }

    /// What can be said already while the message before is not answered yet: its content may stand
    /// first in a group, and QUIT last (RFC 2920 §3.1). So each message costs one round trip, and the
    /// parting none.
    pub(super) fn say_ahead(&mut self, then: Then<&Letter>, watch: &Watch) -> String {
        match then {
            _ if !self.offers.pipelining => String::new(),
            Then::Next(next) => match commands(next, &self.offers, self.wire.host()) {
                Ok(commands) if commands.len() <= GROUP => {
                    self.ahead = Some(next.message_id().to_owned());
                    commands.concat()
                }
                _ => String::new(),
            },
            Then::Open => String::new(),
            Then::Quit => {
                self.parting = true;
                Wire::said(&[Quit.to_string()], watch);
                Quit.to_string()
            }
        }
    }

    async fn answer_to(&mut self, command: &str, watch: &Watch) -> Result<Reply, SendError> {
        let limit = if command == DATA {
            self.wire.reach(Stage::Message, watch);
            self.limits.data
        } else {
            self.limits.command
        };
        let reply = self.wire.reply(limit, watch).await?;
        match reply.code() {
            421 => Err(SendError::refusal(self.wire.stage(), reply)),
            _ => Ok(reply),
        }
    }

    /// What the replies mean together: one to MAIL, one to each recipient, one to DATA, as far as it
    /// came.
    async fn judge(
        &mut self,
        letter: &Letter,
        replies: &[Reply],
        watch: &Watch,
    ) -> Result<Vec<Recipient>, SendError> {
        let data = replies.get(letter.envelope().to.len() + 1);
        let asked = data.is_some_and(|reply| reply.code() == 354);
        let judged = match (verdict(letter, replies), data) {
            (Ok(recipients), Some(data)) if !asked => {
                Err(SendError::refusal(Stage::Message, data.clone()).after(recipients))
            }
            (judged, _) => judged,
        };
        if judged.is_err() && (replies[0].is_positive() || asked) {
            self.take_back(asked, watch).await;
        }
        judged
    }

    /// Ends a transaction that nothing may come of. A server that asks for the message although
    /// nobody is to get it is given an empty one (RFC 2920 §3.1), and has nobody to deliver it to.
    async fn take_back(&mut self, asked: bool, watch: &Watch) {
        let command = if asked { ".\r\n".to_owned() } else { Rset.to_string() };
        let ended = self.command(&command, watch).await;
        self.usable = ended.is_ok_and(|reply| reply.code() != 421);
    }
}

/// Who was accepted, by the replies to MAIL and to each recipient, as far as they came.
pub(super) fn verdict(letter: &Letter, replies: &[Reply]) -> Result<Vec<Recipient>, SendError> {
    let (mail, answers) = replies.split_first().expect("MAIL is always said, and answered");
    let recipients: Vec<_> = letter.envelope().to.iter().zip(answers).map(answered).collect();
    if !mail.is_positive() {
        return Err(SendError::refusal(Stage::Sender, mail.clone()));
    }
    if !recipients.iter().any(|recipient| recipient.accepted) {
        return Err(SendError::RecipientsRefused { recipients, reply: answers[0].clone() });
    }
    Ok(recipients)
}

/// Whether `group` can still lead to something after `replies`, the first of which is to MAIL.
fn is_worth_it(group: &[String], replies: &[Reply]) -> bool {
    let Some((mail, to)) = replies.split_first() else { return true };
    mail.is_positive() && (*group != [DATA] || to.iter().any(Reply::is_positive))
}

fn answered((address, reply): (&Address, &Reply)) -> Recipient {
    Recipient {
        address: address.to_string(),
        accepted: reply.is_positive(),
        reply: Some(reply.to_string()),
    }
}
