//! A token at work for a mailbox: whose it is, and what that account needs.

use super::{Problem, replies, send_as::Keeper};
use crate::{
    profile::{Provider, SignIn},
    transport::SendError,
};

/// Who shows a token, and for which mailbox.
#[derive(Debug, Clone, Copy)]
pub struct Bearer<'a> {
    /// How it came by the token.
    pub sign_in: SignIn,
    /// Whose token; `None`: nobody's, or the provider does not say.
    pub account: Option<&'a str>,
    /// The mailbox that mail is sent for.
    pub mailbox: &'a str,
    /// Who keeps the rights on that mailbox.
    pub keeper: Keeper,
}

impl Keeper {
    /// Who keeps the rights on mailboxes of accounts at `provider`.
    pub fn behind(provider: Option<Provider>) -> Self {
        match provider {
            Some(Provider::Microsoft) => Self::Exchange,
            Some(Provider::Google | Provider::Custom) | None => Self::MailServer,
        }
    }
}

impl Bearer<'_> {
    /// Says that another account than the mailbox's own is signed in, and which right it needs.
    pub fn other_account(&self) -> Option<String> {
        let mailbox = self.mailbox;
        let account = self.account.filter(|account| !account.eq_ignore_ascii_case(mailbox))?;
        let right = match self.keeper {
            Keeper::Exchange => "Send As and Full Access on it",
            Keeper::MailServer => "the right to send for it",
        };
        Some(format!(
            "{account} is signed in, and mail is sent for {mailbox}. Unless that is a mailbox of its \
             own, {account} needs {right}."
        ))
    }
}

/// Whether `error` refuses what was shown at the sign-in, and says nothing more.
pub fn credentials_refused(error: &SendError) -> bool {
    matches!(error, SendError::AuthRefused { reply, .. } if replies::credentials_refused(reply))
}

impl Problem {
    /// The same for a token in place of a password.
    #[must_use]
    pub fn token_refused(mut self, bearer: &Bearer<'_>) -> Self {
        let other = bearer.other_account();
        self.means = match (other, bearer.sign_in, bearer.keeper) {
            (Some(other), ..) => {
                format!("{other} Have it granted, or sign in as {}.", bearer.mailbox)
            }
            (None, SignIn::AppOnly, Keeper::Exchange) => format!(
                "The app signed in as itself. At Exchange it has to be registered as a service \
                 principal that has Full Access to {0}, or the role Application SMTP.SendAsApp for {0}.",
                bearer.mailbox
            ),
            _ => format!(
                "The token may be for another resource or cloud than this server's, or {} may not be \
                 used by SMTP.",
                bearer.mailbox
            ),
        };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        explain::Code,
        transport::{Stage, smtp::Reply},
    };

    fn refused(said: &str) -> SendError {
        SendError::AuthRefused { reply: Reply::parse(said).unwrap(), challenge: None }
    }

    #[test]
    fn a_token_that_is_refused_is_no_wrong_password_and_names_both_accounts() {
        let no = refused("535 5.7.8 Error: authentication failed");
        assert!(credentials_refused(&no) && Problem::from(no).means.contains("password"));
        let anna = Bearer {
            sign_in: SignIn::Delegated,
            account: Some("anna@x.example"),
            mailbox: "you@x.example",
            keeper: Keeper::Exchange,
        };
        #[rustfmt::skip]
        let table = [
            (anna,                                                          &["anna@x.example is signed in", "sent for you@x.example", "Full Access", "sign in as you@"][..]),
            (Bearer { keeper: Keeper::MailServer, ..anna },                 &["anna@x.example needs the right to send for it"]),
            (Bearer { account: Some("You@x.example"), ..anna },             &["The token", "you@x.example may not be used by SMTP"]),
            (Bearer { account: None, sign_in: SignIn::AppOnly, ..anna },    &["service principal", "Full Access to you@x.example"]),
        ];
        for (bearer, words) in table {
            let problem = Problem::from(refused("535 5.7.8 no")).token_refused(&bearer);
            assert_eq!(problem.code, Code::AuthRefused);
            assert!(words.iter().all(|word| problem.means.contains(word)), "{}", problem.means);
            assert!(!problem.means.contains("password"), "{}", problem.means);
        }
    }

    #[test]
    fn a_refusal_with_a_reason_of_its_own_is_left_as_it_is() {
        let no = refused("535 5.7.139 SmtpClientAuthentication is disabled for the Mailbox.");
        assert!(!credentials_refused(&no));
        let reply = Reply::parse("535 5.7.8 no").unwrap();
        let later = SendError::Refused { stage: Stage::Sender, reply, recipients: Vec::new() };
        assert!(!credentials_refused(&later));
    }
}
