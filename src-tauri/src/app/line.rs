//! One sender's way out: the conversation. What is written down before and after is in `ledger`.

use super::{
    App,
    by_smtp::Open,
    ending::Failed,
    ledger::{Answered, Ready},
    sender::Sender,
    views::may_send_as,
};
use crate::{
    api::{MessageDraft, SendReport},
    explain::{Code, FieldFault, Keeper, Problem, SendAsFacts, credentials_refused, right_missing},
    letter::{Attachment, Draft, Letter, Notices},
    profile::{Mailbox, Profile, SignIn, Transport, check},
    transport::{Delivery, SendError, Then, Watch},
};
use tokio::{sync::Mutex, time::Instant};

/// A way out that stays open for several messages.
#[derive(Debug)]
pub struct Line {
    pub(super) app: App,
    pub(super) sender: Sender,
    pub(super) via: Transport,
    /// The open connection. Messages go over it one after the other.
    pub(super) open: Mutex<Option<Open>>,
}

impl Line {
    pub(super) fn new(app: App, sender: Sender, via: Transport) -> Self {
        Self { app, sender, via, open: Mutex::default() }
    }

    /// Sends a message that was written down, and writes down how it ended. What comes `then` the
    /// server is told in the same breath, where it lets us.
    pub async fn send(&self, ready: Ready, then: Then<&Ready>) -> SendReport {
        let answered = self.exchange(ready, then).await;
        self.settle(answered).await
    }

    /// Sends a message that was written down; how it ended has to be [`settle`](Self::settle)d.
    pub async fn exchange(&self, ready: Ready, then: Then<&Ready>) -> Answered {
        let began = Instant::now();
        let watch = self.app.watch(ready.id, ready.cancel.clone(), self.mail_server());
        let ended = self.hand_over(&ready, then, &watch).await;
        self.answered(ready, ended, &watch, began)
    }

    /// Says good-bye to the server.
    pub async fn close(self) {
        if let Some(Open { session, _turn }) = self.open.into_inner() {
            session.quit(&Watch::nobody()).await;
        }
    }

    /// Whether a copy goes to Sent Items: as the message says, else as the profile.
    pub(super) fn keeps_copy(&self, message: &MessageDraft) -> Result<bool, Problem> {
        if self.via == Transport::Smtp && message.save_to_sent_items == Some(false) {
            return Err(Problem::invalid(vec![FieldFault {
                field: "save_to_sent_items".to_owned(),
                fault: "with SMTP it is the provider that decides about a copy".to_owned(),
                remedy: "Leave it out, or send through Microsoft Graph".to_owned(),
            }]));
        }
        Ok(message.save_to_sent_items.unwrap_or(self.sender.profile.save_to_sent_items))
    }

    pub(super) async fn compose(&self, message: &MessageDraft) -> Result<Letter, Problem> {
        let profile = &self.sender.profile;
        let draft = Draft {
            from: from(profile, &message.from)?,
            reply_to: profile.reply_to.clone(),
            to: message.to.clone(),
            cc: message.cc.clone(),
            bcc: message.bcc.clone(),
            subject: message.subject.clone(),
            text: message.text.clone(),
            html: message.html.clone(),
            headers: message.headers.clone(),
            notices: self.notices(message)?,
            attachments: message
                .attachments
                .iter()
                .map(|file| Attachment {
                    path: file.file.clone().into(),
                    content_id: file.content_id.clone(),
                })
                .collect(),
        };
        Ok(Letter::compose(&draft, self.app.0.clock.now()).await?)
    }

    /// What the message asks mail servers to report; Graph cannot be asked.
    fn notices(&self, message: &MessageDraft) -> Result<Notices, Problem> {
        let notices = Notices { on: message.dsn.clone(), returned: message.dsn_return };
        if self.via == Transport::Graph && notices.are_wanted() {
            return Err(Problem::invalid(vec![FieldFault {
                field: "dsn".to_owned(),
                fault: "Microsoft Graph gives no notices of delivery".to_owned(),
                remedy: "Leave them out, or send by SMTP".to_owned(),
            }]));
        }
        Ok(notices)
    }

    async fn hand_over(
        &self,
        ready: &Ready,
        then: Then<&Ready>,
        watch: &Watch,
    ) -> Result<Delivery, Failed> {
        match self.via {
            Transport::Smtp => self.by_smtp(ready, then, watch).await,
            // Boxed: it is several times as large as the other.
            Transport::Graph => Box::pin(self.by_graph(ready, watch)).await,
        }
    }

    /// Whether the sender may still send after a wait: the server is told nothing before.
    pub(super) async fn may_go_on(&self, letter: &Letter) -> Result<(), Failed> {
        let still = self.still_may_send().await;
        still.map_err(|problem| Failed::before(letter, "settings", problem))
    }

    /// Says why it failed; a token that was refused is not used again.
    pub(super) fn failed(&self, letter: &Letter, error: SendError) -> Failed {
        self.forget_refused_token(&error);
        let keeper = right_missing(&error);
        let bearer = self.sender.bearer().filter(|_| credentials_refused(&error));
        let mut failed = Failed::of(letter, error);
        if let Some(keeper) = keeper {
            failed.problem = self.send_as_refused(failed.problem, letter, keeper);
        }
        if let Some(bearer) = bearer {
            failed.problem = failed.problem.token_refused(&bearer);
        }
        failed
    }

    pub(super) fn forget_refused_token(&self, error: &SendError) {
        if error.sign_in_ended() {
            self.app.0.wallet.drop_access(self.sender.profile.id);
        }
    }

    fn send_as_refused(&self, problem: Problem, letter: &Letter, keeper: Keeper) -> Problem {
        let Sender { profile, account, .. } = &self.sender;
        // A mail server knows the mailbox that is signed in; Graph knows the person.
        let person = account.as_deref().filter(|_| self.via == Transport::Graph);
        problem.send_as(&SendAsFacts {
            signed_in: person.unwrap_or(&profile.mailbox),
            mailbox: &profile.mailbox,
            from: letter.envelope().from.as_ref(),
            keeper,
            shared_scope: self.via == Transport::Graph && profile.sign_in == SignIn::Delegated,
        })
    }
}

/// The From of a message: the profile's own unless it names one that the profile may use.
fn from(profile: &Profile, asked: &str) -> Result<Mailbox, Problem> {
    let own = profile.sender();
    if asked.trim().is_empty() {
        return Ok(own);
    }
    let fault = |fault: String, remedy: String| {
        Problem::invalid(vec![FieldFault { field: "from".to_owned(), fault, remedy }])
    };
    let asked = check::mailbox(asked).map_err(|(what, remedy)| fault(what, remedy))?;
    if asked.address.eq_ignore_ascii_case(&own.address) || may_send_as(profile, &asked.address) {
        return Ok(asked);
    }
    Err(fault(
        format!("{} may not send as {}", profile.name, asked.address),
        "Add the address to send_as in the sender's settings, or leave From as it is".to_owned(),
    ))
}

pub(super) fn no_graph(profile: &Profile) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        format!("{} cannot send through Microsoft Graph", profile.name),
        "Nothing was sent. Graph needs an app registration with Microsoft, or one with a Graph \
         address of its own. Send through SMTP instead.",
    )
}
