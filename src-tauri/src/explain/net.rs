//! What fails before anybody has said a word: names and connections; and HTTP.

use super::{Code, FieldFault, Problem, Retry};
use crate::net::{
    dial::{DialError, Tried},
    http::HttpError,
};

impl From<DialError> for Problem {
    fn from(error: DialError) -> Self {
        match error {
            DialError::NameNotFound { host, said } => Self::new(
                Code::NameNotFound,
                format!("{host} was not found"),
                "The name has no address. Check its spelling, and whether this computer's DNS server \
                 answers.",
            )
            .said(said),
            DialError::Refused { host, port, tried } => Self::new(
                Code::NoConnection,
                format!("{host} refused the connection on port {port}"),
                "The computer is there, and nothing listens on that port. Check the port, and whether \
                 a firewall turns connections away.",
            )
            .said(each(&tried)),
            DialError::Unreachable { host, port, tried } => Self::new(
                Code::NoConnection,
                format!("{host} cannot be reached on port {port}"),
                "There is no way there from this computer. Check the network connection.",
            )
            .said(each(&tried))
            .retry(Retry::AfterWait),
            DialError::TimedOut { host, port, limit, tried } => Self::new(
                Code::TimedOut,
                format!("{host} did not answer on port {port} within {} s", limit.as_secs()),
                "Silence is what a firewall looks like. Ask whether connections to this port may leave \
                 your network.",
            )
            .said(each(&tried))
            .retry(Retry::AfterWait),
            DialError::Proxy(error) => (*error).into(),
            DialError::System(fault) => fault.into(),
        }
    }
}

/// What became of each address.
fn each(tried: &[Tried]) -> String {
    tried.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl From<HttpError> for Problem {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Insecure { url } => Self::new(
                Code::InvalidSettings,
                "An address is not protected",
                format!("{url} is not https://, so no secret is sent there."),
            ),
            HttpError::Literal { target, proxy } => Self::invalid(vec![FieldFault {
                field: "route".to_owned(),
                fault: format!(
                    "it leads to {target} through {proxy}, and an IPv6 address is called over HTTPS \
                     straight only"
                ),
                remedy:
                    "Write the server's name in place of its address at the app registration, or \
                         set the route to \"direct\" where the network lets connections out"
                        .to_owned(),
            }]),
            HttpError::Tls(error) => error.into(),
            HttpError::Dial(error) => error.into(),
            HttpError::TimedOut { host } => Self::new(
                Code::TimedOut,
                format!("{host} did not answer in time"),
                "It may be busy. Try again in a while.",
            )
            .retry(Retry::AfterWait),
            HttpError::TooLong { host } => Self::new(
                Code::NotTheProtocol,
                format!("{host} sent an answer that is far too long"),
                "That is not the service that was asked for. Check the address.",
            ),
            HttpError::Interrupted { host, said } => Self::new(
                Code::ConnectionLost,
                format!("{host} ended the connection before its answer was there"),
                "Try again in a while.",
            )
            .said(said)
            .retry(Retry::AfterWait),
        }
    }
}
