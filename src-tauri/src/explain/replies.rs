//! Well-known refusals of mail servers: recognition is a table, words are a `match`.

mod words;

pub(super) use words::Words;

use super::send_as::Keeper;
use crate::transport::{Stage, smtp::Reply};

#[derive(Clone, Copy)]
enum Known {
    SmtpAuthOffTenant,
    SmtpAuthOffMailbox,
    PasswordsOff,
    SecurityDefaults,
    PolicyBlocks,
    AccountLocked,
    AppPasswordNeeded,
    MechanismUnknown,
    NotSignedIn,
    TlsNeeded,
    BadCredentials,
    SendAsThrottled,
    NotYourAddress,
    NotYourLogin,
    SenderRejected,
    NotYourDomain,
    SenderBlocked,
    NoSuchRecipient,
    RelayDenied,
    TooManyRecipients,
    TooLarge,
    OwnMailboxFull,
    QuotaUsedUp,
    TooManyConnections,
}

/// How causes show themselves: reply code (0: any), enhanced code, words in lower case.
/// An empty field fits anything. Most specific first: the first row that fits wins.
#[rustfmt::skip]
const SIGNS: &[(u16, &str, &str, Known)] = &[
    (0,   "",        "disabled for the tenant",               Known::SmtpAuthOffTenant),
    (0,   "",        "disabled for the mailbox",              Known::SmtpAuthOffMailbox),
    (0,   "",        "basic authentication is disabled",      Known::PasswordsOff),
    (550, "5.7.30",  "",                                      Known::PasswordsOff),
    (535, "5.7.139", "security defaults",                     Known::SecurityDefaults),
    (535, "5.7.139", "did not meet the criteria",             Known::PolicyBlocks),
    (535, "5.7.139", "locked",                                Known::AccountLocked),
    (0,   "5.7.9",   "application-specific password",         Known::AppPasswordNeeded),
    (504, "",        "",                                      Known::MechanismUnknown),
    (530, "",        "starttls",                              Known::TlsNeeded),
    (451, "5.7.3",   "starttls",                              Known::TlsNeeded),
    (530, "",        "",                                      Known::NotSignedIn),
    (535, "",        "",                                      Known::BadCredentials),
    (550, "5.2.252", "",                                      Known::SendAsThrottled),
    (0,   "",        "sendasdenied",                          Known::NotYourAddress),
    (550, "5.7.60",  "",                                      Known::NotYourAddress),
    (0,   "",        "sender address rejected: not owned by", Known::NotYourLogin),
    (0,   "",        "sender address rejected: not logged in", Known::NotSignedIn),
    (550, "",        "sender address rejected",               Known::SenderRejected),
    (553, "",        "sender address rejected",               Known::SenderRejected),
    (554, "",        "sender address rejected",               Known::SenderRejected),
    (550, "5.7.750", "",                                      Known::NotYourDomain),
    (0,   "5.1.8",   "bad outbound sender",                   Known::SenderBlocked),
    (0,   "5.1.8",   "",                                      Known::SenderRejected),
    (0,   "5.7.501", "",                                      Known::SenderBlocked),
    (0,   "5.7.502", "",                                      Known::SenderBlocked),
    (0,   "5.7.503", "",                                      Known::SenderBlocked),
    (0,   "5.7.511", "",                                      Known::SenderBlocked),
    (0,   "5.1.1",   "",                                      Known::NoSuchRecipient),
    (0,   "5.1.10",  "",                                      Known::NoSuchRecipient),
    (0,   "",        "relay access denied",                   Known::RelayDenied),
    (0,   "",        "unable to relay",                       Known::RelayDenied),
    (0,   "",        "relaying denied",                       Known::RelayDenied),
    (0,   "5.5.3",   "",                                      Known::TooManyRecipients),
    (452, "4.5.3",   "",                                      Known::TooManyRecipients),
    (0,   "5.3.4",   "",                                      Known::TooLarge),
    (0,   "5.2.3",   "",                                      Known::TooLarge),
    (0,   "",        "submissionquotaexceeded",               Known::QuotaUsedUp),
    (0,   "",        "submission quota",                      Known::QuotaUsedUp),
    (0,   "5.2.2",   "",                                      Known::OwnMailboxFull),
    (0,   "",        "mapiexceptionquotaexceeded",            Known::OwnMailboxFull),
    (552, "",        "",                                      Known::TooLarge),
    (432, "4.3.2",   "",                                      Known::TooManyConnections),
];

/// What is known about `reply`, if it is a well-known one.
pub(super) fn known(stage: Stage, reply: &Reply) -> Option<Words> {
    recognised(reply).map(|known| known.words(stage))
}

