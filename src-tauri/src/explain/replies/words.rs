//! What is said about the well-known refusals of mail servers.

use super::Known;
use crate::{
    explain::{Code, Retry},
    transport::Stage,
};

/// What is said about a refusal.
pub(in crate::explain) struct Words {
    pub code: Code,
    pub title: &'static str,
    pub means: &'static str,
    pub retry: Retry,
    pub source: Option<&'static str>,
}

const EXO: &str = "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission";
const NDR: &str = "https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online";
const THROTTLING: &str = "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/continuous-error-throttling-smtp-auth-submissions";

impl Known {
    /// A `match` and not a table: the compiler sees to it that nothing goes unexplained.
    #[allow(clippy::too_many_lines)] // an arm each, and each only words
    pub(super) fn words(self, stage: Stage) -> Words {
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
                "The password may be wrong, or the mailbox may not allow SMTP sign-in.",
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
            Self::NotYourLogin => (
                Code::SenderRefused,
                "The mailbox may not send with this From address",
                "Use the mailbox's own address as From, or have the server's administrator grant it \
                 the right to send as the other one.",
                AfterChange,
                None,
            ),
            Self::SenderRejected => (
                Code::SenderRefused,
                "The mail server refused the sender",
                "It takes no mail from this From address. Its own words say why.",
                AfterChange,
                None,
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
