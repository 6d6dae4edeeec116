//! Why a message did not leave, in words.

mod refused;

use super::{
    Code, Problem, Retry, graph::refused as refused_by_graph, greeting::HUNG_UP, tls::Server,
};
use crate::transport::{SendError, Stage, smtp::Reply};
use refused::{auth_refused, recipients_refused, refused};
use std::time::Duration;

impl From<SendError> for Problem {
    fn from(error: SendError) -> Self {
        let text = error.to_string();
        if let SendError::Http(http) = &error
            && http.may_have_arrived()
        {
            return uncertain("Graph", &text);
        }
        match error {
            SendError::Letter(error) => error.into(),
            SendError::Dial(error) => error.into(),
            SendError::Tls(error) => Self::of_tls(error, Server::Mail),
            SendError::Http(error) => error.into(),
            SendError::Graph(refusal) if refusal.uncertain() => uncertain("Graph", &text),
            SendError::Graph(refusal) => refused_by_graph(&refusal),
            SendError::AuthRefused { reply, challenge } => auth_refused(&reply, challenge),
            SendError::Refused { stage, reply, .. } => refused(stage, &reply),
            SendError::RecipientsRefused { recipients, reply } => {
                recipients_refused(&recipients, &reply)
            }
            SendError::TimedOut { host, limit, .. } => timed_out(&host, limit),
            SendError::Lost { stage, host, said } => lost(stage, &host).said(said),
            SendError::Uncertain { host, said, .. } => uncertain(&host, &said),
            SendError::Cancelled { .. } => Self::new(
                Code::Cancelled,
                "The send was cancelled",
                "Nothing was sent: the server had not been given the whole message.",
            ),
            other => before_the_conversation(other),
        }
    }
}

/// What this side will not do, or the server cannot.
fn before_the_conversation(error: SendError) -> Problem {
    let (code, title, means) = match error {
        SendError::StarttlsMissing { host, said } => return not_protected(&host).said(said),
        SendError::StarttlsRefused { host, reply } => return tls_refused(&host, &reply),
        SendError::PlaintextAuthOnly { host, said } => return clear_text_only(&host).said(said),
        SendError::NotSmtp { host, said } => return not_smtp(&host).said(said),
        SendError::NotGraph { host, said } => return not_graph(&host).said(said),
        SendError::AuthMissing { host, wanted, offered, starttls } => {
            return auth_missing(&host, &wanted, &offered, starttls);
        }
        SendError::TooLarge { host, size, limit, graph } => {
            return too_large(&host, size, limit, graph);
        }
        SendError::PermissionMissing { permission } => (
            Code::PermissionMissing,
            format!("The sign-in does not include {permission}"),
            "A message of this size goes to Microsoft Graph as a draft with its files uploaded to it, and \
             that needs the permission. Nothing was sent. For a person: add \
             https://graph.microsoft.com/Mail.ReadWrite to the sender's scopes, beside Mail.Send \
             (Mail.ReadWrite.Shared for the mailbox of others), and sign in again. For a program: have an administrator grant the application permission \
             Mail.ReadWrite. Or send by SMTP.",
        ),
        SendError::PlaintextInjected { host } => (
            Code::PlaintextInjected,
            format!("Something spoke into the connection to {host}"),
            "Words in clear text arrived after the connection was to be protected. That is how an \
             attack looks, so the connection was ended and nothing was sent. Try another network; if it \
             stays, the server is at fault.",
        ),
        SendError::Unprotected { host } => (
            Code::InvalidSettings,
            format!("{host} would get the password in clear text"),
            "Anybody on the way could read it, so it was not sent. Set the security to STARTTLS or \
             TLS. If the server has neither and you trust every network on the way, allow it in the sender's \
             settings; in a file, smtp.allow_plaintext names the host.",
        ),
        SendError::CredentialsUnusable { what } => (
            Code::AuthRefused,
            format!("The {what} cannot be sent"),
            match what {
                "token" => {
                    "The provider handed it out with characters in it that no token may have (RFC 6750). \
                     Sign in again; if it stays so, the provider is at fault."
                }
                _ => "It has characters in it that would end it on the way. Enter it again.",
            },
        ),
        SendError::SmtpUtf8Missing { host, address } => (
            Code::SmtpUtf8Missing,
            format!("{host} cannot take {address}"),
            "The part before the @ has letters beyond ASCII, and the server does not offer SMTPUTF8, \
             the extension for that (RFC 6531). Ask the recipient for another address.",
        ),
        other => (Code::Unexplained, other.to_string(), ""),
    };
    Problem::new(code, title, means)
}

fn not_protected(host: &str) -> Problem {
    Problem::new(
        Code::StarttlsMissing,
        format!("{host} does not protect the connection"),
        "The sender demands STARTTLS and the server did not offer or accept it, so neither the sign-in \
         nor the message was sent. Port 465 wants the security TLS instead. If it worked before, \
         something between may be taking the offer out: a firewall, or somebody who listens.",
    )
}

