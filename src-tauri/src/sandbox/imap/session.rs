//! The conversation: which command is answered when.

use super::{auth::Login, command::Heard};
use crate::sandbox::{World, inbox::Folder, wire::Wire};
use imap_codec::imap_types::{command::CommandBody, core::Tag};
use std::{io, num::NonZeroU32, sync::Arc};
use tokio::io::{AsyncRead, AsyncWrite};

/// How many refused or unknown commands are borne.
const MOST_FAULTS: u32 = 20;
const INVALID_STATE: &str = "BAD Command received in Invalid state.";
/// Exchange's answer to everything after a sign-in whose mailbox cannot be opened.
const NOT_CONNECTED: &str = "BAD User is authenticated but not connected.";

/// How a conversation went on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is over.
    Logout,
    /// It goes on over TLS.
    StartTls,
}

/// A command's last line: `OK …`, or else `NO …` or `BAD …`.
pub(super) type Outcome = Result<&'static str, &'static str>;

/// A folder that is open.
pub(super) struct Open {
    pub(super) folder: Folder,
    /// The mails as the client knows them: its sequence number 1 is the first.
    pub(super) uids: Vec<NonZeroU32>,
    /// By EXAMINE: looking changes nothing.
    pub(super) read_only: bool,
}

/// One conversation.
pub(super) struct Session<S> {
    pub(super) wire: Wire<S>,
    pub(super) world: Arc<World>,
    pub(super) protected: bool,
    pub(super) login: Option<Login>,
    pub(super) open: Option<Open>,
    faults: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// A conversation that everybody on the way can read.
    pub(super) fn plain(wire: Wire<S>, world: &Arc<World>) -> Self {
        let world = Arc::clone(world);
        Self { wire, world, protected: false, login: None, open: None, faults: 0 }
    }

    /// A conversation under TLS; nothing said before it counts (RFC 3501 §6.2.1).
    pub(super) fn protected(wire: Wire<S>, world: &Arc<World>) -> Self {
        Self { protected: true, ..Self::plain(wire, world) }
    }

    /// Says who answers.
    pub(super) fn greet(&mut self) {
        self.line("* OK Sendright sandbox (not Microsoft) IMAP4 service is ready.");
    }

    /// Puts down a line.
    pub(super) fn line(&mut self, line: &str) {
        self.wire.put(line.as_bytes());
        self.wire.put(b"\r\n");
    }

    /// The connection, for TLS.
    pub(super) fn into_stream(self) -> S {
        self.wire.into_stream()
    }

    /// Answers until the client logs out or wants TLS.
    ///
    /// # Errors
    /// The client hung up or took too long.
    pub(super) async fn run(&mut self) -> io::Result<End> {
        while self.faults < MOST_FAULTS {
            let command = match self.wire.command().await? {
                Heard::Command(command) => command,
                Heard::Unknown(tag) => {
                    self.faults += 1;
                    self.line(&format!("{tag} BAD Command Error. 12"));
                    continue;
                }
                Heard::Broken => return self.hang_up("* BYE Connection is closed. 13").await,
            };
            match command.body {
                CommandBody::Logout => {
                    self.line("* BYE Sendright sandbox IMAP4 server signing off.");
                    return self
                        .hang_up(&format!("{} OK LOGOUT completed.", command.tag.as_ref()))
                        .await;
                }
                CommandBody::StartTLS if self.may_start_tls() => {
                    self.line(&format!("{} OK Begin TLS negotiation now.", command.tag.as_ref()));
                    self.wire.flush().await?;
                    return Ok(End::StartTls);
                }
                body => self.answer(&command.tag, body).await?,
            }
        }
        self.hang_up("* BYE Connection is closed. 14").await
    }

    async fn hang_up(&mut self, line: &str) -> io::Result<End> {
        self.line(line);
        self.wire.flush().await?;
        Ok(End::Logout)
    }

