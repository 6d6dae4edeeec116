//! A From address that is refused: who has to grant what.

use super::{Cause, Code, Fix, Likelihood, Problem, replies};
use crate::transport::SendError;
use std::fmt::Write as _;

/// Whom a sender wanted to send as.
#[derive(Debug, Clone, Copy)]
pub struct SendAsFacts<'a> {
    /// Whose right counts: the account that signed in, or the mailbox where a server knows only that.
    pub signed_in: &'a str,
    /// Its own mailbox.
    pub mailbox: &'a str,
    /// The From address.
    pub from: &'a str,
    /// Who can grant the right.
    pub keeper: Keeper,
    /// Graph, for a person: sending as others is a scope of its own.
    pub shared_scope: bool,
}

/// Who keeps the rights to send as others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// Exchange, behind SMTP or Graph.
    Exchange,
    /// A mail server of another kind.
    MailServer,
}

/// Whose right is missing, when `error` is about the From address and not about the sign-in: another
/// sign-in changes nothing.
pub fn right_missing(error: &SendError) -> Option<Keeper> {
    match error {
        SendError::Graph(no) => matches!(&*no.code, "ErrorSendAsDenied" | "ErrorAccessDenied")
            .then_some(Keeper::Exchange),
        SendError::Refused { reply, .. } | SendError::RecipientsRefused { reply, .. } => {
            replies::right_missing(reply)
        }
        _ => None,
    }
}

impl Problem {
    /// Adds who can grant the right that is missing, when the From is another than the one who signed in.
    #[must_use]
    pub fn send_as(mut self, facts: &SendAsFacts<'_>) -> Self {
        if self.code != Code::SenderRefused || facts.signed_in.eq_ignore_ascii_case(facts.from) {
            return self;
        }
        self.causes.push(no_right(facts));
        if facts.shared_scope {
            self.causes.push(scope_missing(facts.from));
        }
        self
    }
}

fn no_right(facts: &SendAsFacts<'_>) -> Cause {
    let SendAsFacts { signed_in, mailbox, from, keeper, .. } = facts;
    let quoted = |address: &str| format!("'{}'", address.replace('\'', "''"));
    let grant = if *keeper == Keeper::Exchange {
        let mut text = format!(
            "Add-RecipientPermission -Identity {} -Trustee {} -AccessRights SendAs",
            quoted(from),
            quoted(signed_in)
        );
        if !signed_in.eq_ignore_ascii_case(mailbox) {
            // NOTE: Graph sends from another's mailbox only for who has full access to it
            // (<https://learn.microsoft.com/graph/outlook-send-mail-from-other-user>, 2026-11).
            let _ = write!(
                text,
                "\nAdd-MailboxPermission -Identity {} -User {} -AccessRights FullAccess",
                quoted(mailbox),
                quoted(signed_in)
            );
        }
        let title = "Grant the right, and wait an hour before the next try";
        fix("exchange-admin", "powershell", title, text)
    } else {
        fix(
            "mail-admin",
            "setting",
            "Grant the right",
            format!("Let {signed_in} send with the address {from}."),
        )
    };
    let mut fixes = vec![grant];
    if !from.eq_ignore_ascii_case(mailbox) {
        let own = format!("Leave From empty: then {mailbox} is used, or the sender's own From.");
        fixes.push(fix("you", "setting", "Use the sender's own address", own));
    }
    Cause {
        code: "send-as-right-missing".to_owned(),
        title: format!("{signed_in} does not have the right to send as {from}"),
        likelihood: Likelihood::VeryLikely,
        why: vec![format!("The message is from {from}, and the sign-in is that of {signed_in}.")],
        fixes,
    }
}

fn scope_missing(from: &str) -> Cause {
    let text = format!(
        "Add {from} to send_as, so that it is asked for; where the sender has scopes of its own, add \
         https://graph.microsoft.com/Mail.Send.Shared to them. Then sign in again."
    );
    Cause {
        code: "send-shared-scope-missing".to_owned(),
        title: "The sign-in does not include Mail.Send.Shared".to_owned(),
        likelihood: Likelihood::Possible,
        why: vec![
            "For a person, Microsoft Graph wants this permission to send as others.".to_owned(),
        ],
        fixes: vec![fix("you", "setting", "Ask for the permission", text)],
    }
}