/// Whose right is missing, when `reply` refuses the From address for want of one.
pub(super) fn right_missing(reply: &Reply) -> Option<Keeper> {
    match recognised(reply)? {
        Known::NotYourAddress | Known::SendAsThrottled => Some(Keeper::Exchange),
        Known::NotYourLogin => Some(Keeper::MailServer),
        _ => None,
    }
}

/// Whether `reply` refuses what was shown at the sign-in, and says nothing more.
pub(super) fn credentials_refused(reply: &Reply) -> bool {
    matches!(recognised(reply), Some(Known::BadCredentials))
}

fn recognised(reply: &Reply) -> Option<Known> {
    let enhanced = reply.enhanced().unwrap_or_default();
    let said = reply.to_string().to_lowercase();
    let fits = |(code, status, words, _): &&(u16, &str, &str, Known)| {
        (*code == 0 || *code == reply.code())
            && (status.is_empty() || *status == enhanced)
            && (words.is_empty() || said.contains(words))
    };
    SIGNS.iter().find(fits).map(|(.., known)| *known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Code;

    #[test]
    #[rustfmt::skip]
    fn well_known_refusals_are_recognised() {
        let table = [
            (Stage::Auth,    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled", Code::AuthRefused, "in the organization"),
            (Stage::Auth,    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.", Code::AuthRefused, "for this mailbox"),
            (Stage::Auth,    "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",                   Code::AuthRefused, "passwords"),
            (Stage::Auth,    "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.", Code::AuthRefused, "policy"),
            (Stage::Auth,    "535 5.7.3 Authentication unsuccessful [AM0PR04CA0001.eurprd04.prod.outlook.com]",               Code::AuthRefused, "refused the sign-in"),
            (Stage::Auth,    "535-5.7.8 Username and Password not accepted.\n535 5.7.8 https://support.google.com/mail",      Code::AuthRefused, "refused the sign-in"),
            (Stage::Auth,    "534-5.7.9 Application-specific password required.\n534 5.7.9 Learn more",                      Code::AuthRefused, "app password"),
            (Stage::Auth,    "504 5.7.4 Unrecognized authentication type",                                                   Code::AuthMethodMissing, "way of signing in"),
            (Stage::Sender,  "550 5.7.60 SMTP; Client does not have permissions to send as this sender",                     Code::SenderRefused, "From address"),
            (Stage::Message, "554 5.2.252 SendAsDenied; ana@example.org not allowed to send as bo@example.org",              Code::SenderRefused, "From address"),
            (Stage::Message, "550 5.2.252 Sender throttled due to continuous send as denied errors",                         Code::SenderRefused, "repeated"),
            (Stage::Sender,  "553 5.7.1 <bo@example.org>: Sender address rejected: not owned by user ana",                   Code::SenderRefused, "From address"),
            (Stage::Sender,  "553 5.7.1 <bo@example.org>: Sender address rejected: not logged in",                           Code::AuthRefused, "sign-in first"),
            (Stage::Sender,  "550 5.1.8 <bo@example.test>: Sender address rejected: Domain not found",                       Code::SenderRefused, "refused the sender"),
            (Stage::Sender,  "553 5.1.8 <bo@example.test>... Domain of sender address does not exist",                       Code::SenderRefused, "refused the sender"),
            (Stage::Message, "550 5.1.8 Access denied, bad outbound sender",                                                 Code::SenderRefused, "spam"),
            (Stage::Sender,  "530 5.7.57 Client not authenticated to send mail.",                                            Code::AuthRefused, "sign-in first"),
            (Stage::Sender,  "530 5.7.0 Must issue a STARTTLS command first",                                                Code::StarttlsMissing, "protected"),
            (Stage::Sender,  "550 5.1.1 <nobody@example.org>: Recipient address rejected",                                   Code::RecipientsRefused, "does not exist"),
            (Stage::Sender,  "550 5.1.10 RESOLVER.ADR.RecipientNotFound",                                                    Code::RecipientsRefused, "does not exist"),
            (Stage::Sender,  "554 5.7.1 <a@example.net>: Relay access denied",                                               Code::RecipientsRefused, "pass mail on"),
            (Stage::Sender,  "552 5.3.4 Message size exceeds fixed maximum message size",                                    Code::MessageTooLarge, "too large"),
            (Stage::Message, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",                                 Code::Busy, "connections"),
        ];
        for (stage, said, code, words) in table {
            let reply = Reply::parse(said).expect(said);
            let known = known(stage, &reply).unwrap_or_else(|| panic!("{said}"));
            assert_eq!(known.code, code, "{said}");
            assert!(known.title.contains(words), "{said}: {}", known.title);
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed_at() {
        for said in [
            "550 5.7.509 Access denied, sending domain does not pass DMARC",
            "451 4.7.0 later",
            "554 no",
        ] {
            assert!(known(Stage::Message, &Reply::parse(said).unwrap()).is_none(), "{said}");
        }
    }
}
