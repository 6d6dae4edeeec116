//! Well-known refusals of mail servers: recognition is a table, words are a `match`.

use super::{Code, Retry};
use crate::transport::{Stage, smtp::Reply};

/// What is said about a refusal.
pub(super) struct Words {
    pub code: Code,
    pub title: &'static str,
    pub means: &'static str,
    pub retry: Retry,
    pub source: Option<&'static str>,
}

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
    (0,   "",        "sender address rejected: not owned by", Known::NotYourAddress),
    (550, "5.7.750", "",                                      Known::NotYourDomain),
    (0,   "5.1.8",   "",                                      Known::SenderBlocked),
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

/// Whether `reply` refuses the From address.
pub(super) fn refuses_from(reply: &Reply) -> bool {
    matches!(recognised(reply), Some(Known::NotYourAddress | Known::SendAsThrottled))
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

const EXO: &str = "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission";
const NDR: &str = "https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online";
const THROTTLING: &str = "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/continuous-error-throttling-smtp-auth-submissions";

impl Known {
    /// A `match` and not a table: the compiler sees to it that nothing goes unexplained.
    #[allow(clippy::too_many_lines)] // an arm each, and each only words
    fn words(self, stage: Stage) -> Words {
        use Retry::{AfterChange, AfterWait};
        let (code, title, means, retry, source) = match self {
            Self::SmtpAuthOffTenant => (
                Code::AuthRefused,
                "SMTP sign-in is switched off in the organization",
                "Exchange Online knows the account, and authenticated SMTP is disabled for everybody \
                 whose mailbox does not say otherwise. An administrator can allow it for this mailbox: \
                 Set-CASMailbox -Identity MAILBOX -SmtpClientAuthenticationDisabled $false. Sending \
                 through Microsoft Graph needs no such switch.",
                AfterChange,
                Some("https://aka.ms/smtp_auth_disabled"),
            ),
            Self::SmtpAuthOffMailbox => (
                Code::AuthRefused,
                "SMTP sign-in is switched off for this mailbox",
                "Exchange Online knows the account, and authenticated SMTP is disabled for the mailbox. \
                 An administrator can allow it: Set-CASMailbox -Identity MAILBOX \
                 -SmtpClientAuthenticationDisabled $false. Sending through Microsoft Graph needs no such \
                 switch.",
                AfterChange,
                Some("https://aka.ms/smtp_auth_disabled"),
            ),
            Self::PasswordsOff => (
                Code::AuthRefused,
                "The mail server no longer takes passwords",
                "Signing in with a password (Basic authentication) is switched off there. Sign in with \
                 the provider instead (OAuth).",
                AfterChange,
                Some(EXO),
            ),
            Self::SecurityDefaults => (
                Code::AuthRefused,
                "The organization's security defaults block this sign-in",
                "They forbid signing in with a password. Sign in with Microsoft instead (OAuth).",
                AfterChange,
                Some(EXO),
            ),
            Self::PolicyBlocks => (
                Code::AuthRefused,
                "A policy of the organization blocks this sign-in",
                "Conditional access, multi-factor sign-in or a switch for this user forbids it. The \
                 sign-in log in Entra names the policy. Signing in with Microsoft (OAuth) passes most.",
                AfterChange,
                Some(EXO),
            ),
            Self::AccountLocked => (
                Code::AuthRefused,
                "The account is locked",
                "Microsoft locked it, often after wrong passwords. An administrator can unlock it or \
                 reset the password.",
                AfterChange,
                None,
            ),
            Self::AppPasswordNeeded => (
                Code::AuthRefused,
                "The provider wants an app password",
                "The account uses two-step sign-in, so its own password is not taken here. Make an app \
                 password in the account's security settings, or sign in with the provider (OAuth).",
                AfterChange,
                None,
            ),
            Self::MechanismUnknown => (
                Code::AuthMethodMissing,
                "The mail server does not know this way of signing in",
                "Often the host is one for receiving (MX, mail.protection.outlook.com) and not for \
                 sending, such as smtp.office365.com.",
                AfterChange,
                None,
            ),
            Self::NotSignedIn => (
                Code::AuthRefused,
                "The mail server wants a sign-in first",
                "It takes no mail from strangers. Give the sender a way to sign in.",
                AfterChange,
                None,
            ),
            Self::TlsNeeded => (
                Code::StarttlsMissing,
                "The mail server wants a protected connection",
                "Set security to \"starttls\".",
                AfterChange,
                None,
            ),
            Self::BadCredentials => (
                Code::AuthRefused,
                "The mail server refused the sign-in",
                "A password may be wrong. A token may be for another mailbox, resource or cloud, or the \
                 mailbox may not allow SMTP sign-in. Check that the account that signed in is the mailbox \
                 or has rights on it.",
                AfterChange,
                None,
            ),
            Self::SendAsThrottled => (
                Code::SenderRefused,
                "Exchange blocks the mailbox after repeated attempts to send as somebody else",
                "The From address is not allowed, and trying it again and again has locked the mailbox \
                 for a time that nobody can shorten. Correct the From address or the right first, then \
                 wait.",
                AfterWait,
                Some(THROTTLING),
            ),
            Self::NotYourAddress => (
                Code::SenderRefused,
                "The mailbox may not send with this From address",
                "Use the mailbox's own address as From, or have the right to send as the other one \
                 granted (Exchange: Add-RecipientPermission with SendAs; it takes up to an hour). Trying \
                 again before that can lock the mailbox.",
                AfterChange,
                Some(NDR),
            ),
            Self::NotYourDomain => (
                Code::SenderRefused,
                "The organization has not registered the domain of the From address",
                "Exchange sends only from accepted domains. Add and verify the domain, or use another \
                 From address.",
                AfterChange,
                Some(NDR),
            ),
            Self::SenderBlocked => (
                Code::SenderRefused,
                "Exchange has blocked this mailbox as a source of spam",
                "An administrator can release it in the Defender portal under Restricted entities, and \
                 should find out first what was sent from it.",
                AfterChange,
                Some(NDR),
            ),
            Self::NoSuchRecipient => (
                Code::RecipientsRefused,
                "The recipient does not exist",
                "The server knows no such mailbox. Check the address.",
                AfterChange,
                None,
            ),
            Self::RelayDenied => (
                Code::RecipientsRefused,
                "The mail server does not pass mail on to this recipient",
                "It does so only after a sign-in, or for its own domains. Check that this is the host for \
                 sending and that the sender signs in.",
                AfterChange,
                None,
            ),
            Self::TooManyRecipients => (
                Code::RecipientsRefused,
                "The message has too many recipients",
                "Split them over several messages.",
                AfterChange,
                None,
            ),
            Self::TooLarge => (
                Code::MessageTooLarge,
                "The message is too large for the mail server",
                "Attachments grow by a third on the way. Send smaller ones, or a link to them.",
                AfterChange,
                None,
            ),
            Self::OwnMailboxFull if stage == Stage::Sender => (
                Code::RecipientsRefused,
                "A mailbox is full",
                "The server has no room for the message. The mailbox's owner has to make some.",
                AfterChange,
                None,
            ),
            Self::OwnMailboxFull => (
                Code::MessageRefused,
                "The sender's mailbox is full",
                "The copy for Sent Items does not fit, so nothing was sent. Make room in the mailbox.",
                AfterChange,
                None,
            ),
            Self::QuotaUsedUp => (
                Code::Busy,
                "The mailbox has sent as much as it may for now",
                "Exchange Online allows 10 000 recipients in 24 hours. Wait, and check that nobody else \
                 sends with this mailbox.",
                AfterWait,
                Some(NDR),
            ),
            Self::TooManyConnections => (
                Code::Busy,
                "Too many connections send with this mailbox",
                "Exchange Online allows three at a time. Try again in a minute.",
                AfterWait,
                None,
            ),
        };
        Words { code, title, means, retry, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
