//! `send`

use super::{
    Cli, Done,
    interrupt::Interrupts,
    out::{Out, note, theirs},
    progress, read,
    repeat::Repeat,
};
use crate::{
    api::{AttachmentDraft, MessageDraft, Outcome, RecipientOutcome, SendReport},
    app::{Line, Then},
    explain::{Code, Problem},
    profile::{Notice, Returned, Transport},
};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    pin::{Pin, pin},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Sends a message.
#[derive(Debug, Args)]
pub(super) struct Send {
    /// The sender's name or id.
    profile: String,
    /// Recipients.
    #[arg(long, required_unless_present_any = ["cc", "bcc"], num_args = 1.., value_name = "ADDRESS", value_parser = recipient)]
    to: Vec<String>,
    /// Recipients of a copy.
    #[arg(long, num_args = 1.., value_name = "ADDRESS", value_parser = recipient)]
    cc: Vec<String>,
    /// Recipients that the others do not see.
    #[arg(long, num_args = 1.., value_name = "ADDRESS", value_parser = recipient)]
    bcc: Vec<String>,
    /// The subject.
    #[arg(long, default_value = "")]
    subject: String,
    /// The text.
    #[arg(long, conflicts_with = "text_file")]
    text: Option<String>,
    /// Reads the text from FILE; - reads stdin.
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
    /// Reads the HTML part from FILE; - reads stdin.
    #[arg(long, value_name = "FILE")]
    html_file: Option<PathBuf>,
    /// Attaches files.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// Attaches an image that the HTML part shows with <img src="cid:CID">.
    #[arg(long, num_args = 1.., value_name = "CID=FILE", requires = "html_file", value_parser = inline)]
    inline: Vec<(String, PathBuf)>,
    /// Another From address than the sender's own, one that it may use.
    #[arg(long, default_value = "", value_name = "ADDRESS")]
    from: String,
    /// Adds a header, for example 'X-Order: 17'.
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(String, String)>,
    /// Asks mail servers to report: success, failure and delay, or never (SMTP only).
    #[arg(long, value_name = "WHEN", value_delimiter = ',', value_parser = notice)]
    dsn: Vec<Notice>,
    /// How much of the message comes back with a report: full or headers.
    #[arg(long, value_name = "WHAT", value_parser = returned)]
    dsn_return: Option<Returned>,
    /// Keeps no copy in Sent Items (Graph only).
    #[arg(long)]
    no_save: bool,
    /// Another way than the sender's own.
    #[arg(long, value_enum)]
    via: Option<Via>,
    /// Sends it so many times, over one connection.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    repeat: Option<u32>,
    /// With --repeat: how many seconds a server that asks for time may keep the next message waiting.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    patience: u32,
    /// With --repeat: no more messages a minute than this; left out: as many as the server is known to
    /// take (Exchange Online: 30).
    #[arg(long, value_name = "N", requires = "repeat", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    per_minute: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Via {
    Smtp,
    Graph,
}

impl Send {
    pub(super) async fn run(self, cli: &Cli) -> Done {
        let (line, message) = self.begin(cli).await?;
        if let Some(times) = self.repeat {
            let patience = Duration::from_secs(self.patience.into());
            let pace = line.pace(self.per_minute).await?;
            let repeat = Repeat::new(cli, line, &message, times, patience, pace);
            return Box::pin(repeat.run()).await;
        }
        let report = once(cli, &line, &message).await?;
        cli.out.outcome(&report, || words(&report), report.problem.as_ref());
        noted(&report);
        line.close().await; // after the outcome, which the reply to QUIT cannot change
        Ok(code(&report))
    }

    async fn begin(&self, cli: &Cli) -> Result<(Line, MessageDraft), Problem> {
        let id = cli.app.find_profile(&self.profile).await?;
        let via = self.via.map(|via| match via {
            Via::Smtp => Transport::Smtp,
            Via::Graph => Transport::Graph,
        });
        let message = self.message().await?;
        Ok((cli.app.line(id, via).await?, message))
    }

    async fn message(&self) -> Result<MessageDraft, Problem> {
        let from_stdin = |file: &Option<PathBuf>| file.as_deref().is_some_and(read::is_stdin);
        if from_stdin(&self.text_file) && from_stdin(&self.html_file) {
            return Err(both_from_stdin());
        }
        let images = self.inline.iter().map(|(cid, file)| attachment(file, Some(cid)));
        let files = self.attach.iter().map(|file| attachment(file, None));
        let text = text_of(self.text_file.as_ref()).await?.or_else(|| self.text.clone());
        Ok(MessageDraft {
            from: self.from.clone(),
            to: self.to.clone(),
            cc: self.cc.clone(),
            bcc: self.bcc.clone(),
            subject: self.subject.clone(),
            text: text.unwrap_or_default(),
            html: text_of(self.html_file.as_ref()).await?.unwrap_or_default(),
            headers: self.header.clone(),
            dsn: self.dsn.clone(),
            dsn_return: self.dsn_return,
            attachments: images.chain(files).collect::<Result<_, Problem>>()?,
            save_to_sent_items: self.no_save.then_some(false),
        })
    }
}

