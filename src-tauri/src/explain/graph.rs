//! How Graph refuses mail, in words: by `error.code`, else by status.

use super::{Code, Problem, Retry};
use crate::transport::graph::Refusal;

/// Graph's error codes and what they come down to. The first row that fits wins.
/// Source: Graph's "error responses" and the EWS response codes behind them (FACTS: 5.5).
#[rustfmt::skip]
const CODES: &[(&str, Code, &str, &str)] = &[
    ("InvalidAuthenticationToken", Code::SignInNeeded, "Microsoft Graph did not accept the token",
     "It ran out, or is for another resource or cloud. Sign in again; check the cloud and the scopes."),
    ("ErrorSendAsDenied", Code::SenderRefused, "The mailbox may not send with this From address",
     "Use the mailbox's own address as From, or have the right to send as the other one granted (Add-RecipientPermission with SendAs)."),
    ("ErrorAccessDenied", Code::SenderRefused, "Microsoft Graph does not let this app send with this mailbox",
     "The permission Mail.Send is missing or has no admin consent, or a policy restricts the app to other mailboxes."),
    ("Authorization_RequestDenied", Code::SenderRefused, "Microsoft Graph does not let this app send mail",
     "The permission Mail.Send is missing or has no admin consent."),
    ("MailboxNotEnabledForRESTAPI", Code::SenderRefused, "The mailbox cannot be used through Microsoft Graph",
     "It is inactive, has no Exchange Online licence, is on the organization's own server, or belongs to a guest."),
    ("ErrorNonExistentMailbox", Code::SenderRefused, "There is no such mailbox",
     "Check the sender's mailbox."),
    ("ResourceNotFound", Code::SenderRefused, "There is no such mailbox",
     "Check the sender's mailbox and tenant."),
    ("Request_ResourceNotFound", Code::SenderRefused, "There is no such mailbox",
     "Check the sender's mailbox and tenant."),
    ("ErrorInvalidRecipients", Code::RecipientsRefused, "Microsoft Graph refused the recipients",
     "One of the addresses cannot be written to. Check them."),
    ("ErrorMessageSizeExceeded", Code::MessageTooLarge, "The message is too large for Microsoft Graph",
     "Send it by SMTP, or with smaller attachments."),
    ("RequestEntityTooLarge", Code::MessageTooLarge, "The message is too large for Microsoft Graph",
     "Send it by SMTP, or with smaller attachments."),
    ("ErrorQuotaExceeded", Code::MessageRefused, "The sender's mailbox is full",
     "The copy for Sent Items does not fit, so nothing was sent. Make room in the mailbox."),
    ("ErrorSubmissionQuotaExceeded", Code::Busy, "The mailbox has sent as much as it may for now",
     "Exchange Online allows 10 000 recipients in 24 hours. Wait, and check that nobody else sends with this mailbox."),
    ("ErrorMessageSubmissionBlocked", Code::SenderRefused, "Microsoft has stopped this mailbox from sending",
     "Sign in at outlook.com with the account and follow what it asks for."),
    ("ErrorExceededMessageLimit", Code::SenderRefused, "Microsoft has stopped this mailbox from sending for now",
     "It has sent as many messages as it may. Wait, or verify the account at outlook.com."),
    ("ErrorAccountDisabled", Code::SenderRefused, "The account is disabled",
     "An administrator has to enable it."),
];

/// The same, where the code says nothing.
const STATUSES: &[(u16, Code, &str, &str)] = &[
    (
        401,
        Code::SignInNeeded,
        "Microsoft Graph did not accept the sign-in",
        "Sign in again; check the cloud and the scopes.",
    ),
    (
        403,
        Code::SenderRefused,
        "Microsoft Graph does not let this app send with this mailbox",
        "Check that the app has the permission Mail.Send with consent, and rights on the mailbox.",
    ),
    (
        404,
        Code::SenderRefused,
        "There is no such mailbox",
        "Check the sender's mailbox and tenant.",
    ),
    (
        413,
        Code::MessageTooLarge,
        "The message is too large for Microsoft Graph",
        "Send it by SMTP, or with smaller attachments.",
    ),
    (
        429,
        Code::Busy,
        "Microsoft Graph is throttling this mailbox",
        "Too much was asked of it in too short a time. Try again after the time it names.",
    ),
    (
        500,
        Code::Busy,
        "Microsoft Graph has trouble",
        "It failed before the message was handed over, so nothing was sent. Try again in a while.",
    ),
    (
        502,
        Code::Busy,
        "Microsoft Graph cannot be reached behind its gateway",
        "It failed before the message was handed over, so nothing was sent. Try again in a while.",
    ),
    (
        504,
        Code::Busy,
        "Microsoft Graph did not answer its gateway",
        "It failed before the message was handed over, so nothing was sent. Try again in a while.",
    ),
    (
        503,
        Code::Busy,
        "Microsoft Graph is busy",
        "It says that it is a passing trouble. Try again in a while.",
    ),
];

/// Explains an answer of Graph that is a clear no.
pub(super) fn refused(refusal: &Refusal) -> Problem {
    let by_code = CODES.iter().find(|(code, ..)| *code == refusal.code);
    let by_status = STATUSES.iter().find(|(status, ..)| *status == refusal.status);
    let (code, title, means) = match (by_code, by_status) {
        (Some((_, code, title, means)), _) | (None, Some((_, code, title, means))) => {
            (*code, *title, *means)
        }
        _ => (
            Code::MessageRefused,
            "Microsoft Graph refused the message",
            "Its own words say why. Microsoft's support finds the request by its request-id.",
        ),
    };
    let problem = Problem::new(code, title, means).said(refusal.to_string());
    match (code, refusal.retry_after) {
        (Code::Busy, Some(wait)) => problem.after(wait),
        (Code::Busy, None) => problem.retry(Retry::AfterWait),
        _ => problem,
    }
}
