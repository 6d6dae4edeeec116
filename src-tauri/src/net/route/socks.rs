//! SOCKS 5 (RFC 1928) with user name and password (RFC 1929). Names go to the proxy as names.

use super::{Login, ProxyFault, error::Trouble};
use crate::secret::veil::Veil;
use std::net::IpAddr;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NONE_OF_THEM: u8 = 0xff;

/// Has the proxy behind `stream` connect to `host:port`.
pub(super) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    host: &str,
    port: u16,
    login: Option<&Login>,
) -> Result<(), Trouble> {
    greet(stream, login).await?;
    let mut request = vec![VERSION, 1, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(1);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(4);
            request.extend(address.octets());
        }
        Err(_) => {
            request.push(3);
            request.extend(counted(host, "host name")?);
        }
    }
    request.extend(port.to_be_bytes());
    write(stream, &request).await?;
    answer(stream).await
}

/// Agrees on how to sign in, and does.
pub(super) async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    login: Option<&Login>,
) -> Result<(), Trouble> {
    let greeting: &[u8] = match login {
        None => &[VERSION, 1, NO_LOGIN],
        Some(_) => &[VERSION, 2, NO_LOGIN, USER_AND_PASSWORD],
    };
    write(stream, greeting).await?;
    let [version, method] = read(stream).await?;
    match (version, method, login) {
        (VERSION, NO_LOGIN, _) => Ok(()),
        (VERSION, USER_AND_PASSWORD, Some(login)) => sign_in(stream, login).await,
        (VERSION, NONE_OF_THEM, None) => Err(Trouble::WantsLogin),
        (VERSION, NONE_OF_THEM, Some(_)) => {
            Err(ProxyFault::LoginUnsupported { wanted: "not a user name and a password".into() }
                .into())
        }
        _ => Err(Trouble::not_a_proxy(&[version, method], &Veil::default())),
    }
}

async fn sign_in<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    login: &Login,
) -> Result<(), Trouble> {
    let mut request = zeroize::Zeroizing::new(vec![1]);
    request.extend(counted(&login.user, "user name")?);
    request.extend(zeroize::Zeroizing::new(counted(login.password.expose(), "password")?).iter());
    write(stream, &request).await?;
    match read(stream).await? {
        [_, 0] => Ok(()),
        [_, status] => Err(ProxyFault::LoginRefused { said: format!("status {status}") }.into()),
    }
}

/// Reads what became of the request, and the address that comes with it.
async fn answer<S: AsyncRead + Unpin>(stream: &mut S) -> Result<(), Trouble> {
    let [version, reply, _, kind] = read(stream).await?;
    if version != VERSION {
        return Err(Trouble::not_a_proxy(&[version, reply], &Veil::default()));
    }
    if reply != 0 {
        return Err(refusal(reply).into());
    }
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await?),
        _ => return Err(Trouble::not_a_proxy(&[version, reply], &Veil::default())),
    };
    let mut address = vec![0; length + 2];
    stream.read_exact(&mut address).await?;
    Ok(())
}

/// RFC 1928 §6.
fn refusal(reply: u8) -> ProxyFault {
    let not_reached = |said: &str| ProxyFault::TargetNotReached { said: said.to_owned() };
    match reply {
        1 => not_reached("general failure (1)"),
        2 => ProxyFault::Refused { said: "not allowed by its rules (2)".to_owned() },
        3 => not_reached("network unreachable (3)"),
        4 => not_reached("host unreachable (4)"),
        5 => not_reached("connection refused (5)"),
        6 => not_reached("TTL expired (6)"),
        7 => ProxyFault::Refused { said: "it does not make connections (7)".to_owned() },
        8 => ProxyFault::Refused { said: "it does not know this kind of address (8)".to_owned() },
        other => not_reached(&format!("reply {other}")),
    }
}

/// A text with its length before it.
fn counted(text: &str, what: &str) -> Result<Vec<u8>, Trouble> {
    let length = u8::try_from(text.len()).map_err(|_| {
        let said = format!("SOCKS takes no {what} of more than 255 octets");
        Trouble::from(ProxyFault::Refused { said })
    })?;
    let mut all = Vec::with_capacity(text.len() + 1);
    all.push(length);
    all.extend(text.as_bytes());
    Ok(all)
}

async fn write<S: AsyncWrite + Unpin>(stream: &mut S, octets: &[u8]) -> Result<(), Trouble> {
    stream.write_all(octets).await?;
    Ok(stream.flush().await?)
}

async fn read<const N: usize>(stream: &mut (impl AsyncRead + Unpin)) -> Result<[u8; N], Trouble> {
    let mut octets = [0; N];
    stream.read_exact(&mut octets).await?;
    Ok(octets)
}