    fn may_start_tls(&self) -> bool {
        // What came behind STARTTLS was not said under TLS, whoever put it there.
        !self.protected && !self.wire.has_more()
    }

    async fn answer(&mut self, tag: &Tag<'_>, body: CommandBody<'static>) -> io::Result<()> {
        let outcome = match body {
            CommandBody::Capability => Ok(self.capability()),
            CommandBody::Noop => Ok(self.renewed("OK NOOP completed.")),
            CommandBody::Login { username, password } => {
                self.by_login(username.as_ref(), password.declassify().as_ref())
            }
            CommandBody::Authenticate { mechanism, initial_response } => {
                self.authenticate(&mechanism, initial_response).await?
            }
            body => self.within_mailbox(body).await?,
        };
        self.faults += u32::from(outcome.is_err());
        let (Ok(words) | Err(words)) = outcome;
        self.line(&format!("{} {words}", tag.as_ref()));
        Ok(())
    }

    fn renewed(&mut self, words: &'static str) -> &'static str {
        self.renew();
        words
    }

    async fn within_mailbox(&mut self, body: CommandBody<'static>) -> io::Result<Outcome> {
        let Some(login) = self.login else { return Ok(Err(INVALID_STATE)) };
        if !login.connected {
            return Ok(Err(NOT_CONNECTED));
        }
        let owner = login.mailbox.address;
        Ok(match body {
            CommandBody::List { reference, mailbox_wildcard } => {
                Ok(self.list("LIST", &reference, &mailbox_wildcard))
            }
            CommandBody::Lsub { reference, mailbox_wildcard } => {
                Ok(self.list("LSUB", &reference, &mailbox_wildcard))
            }
            CommandBody::Status { mailbox, item_names } => {
                self.status(owner, &mailbox, &item_names)
            }
            CommandBody::Select { mailbox } => self.select(owner, &mailbox, false),
            CommandBody::Examine { mailbox } => self.select(owner, &mailbox, true),
            CommandBody::Idle => return self.idle().await,
            body => self.within_folder(owner, body)?,
        })
    }

    fn within_folder(
        &mut self,
        owner: &'static str,
        body: CommandBody<'static>,
    ) -> io::Result<Outcome> {
        let Some(open) = &self.open else { return Ok(Err(refusal(&body))) };
        let (folder, read_only) = (open.folder, open.read_only);
        Ok(match body {
            CommandBody::Check => Ok(self.renewed("OK CHECK completed.")),
            CommandBody::Expunge => Ok(self.renewed("OK EXPUNGE completed.")),
            CommandBody::Close => {
                self.open = None;
                Ok("OK CLOSE completed.")
            }
            CommandBody::Unselect => {
                self.open = None;
                Ok("OK UNSELECT completed.")
            }
            CommandBody::Search { charset, criteria, uid } => {
                self.search(owner, charset.as_ref(), criteria, uid)?
            }
            CommandBody::Fetch { sequence_set, macro_or_item_names, uid } => {
                self.fetch(owner, &sequence_set, macro_or_item_names, uid)?
            }
            CommandBody::Store { .. } if read_only => Err("NO Folder is opened read-only."),
            CommandBody::Store { sequence_set, kind, response, flags, uid } => {
                Ok(self.store((owner, folder), &sequence_set, (kind, response, &flags), uid))
            }
            body => Err(refusal(&body)),
        })
    }
}

/// Why a command that is known is not done.
fn refusal(body: &CommandBody<'_>) -> &'static str {
    match body {
        CommandBody::Append { .. }
        | CommandBody::Copy { .. }
        | CommandBody::Create { .. }
        | CommandBody::Delete { .. }
        | CommandBody::Rename { .. }
        | CommandBody::Subscribe { .. }
        | CommandBody::Unsubscribe { .. } => "NO [CANNOT] The sandbox's folders stay as they are.",
        _ => INVALID_STATE,
    }
}
