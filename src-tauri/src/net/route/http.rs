//! HTTP CONNECT (RFC 9110 §9.3.6), with Basic where the proxy asks for it (RFC 7617).

use super::{
    Login, ProxyFault,
    error::{Trouble, shown},
};
use crate::secret::{Secret, veil::Veil};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use zeroize::Zeroizing;

/// The longest head of an answer that is read.
const LONGEST_HEAD: usize = 16 * 1024;

/// Has the proxy behind `stream` connect to `authority`.
pub(super) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    authority: &str,
    login: Option<&Login>,
) -> Result<(), Trouble> {
    let mut veil = Veil::default();
    let mut request = Zeroizing::new(format!(
        "CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {}\r\n",
        crate::net::http::USER_AGENT
    ));
    if let Some(Login { user, password }) = login {
        let pair = Zeroizing::new(format!("{user}:{}", password.expose()));
        let basic = Secret::new(STANDARD.encode(pair.as_bytes()));
        *request += "Proxy-Authorization: Basic ";
        *request += basic.expose();
        veil.hide(password);
        veil.hide(&basic);
        *request += "\r\n";
    }
    *request += "\r\n";
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let head = head(stream, &veil).await?;
    judge(&head, &veil)
}

/// Reads the head of the answer and nothing after it: that belongs to the other side.
async fn head<S: AsyncRead + Unpin>(stream: &mut S, veil: &Veil) -> Result<Vec<u8>, Trouble> {
    const BEGINNING: &[u8] = b"HTTP/1.";
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        match stream.read_u8().await {
            Ok(octet) => head.push(octet),
            Err(error) if head.is_empty() || head.starts_with(BEGINNING) => {
                return Err(error.into());
            }
            Err(_) => return Err(Trouble::not_a_proxy(&head, veil)),
        }
        let stranger = !head.starts_with(BEGINNING) && !BEGINNING.starts_with(&head);
        let line = head.len() > BEGINNING.len() && (head.ends_with(b"\n") || head.len() > 120);
        if (stranger && line) || head.len() > LONGEST_HEAD {
            return Err(Trouble::not_a_proxy(&head, veil));
        }
    }
    Ok(head)
}

fn judge(head: &[u8], veil: &Veil) -> Result<(), Trouble> {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next().unwrap_or_default();
    let status: Option<u16> = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    let said = line.split_once(' ').map_or(line, |(_, said)| said);
    let said = shown(said.as_bytes(), veil);
    let page = values(&text, "content-type").any(|kind| kind.starts_with("text/html"));
    match status {
        // What answers a tunnel with a page is a web server, or a network's sign-in page.
        Some(200..=299) if page => {
            Err(ProxyFault::NotAProxy { said: format!("{said}, and a web page") }.into())
        }
        Some(200..=299) => Ok(()),
        Some(407) => Err(wants(&text, veil)),
        // What tinyproxy says to a wrong password.
        Some(401) => Err(ProxyFault::LoginRefused { said }.into()),
        Some(400 | 404 | 405 | 501) => Err(ProxyFault::NotAProxy { said }.into()),
        // 500 is tinyproxy's, where others say 502 or 503.
        Some(500..=504) => Err(ProxyFault::TargetNotReached { said }.into()),
        Some(_) => Err(ProxyFault::Refused { said }.into()),
        None => Err(Trouble::not_a_proxy(head, veil)),
    }
}

/// What a 407 wants: a header may name several schemes, each with parameters (RFC 9110 §11.6.1).
fn wants(head: &str, veil: &Veil) -> Trouble {
    let schemes: Vec<_> = values(head, "proxy-authenticate")
        .flat_map(|value| value.split(','))
        .filter_map(|part| part.split_whitespace().next())
        .filter(|word| !word.contains('='))
        .map(|scheme| shown(scheme.as_bytes(), veil))
        .collect();
    if schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("basic")) || schemes.is_empty() {
        return Trouble::WantsLogin;
    }
    ProxyFault::LoginUnsupported { wanted: schemes.join(", ") }.into()
}

/// The values of each header called `name`.
fn values<'a>(head: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    head.lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .filter(move |(header, _)| header.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}