async fn once(cli: &Cli, line: &Line, message: &MessageDraft) -> Result<SendReport, Problem> {
    let mut interrupts = Interrupts::listen();
    let id = Uuid::new_v4();
    let stop = cli.app.stoppable(id)?;
    let work = async {
        let ready = line.prepare_in_turn(stop, message).await?;
        Ok::<_, Problem>(line.exchange(ready, Then::Quit).await)
    };
    match one(cli, id, pin!(work), &mut interrupts).await {
        Ok(answered) => Ok(line.settle(answered?).await),
        Err(problem) => cli.app.in_doubt(id, problem).await,
    }
}

/// Says beside the report that it could not be written down.
pub(super) fn noted(report: &SendReport) {
    if let Some(words) = &report.note {
        note(words);
    }
}

/// Does something of the message `id`. The first Ctrl-C stops it as long as it can be stopped; the
/// second ends the program, and the history calls the send uncertain.
pub(super) async fn one<T>(
    cli: &Cli,
    id: Uuid,
    mut work: Pin<&mut impl Future<Output = T>>,
    interrupts: &mut Interrupts,
) -> Result<T, Problem> {
    let progress = tokio::spawn(progress::of_send(id, cli.app.news(), note));
    let ended = loop {
        tokio::select! {
            // A Ctrl-C that came before the first byte is heard before it leaves.
            biased;
            heard = interrupts.next() => {
                if heard > 1 {
                    break Err(left_behind(id));
                }
                note("Stopping, unless the message is complete already…");
                cli.app.cancel_send(id).await?;
            }
            done = &mut work => break Ok(done),
        }
    };
    progress.abort();
    ended
}

/// Says why there is no message of which a row could be shown; gives the exit code.
pub(super) fn not_begun(out: &Out, problem: &Problem, began: Instant) -> u8 {
    let outcome = match problem.code {
        Code::Uncertain => Outcome::Uncertain,
        _ => Outcome::NotSent,
    };
    let result = json!({
        "outcome": outcome, "id": null, "message_id": null, "transport": null,
        "recipients": [], "reply": null, "stage": "settings", "elapsed_ms": milliseconds(began),
        "problem": problem,
    });
    out.outcome(&result, String::new, Some(problem));
    problem.code.exit_code()
}

pub(super) fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn code(report: &SendReport) -> u8 {
    match report.outcome {
        Outcome::Accepted | Outcome::Partly => 0,
        Outcome::Uncertain => Code::Uncertain.exit_code(),
        Outcome::Sending | Outcome::Refused | Outcome::NotSent => {
            report.problem.as_ref().map_or(1, |problem| problem.code.exit_code())
        }
    }
}

pub(super) fn words(report: &SendReport) -> String {
    let outcome = match report.outcome {
        Outcome::Accepted => "Accepted",
        Outcome::Partly => "Accepted for some recipients",
        Outcome::Refused => "Refused",
        Outcome::NotSent | Outcome::Sending => "Not sent",
        Outcome::Uncertain => "Uncertain: it may have been sent",
    };
    let outcome = format!("{outcome} after {} ms", report.elapsed_ms);
    let mut words = match report.reply.as_deref() {
        Some(reply) => theirs(&format!("{outcome}:"), reply),
        None => outcome,
    };
    if report.outcome == Outcome::Partly {
        let refused = report.recipients.iter().filter(|to| to.outcome == RecipientOutcome::Refused);
        for to in refused {
            let said = to.reply.as_deref().unwrap_or("no reply");
            words.push('\n');
            words += &theirs(&format!("refused: {}:", to.address), said);
        }
    }
    words
}

/// One or more addresses: what they are is judged with the message.
fn recipient(text: &str) -> Result<String, &'static str> {
    let none = text.split(',').all(|one| one.trim().is_empty());
    if none { Err("write an address") } else { Ok(text.to_owned()) }
}

fn notice(text: &str) -> Result<Notice, &'static str> {
    Notice::from_word(text.trim()).ok_or("write success, failure, delay or never")
}

fn returned(text: &str) -> Result<Returned, &'static str> {
    Returned::from_word(text).ok_or("write full or headers")
}

fn header(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once(':').ok_or("write it as 'Name: value'")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn inline(text: &str) -> Result<(String, PathBuf), &'static str> {
    let (cid, file) =
        text.split_once('=').ok_or("write it as CID=FILE, for example logo=logo.png")?;
    Ok((cid.to_owned(), file.into()))
}

fn attachment(file: &Path, content_id: Option<&String>) -> Result<AttachmentDraft, Problem> {
    let path = file.to_str().ok_or_else(|| unnamed(file))?;
    Ok(AttachmentDraft { file: path.to_owned(), content_id: content_id.cloned() })
}

async fn text_of(file: Option<&PathBuf>) -> Result<Option<String>, Problem> {
    match file {
        Some(file) => read::text(file).await.map(Some),
        None => Ok(None),
    }
}

fn both_from_stdin() -> Problem {
    Problem::new(
        Code::InvalidSettings,
        "Text and HTML cannot both come from stdin",
        "Name a file with --text-file or --html-file: stdin is read once.",
    )
}

fn unnamed(file: &Path) -> Problem {
    Problem::new(
        Code::FileUnreadable,
        format!("{} cannot be attached", file.display()),
        "Its name is not UTF-8. Rename it, or attach a copy.",
    )
}

fn left_behind(id: Uuid) -> Problem {
    Problem::new(
        Code::Uncertain,
        "Nobody waited for the server's answer",
        format!("The message may have been sent. The history has it as {id}."),
    )
}