fn fix(who: &str, kind: &str, title: &str, text: String) -> Fix {
    Fix { who: who.to_owned(), kind: kind.to_owned(), title: title.to_owned(), text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Stage, graph::Refusal, smtp::Reply};

    #[test]
    fn a_refused_from_is_told_from_a_refused_sign_in() {
        let smtp = |stage, said: &str| SendError::Refused {
            stage,
            reply: Reply::parse(said).unwrap(),
            recipients: Vec::new(),
        };
        let graph = |status, code: &str| {
            SendError::Graph(Refusal { status, code: code.to_owned(), ..Refusal::default() })
        };
        let exchange = Some(Keeper::Exchange);
        #[rustfmt::skip]
        let table = [
            (smtp(Stage::Sender,  "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),                                       exchange),
            (smtp(Stage::Message, "554 5.2.252 SendAsDenied; a@x.example not allowed to send as b@x.example; STOREDRV.Submission.Exception:SendAsDeniedException"), exchange),
            (smtp(Stage::Message, "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied"),                          exchange),
            (smtp(Stage::Message, "550 5.2.252 Sender throttled due to continuous send as denied errors"),                                             exchange),
            (smtp(Stage::Sender,  "553 5.7.1 <bo@x.example>: Sender address rejected: not owned by user ana"),                                         Some(Keeper::MailServer)),
            (smtp(Stage::Sender,  "530 5.7.57 Client not authenticated to send mail."),                                                                None),
            (smtp(Stage::Message, "550 5.1.8 Access denied, bad outbound sender"),                                                                     None),
            (graph(403, "ErrorSendAsDenied"),                                                                                                          exchange),
            (graph(403, "ErrorAccessDenied"),                                                                                                          exchange),
            (graph(401, "InvalidAuthenticationToken"),                                                                                                 None),
        ];
        for (error, expected) in table {
            assert_eq!(right_missing(&error), expected, "{error}");
            if expected.is_some() {
                assert_eq!(Problem::from(error).code, Code::SenderRefused);
            }
        }
    }

    #[test]
    fn it_says_who_has_to_grant_what() {
        let refused = || Problem::new(Code::SenderRefused, "no", "no");
        let facts = SendAsFacts {
            signed_in: "ana@x.example",
            mailbox: "ana@x.example",
            from: "o'hara@x.example",
            keeper: Keeper::Exchange,
            shared_scope: true,
        };
        let causes = refused().send_as(&facts).causes;
        let grant = &causes[0].fixes[0];
        assert_eq!(grant.who, "exchange-admin");
        assert_eq!(
            grant.text,
            "Add-RecipientPermission -Identity 'o''hara@x.example' -Trustee 'ana@x.example' -AccessRights SendAs"
        );
        assert!(causes[1].fixes[0].text.contains("Mail.Send.Shared"));
        let own = SendAsFacts { from: "Ana@x.example", ..facts };
        assert!(
            refused().send_as(&own).causes.is_empty(),
            "the own address is no matter of send-as"
        );
        let shared = SendAsFacts { mailbox: "team@x.example", from: "team@x.example", ..facts };
        let causes = refused().send_as(&shared).causes;
        assert!(causes[0].title.starts_with("ana@x.example does not"), "{causes:?}");
        assert_eq!(causes[0].fixes.len(), 1, "the own address is the one that is refused");
        assert_eq!(
            causes[0].fixes[0].text,
            "Add-RecipientPermission -Identity 'team@x.example' -Trustee 'ana@x.example' -AccessRights SendAs\n\
             Add-MailboxPermission -Identity 'team@x.example' -User 'ana@x.example' -AccessRights FullAccess"
        );
        assert!(causes[1].fixes[0].text.contains("Add team@x.example to send_as"), "{causes:?}");
    }
}
