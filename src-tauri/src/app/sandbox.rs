//! The sandbox: started with one click, with two senders to try it.

use super::App;
use crate::{
    api::{AttachmentView, News, SandboxMail, SandboxMailDetail, SandboxView},
    clock::Timestamp,
    explain::{Code, Problem},
    profile::{
        ProfileId, Registration, RegistrationId, SignIn, Transport,
        check::{ProfileDraft, RegistrationDraft, SmtpDraft},
        store::Rows,
    },
    sandbox::{Addresses, Mail, MailDetail, Options, Sandbox, SandboxError, Via},
};
use std::{slice, sync::Arc};
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

/// Where the window's sandbox listens when the ports are free, so that its sign-ins outlive it.
const PORT_BASE: u16 = 47_610;
/// What its app registration is called.
const NAME: &str = "Sandbox";
/// Its senders.
const WAYS: [(&str, Transport); 2] =
    [("Sandbox SMTP", Transport::Smtp), ("Sandbox Graph", Transport::Graph)];
/// What its Graph sender asks for.
const LARGE_MAIL: [&str; 5] = [
    "https://graph.microsoft.com/Mail.Send",
    "https://graph.microsoft.com/Mail.ReadWrite",
    "offline_access",
    "openid",
    "profile",
];

impl App {
    /// Starts the sandbox, unless it runs, and makes its senders point to it.
    pub async fn start_sandbox(&self, (): ()) -> Result<SandboxView, Problem> {
        if self.0.sandbox.lock().await.is_none() {
            match self.run_sandbox(Some(PORT_BASE)).await {
                Ok(_) => {}
                Err(SandboxError::Port { .. }) => {
                    self.run_sandbox(None).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.make_sandbox_senders().await?;
        self.sandbox_view(()).await
    }

    /// Starts the sandbox on the ports from `port_base` on, any when there is none; makes no senders.
    /// It ends with the app.
    ///
    /// # Errors
    /// A port is taken, or the data directory cannot be written.
    pub async fn run_sandbox(&self, port_base: Option<u16>) -> Result<Addresses, SandboxError> {
        let mut running = self.0.sandbox.lock().await;
        let options =
            Options { port_base, ..Options::new(self.0.paths.sandbox(), self.0.clock.clone()) };
        let sandbox = Sandbox::start(options).await?;
        let addresses = sandbox.addresses().clone();
        let mut arrivals = sandbox.inbox().arrivals();
        *running = Some(sandbox);
        drop(running);
        let app = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            while !matches!(arrivals.recv().await, Err(RecvError::Closed)) {
                let Some(inner) = app.upgrade() else { return };
                Self(inner).tell(News::SandboxChanged);
            }
        });
        self.tell(News::SandboxChanged);
        Ok(addresses)
    }

    /// Whether the sandbox runs, and where.
    pub async fn sandbox_view(&self, (): ()) -> Result<SandboxView, Problem> {
        let running = self.0.sandbox.lock().await;
        let Some(sandbox) = running.as_ref() else {
            return Ok(SandboxView {
                running: false,
                addresses: Vec::new(),
                user: String::new(),
                mails: 0,
            });
        };
        let addresses = sandbox.addresses();
        Ok(SandboxView {
            running: true,
            addresses: shown(addresses),
            user: addresses.user.to_owned(),
            mails: u32::try_from(sandbox.inbox().list().len()).unwrap_or(u32::MAX),
        })
    }

    /// What arrived in the sandbox, newest first.
    pub async fn sandbox_inbox(&self, (): ()) -> Result<Vec<SandboxMail>, Problem> {
        let running = self.0.sandbox.lock().await;
        let mails = running.as_ref().map(|sandbox| sandbox.inbox().list()).unwrap_or_default();
        Ok(mails.into_iter().map(mail).collect())
    }

    /// One mail of the sandbox, opened.
    pub async fn sandbox_mail(&self, id: Uuid) -> Result<SandboxMailDetail, Problem> {
        let running = self.0.sandbox.lock().await;
        let inbox = running.as_ref().map(|sandbox| sandbox.inbox().clone());
        drop(running);
        let found = match inbox {
            Some(inbox) => {
                self.beside(move |inner| {
                    inbox.get(id).map_err(|e| Problem::reading(&inner.paths.sandbox(), &e))
                })
                .await?
            }
            None => None,
        };
        found.map(opened).ok_or_else(|| {
            Problem::new(
                Code::SandboxNotRunning,
                "This mail is not in the sandbox any more",
                "The sandbox keeps mails while it runs, and the newest of them only.",
            )
        })
    }

    pub(super) async fn make_sandbox_senders(&self) -> Result<(), Problem> {
        let running = self.0.sandbox.lock().await;
        let Some(addresses) = running.as_ref().map(|s| s.addresses().clone()) else {
            return Ok(());
        };
        drop(running);
        let now = self.0.clock.now();
        self.beside(move |inner| inner.store.change(|rows| senders(rows, &addresses, now))).await?;
        self.tell(News::ProfilesChanged);
        Ok(())
    }
}

/// Makes the sandbox's senders, or makes those that are there point to where it runs now.
fn senders(rows: Rows<'_>, addresses: &Addresses, now: Timestamp) -> Result<(), Problem> {
    let known = rows.registrations()?.into_iter().find(|one| one.sandbox && one.name == NAME);
    let id = known.as_ref().map_or_else(RegistrationId::new, |one| one.id);
    let registration = registration(addresses).check(id)?;
    match known {
        None => rows.insert_registration(&registration)?,
        Some(known) if known == registration => {}
        Some(_) => rows.update_registration(&registration, now)?,
    }
    let ours: Vec<_> =
        rows.profiles()?.into_iter().filter(|one| one.registration == Some(id)).collect();
    if ours.is_empty() {
        for (name, transport) in WAYS {
            let name = rows.free_name(name)?;
            let draft = sender(addresses, name, transport, &registration);
            rows.insert_profile(&draft.check(ProfileId::new(), slice::from_ref(&registration))?)?;
        }
    }
    for mut profile in ours {
        if let Some(smtp) =
            profile.smtp.as_mut().filter(|smtp| smtp.port != addresses.smtp_starttls_port)
        {
            smtp.port = addresses.smtp_starttls_port;
            rows.update_profile(&profile, now)?;
        }
    }
    Ok(())
}

fn registration(addresses: &Addresses) -> RegistrationDraft {
    RegistrationDraft {
        name: NAME.to_owned(),
        provider: "microsoft".to_owned(),
        tenant: addresses.tenant.to_owned(),
        client_id: addresses.desktop_client_id.clone(),
        authority: addresses.authority.to_string(),
        authorize_endpoint: addresses.authorize_endpoint.to_string(),
        token_endpoint: addresses.token_endpoint.to_string(),
        graph_url: addresses.graph_url.to_string(),
        redirect: "loopback".to_owned(),
        sandbox: true,
        ..RegistrationDraft::default()
    }
}

fn sender(
    addresses: &Addresses,
    name: String,
    transport: Transport,
    through: &Registration,
) -> ProfileDraft {
    ProfileDraft {
        name,
        tags: vec!["Sandbox".to_owned()],
        registration: through.id.to_string(),
        sign_in: SignIn::Delegated.to_string(),
        // With what large mail by Graph needs beside the usual.
        scopes: match transport {
            Transport::Smtp => Vec::new(),
            Transport::Graph => LARGE_MAIL.map(str::to_owned).into(),
        },
        transport: transport.to_string(),
        mailbox: addresses.user.to_owned(),
        smtp: Some(SmtpDraft {
            host: addresses.smtp_host.to_owned(),
            port: Some(addresses.smtp_starttls_port.into()),
            security: "starttls".to_owned(),
            ..SmtpDraft::default()
        }),
        sandbox: true,
        ..ProfileDraft::default()
    }
}

/// The addresses that a person may want to see, with their names.
fn shown(addresses: &Addresses) -> Vec<(String, String)> {
    let at = |host: &str, port: u16| format!("{host}:{port}");
    let (smtp, imap) = (addresses.smtp_host, addresses.imap_host);
    [
        ("Sign-in page", addresses.authorize_endpoint.to_string()),
        ("SMTP, STARTTLS", at(smtp, addresses.smtp_starttls_port)),
        ("SMTP, TLS", at(smtp, addresses.smtp_tls_port)),
        ("IMAP, TLS", at(imap, addresses.imap_tls_port)),
        ("IMAP, STARTTLS", at(imap, addresses.imap_starttls_port)),
        ("Microsoft Graph", addresses.graph_url.to_string()),
        ("Certificate authority", addresses.ca_file.display().to_string()),
        ("Inbox as JSON", addresses.inbox.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn mail(from: Mail) -> SandboxMail {
    SandboxMail {
        id: from.id,
        received_at: from.received_at,
        transport: match from.via {
            Via::Smtp => Transport::Smtp,
            Via::Graph => Transport::Graph,
        },
        from: from.from,
        to: from.to,
        subject: from.subject,
        size: from.size,
    }
}

fn opened(from: MailDetail) -> SandboxMailDetail {
    let file = |file: crate::sandbox::Attachment| AttachmentView {
        file: String::new(),
        name: file.name,
        size: file.size,
        content_type: file.media_type,
    };
    SandboxMailDetail {
        mail: mail(from.mail),
        headers: from.headers,
        text: from.text,
        html: from.html,
        attachments: from.attachments.into_iter().map(file).collect(),
        source: from.source,
    }
}

impl From<SandboxError> for Problem {
    fn from(error: SandboxError) -> Self {
        let said = error.to_string();
        match error {
            SandboxError::File { path, source } => Self::writing(&path, &source),
            SandboxError::Port { number, .. } => Self::new(
                Code::NoConnection,
                format!("The sandbox cannot listen on port {number}"),
                "Another program has it, perhaps another sandbox. Choose other ports with \
                 --port-base, or end that program.",
            )
            .said(said),
            SandboxError::PortBase { base } => Self::new(
                Code::InvalidSettings,
                format!("The sandbox's ports do not fit behind {base}"),
                "It needs six ports in a row: choose a --port-base of 65530 or less.",
            ),
            SandboxError::NotLetIn { said } => Self::new(
                Code::Unexplained,
                "The sandbox's sign-in page did not let the visitor in",
                "This is a fault in Sendright, not in the settings.",
            )
            .said(said),
            SandboxError::Certificate(_) => Self::new(
                Code::Unexplained,
                "The sandbox's certificate could not be made",
                "This is a fault in Sendright, not in the settings.",
            )
            .said(said),
        }
    }
}
