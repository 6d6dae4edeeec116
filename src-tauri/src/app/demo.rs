//! The main job from nothing: a sandbox, a consent, a message by each way, and what arrived.

use super::App;
use crate::{
    api::{
        BeginConsent, ConsentRoute, ConsentStep, DemoRun, MessageDraft, News, ProfileRow,
        SandboxMailDetail, SendRequest,
    },
    explain::{Code, Problem},
    profile::ProfileId,
    sandbox::{USER, visitor},
};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use url::Url;
use uuid::Uuid;

/// Everything is on this computer: what takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(30);

impl App {
    /// Starts the sandbox, makes a sender for each way, signs both in through the sandbox's pages,
    /// sends a message by each, and reads both back from its inbox.
    pub async fn demo(&self) -> Result<Vec<DemoRun>, Problem> {
        self.run_sandbox(None).await?;
        self.make_sandbox_senders().await?;
        let mut runs = Vec::new();
        for sender in self.list_profiles(()).await?.into_iter().filter(|sender| sender.sandbox) {
            let steps = tokio::time::timeout(PATIENCE, self.visit(sender.id))
                .await
                .unwrap_or_else(|_| Err(too_slow()))?;
            runs.push(self.demonstrate(sender, steps).await?);
        }
        Ok(runs)
    }

    /// Goes through a consent as a person with a browser does.
    async fn visit(&self, profile_id: ProfileId) -> Result<Vec<ConsentStep>, Problem> {
        let mut news = self.news();
        let route = Some(ConsentRoute::Loopback);
        let request = BeginConsent { profile_id, route, open_browser: false };
        let consent = self.begin_consent(request).await?;
        let url = Url::parse(&consent.url).expect("the consent's own address is one");
        let browser = tokio::spawn(async move { visitor::sign_in(&url, USER).await });
        let mut steps = Vec::new();
        loop {
            match news.recv().await {
                Ok(News::Consent(step)) if step.consent_id == consent.id => {
                    steps.push(step.step);
                    match step.step {
                        ConsentStep::Done => break,
                        ConsentStep::Failed | ConsentStep::Cancelled => {
                            return Err(step.problem.unwrap_or_else(too_slow));
                        }
                        _ => {}
                    }
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(too_slow()),
            }
        }
        browser.await.expect("a visitor does not panic")?;
        Ok(steps)
    }

    async fn demonstrate(
        &self,
        sender: ProfileRow,
        steps: Vec<ConsentStep>,
    ) -> Result<DemoRun, Problem> {
        let send_id = Uuid::new_v4();
        let message = MessageDraft {
            to: vec![USER.to_owned()],
            subject: format!("First light through {}", sender.transport.as_str()),
            text: "It works: consent, a token, this message.\n".to_owned(),
            html: "<p>It works: consent, a token, <b>this message</b>.</p>\n".to_owned(),
            ..MessageDraft::default()
        };
        let request = SendRequest { send_id, profile_id: sender.id, message, via: None };
        let report = self.send(request).await?;
        if let Some(problem) = report.problem {
            return Err(problem);
        }
        let signed_in_as = self.token_view(sender.id).await?.account;
        let sent = self.history_detail(send_id).await?;
        let arrived = self.arrived(&report.message_id).await?;
        Ok(DemoRun { sender: sender.name, steps, signed_in_as, sent, arrived })
    }

    /// The mail of the sandbox that carries `message_id`.
    async fn arrived(&self, message_id: &str) -> Result<SandboxMailDetail, Problem> {
        for mail in self.sandbox_inbox(()).await? {
            let opened = self.sandbox_mail(mail.id).await?;
            let its_id = |(name, value): &(String, String)| {
                name.eq_ignore_ascii_case("message-id") && value.trim() == message_id
            };
            if opened.headers.iter().any(its_id) {
                return Ok(opened);
            }
        }
        Err(Problem::new(
            Code::Unexplained,
            "The message was accepted and did not arrive in the sandbox",
            "This is a fault in Sendright.",
        ))
    }
}

fn too_slow() -> Problem {
    Problem::new(
        Code::TimedOut,
        "The sandbox's sign-in did not end",
        "Everything in it happens on this computer. Another program may be holding connections to \
         this computer back.",
    )
}