fn tls_refused(host: &str, reply: &Reply) -> Problem {
    let problem = Problem::new(
        Code::StarttlsMissing,
        format!("{host} refused to protect the connection"),
        "It offers STARTTLS and said no when it was asked for, so neither the sign-in nor the message \
         was sent. Its administrator can say why; often its certificate is missing.",
    );
    let retry = if reply.is_temporary() { Retry::AfterWait } else { Retry::AfterChange };
    problem.said(reply.to_string()).retry(retry)
}

fn clear_text_only(host: &str) -> Problem {
    Problem::new(
        Code::PlaintextAuthOnly,
        format!("{host} wants the sign-in in clear text"),
        "The sender demands STARTTLS. The server offers to sign in before the connection is protected and \
         does not offer STARTTLS. That is how it looks when somebody between takes the offer out to read \
         the password, so the connection was ended and nothing was sent. Port 465 wants the security TLS \
         instead; try another network, too.",
    )
}

fn not_smtp(host: &str) -> Problem {
    Problem::new(
        Code::NotTheProtocol,
        format!("{host} does not answer as a mail server does"),
        "Something else listens on that port, or sits between. Check host and port: 587 with STARTTLS, \
         or 465 with TLS.",
    )
}

fn not_graph(host: &str) -> Problem {
    Problem::new(
        Code::NotTheProtocol,
        format!("{host} does not answer as Microsoft Graph does"),
        "Something else answers there, or sits between. Nothing was sent. Check the Graph address of the \
         app registration.",
    )
}

fn auth_missing(host: &str, wanted: &str, offered: &[String], starttls: bool) -> Problem {
    let means = if starttls {
        "The sender's security is None, and the server offers STARTTLS: many let nobody sign in before the \
         connection is protected. Set the security to STARTTLS."
    } else if offered.is_empty() {
        "The server offers no sign-in at all here. Mail servers for sending do so on port 587 after \
         STARTTLS, or on 465 with TLS; a server for receiving (port 25, MX) never does."
    } else if wanted.contains("OA") {
        "The server does not take tokens in a way that the sender allows. Set auth to \"auto\", sign in \
         with a password, or use the provider's own host for sending."
    } else {
        "The server does not take passwords in a way that the sender allows. Set auth to \"auto\", or sign \
         in with the provider instead (OAuth)."
    };
    let said =
        if offered.is_empty() { String::new() } else { format!("AUTH {}", offered.join(" ")) };
    Problem::new(Code::AuthMethodMissing, format!("{host} does not offer {wanted}"), means)
        .said(said)
}

fn too_large(host: &str, size: u64, limit: u64, graph: bool) -> Problem {
    let (size, limit) = (mib(size), mib(limit));
    let means = if graph {
        format!(
            "It has {size} in the form that Microsoft Graph takes, and {limit} is the most. Nothing was \
             sent. Send smaller attachments, or a link to them."
        )
    } else {
        format!(
            "The message has {size} with its attachments encoded, and the server takes {limit}. Nothing \
             was sent. Send smaller attachments, or a link to them."
        )
    };
    Problem::new(Code::MessageTooLarge, format!("The message is too large for {host}"), means)
}

fn mib(octets: u64) -> String {
    let tenths = octets.saturating_mul(10).div_ceil(1 << 20);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

/// What happens when nobody knows.
fn uncertain(host: &str, said: &str) -> Problem {
    Problem::new(
        Code::Uncertain,
        format!("{host} may have sent the message"),
        "It had been handed over when the connection failed, before the server said whether it took \
         it. It is not sent again by itself, because it might arrive twice. Look into Sent Items, or ask \
         a recipient, and resend it if it is not there.",
    )
    .said(said)
    .retry(Retry::Never)
}

fn timed_out(host: &str, limit: Duration) -> Problem {
    let title = format!("{host} did not answer within {} s", limit.as_secs());
    let means = "It fell silent in the middle of the conversation, before the message was complete. Nothing \
                 was sent.";
    Problem::new(Code::TimedOut, title, means).retry(Retry::AfterWait)
}

fn lost(stage: Stage, host: &str) -> Problem {
    let early = if stage <= Stage::Ehlo { HUNG_UP } else { "" };
    let means = match stage {
        Stage::Message => "The message was not complete, so it was not sent.",
        Stage::Auth => "It hung up during the sign-in: some servers do so instead of refusing it.",
        Stage::Tls | Stage::Ehlo => "Nothing was sent. Check that the port fits the security.",
        _ => "Nothing was sent.",
    };
    let means = format!("{means}{early}");
    Problem::new(Code::ConnectionLost, format!("{host} ended the connection"), means)
        .retry(Retry::AfterWait)
}
