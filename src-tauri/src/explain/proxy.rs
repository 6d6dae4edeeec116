//! What fails at a proxy, or in the settings that name one. The proxy and the other side are told
//! apart in every sentence.

use super::{Code, Problem, Retry};
use crate::net::route::{Protocol, ProxyError, ProxyFault, SystemFault, Through};

/// What every one of these ends with.
const STAYED: &str = "Nothing was sent past it.";

impl From<ProxyError> for Problem {
    fn from(error: ProxyError) -> Self {
        let said = error.to_string();
        let ProxyError { proxy, target, fault } = error;
        let (code, title, means) = words(&proxy, &target, &fault);
        let problem = Self::new(code, title, format!("{means} {STAYED}")).said(said);
        match code {
            Code::TimedOut | Code::ConnectionLost | Code::ProxyTargetNotReached => {
                problem.retry(Retry::AfterWait)
            }
            _ => problem,
        }
    }
}

fn words(proxy: &Through, target: &str, fault: &ProxyFault) -> (Code, String, String) {
    let change = change(proxy);
    match fault {
        ProxyFault::NotReached(_) => (
            Code::ProxyNotReached,
            format!("{} cannot be reached", capital(proxy)),
            format!("It was never asked for {target}. {change}"),
        ),
        ProxyFault::Silent { limit } => (
            Code::TimedOut,
            format!("{} did not answer within {} s", capital(proxy), limit.as_secs()),
            format!("It took the connection and did not say whether it reached {target}. {change}"),
        ),
        ProxyFault::Cut { .. } => (
            Code::ConnectionLost,
            format!("{} ended the connection", capital(proxy)),
            format!(
                "It hung up instead of connecting to {target}. It may not serve this computer or \
                 this port. {change}"
            ),
        ),
        ProxyFault::NotAProxy { .. } => (
            Code::NotTheProtocol,
            format!("{} does not work as one", capital(proxy)),
            format!(
                "What answers there speaks something else: perhaps a web server, or a network's \
                 sign-in page. {change}"
            ),
        ),
        ProxyFault::LoginNeeded
        | ProxyFault::LoginRefused { .. }
        | ProxyFault::LoginUnsupported { .. } => {
            let (title, means) = not_signed_in(proxy, target, fault);
            (Code::ProxyAuthRefused, title, means)
        }
        ProxyFault::Refused { .. } => (
            Code::ProxyRefused,
            format!("{} does not let you connect to {target}", capital(proxy)),
            format!(
                "Many proxies allow port 443 and nothing else. Ask its administrator to allow \
                 {target}. {change}"
            ),
        ),
        ProxyFault::TargetNotReached { .. } => (
            Code::ProxyTargetNotReached,
            format!("{} did not reach {target}", capital(proxy)),
            format!(
                "The proxy itself works. Check the server's name and port; if they are right, a \
                 firewall behind the proxy may turn the connection away. {change}"
            ),
        ),
    }
}

impl From<SystemFault> for Problem {
    fn from(fault: SystemFault) -> Self {
        let said = fault.to_string();
        let (title, why) = match fault {
            SystemFault::Script { .. } => (
                "The system picks its proxy with a script, which Sendright does not follow",
                "A proxy script (PAC) is a program that picks the proxy for each address. Ask your \
                 administrator which proxy it picks for the mail server",
            ),
            SystemFault::Unusable { .. } => (
                "The system's proxy cannot be used",
                "Sendright speaks to HTTP and SOCKS5 proxies alone. Find out which of them there is",
            ),
            SystemFault::Unreadable { .. } => (
                "The system's proxy settings cannot be read",
                "They may name a proxy, so nothing goes past it. Try again; if it stays so, find out \
                 which proxy is needed",
            ),
        };
        let means = format!(
            "{why}, and set the sender's route to that proxy (route = \"http://host:port\" or \
             \"socks5://host:port\"), or to \"direct\" where none is needed. Nothing was sent."
        );
        Self::new(Code::ProxySettingsUnusable, title, means).said(said)
    }
}

fn not_signed_in(proxy: &Through, target: &str, fault: &ProxyFault) -> (String, String) {
    match fault {
        ProxyFault::LoginUnsupported { wanted } => (
            format!("{} wants a sign-in that Sendright does not support", capital(proxy)),
            format!(
                "It wants {wanted}; Sendright signs in to proxies with a user name and a password \
                 (Basic, or RFC 1929 with SOCKS). Ask its administrator for that, or run a relay on \
                 this computer that signs in for you, for example cntlm, and name it as the route."
            ),
        ),
        ProxyFault::LoginRefused { .. } => (
            format!("{} refused the user name or the password", capital(proxy)),
            format!(
                "{target} was not reached and has seen neither. Check the user in the sender's route, and \
                 store the password anew with `sendright secret set PROFILE proxy-password` or in the \
                 sender's settings, under Network."
            ),
        ),
        _ => (
            format!("{} wants a user name and a password", capital(proxy)),
            format!("It does not connect to {target} for strangers. {}", login(proxy)),
        ),
    }
}

/// What can be changed, and where.
fn change(proxy: &Through) -> String {
    match &proxy.origin {
        None => "The sender's route names this proxy; check it, or set it to \"direct\" where the \
                 network lets connections out."
            .to_owned(),
        Some(origin) => format!(
            "{origin} names this proxy, and the sender's route is \"system\"; correct it there, or set \
             the route to \"direct\" where the network lets connections out."
        ),
    }
}

/// Where a user name and a password go.
fn login(proxy: &Through) -> String {
    let scheme = match proxy.protocol {
        Protocol::Socks5 => "socks5",
        Protocol::Http => "http",
    };
    format!(
        "Write the user into the sender's route, {scheme}://user@{}, and store the password with \
         `sendright secret set PROFILE proxy-password` or in the sender's settings, under Network.",
        proxy.authority
    )
}

fn capital(proxy: &Through) -> String {
    proxy.to_string().replacen("the ", "The ", 1)
}
