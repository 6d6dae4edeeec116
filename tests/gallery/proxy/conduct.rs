//! What the proxies do.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

/// What a proxy does with a connection that was just made.
pub(super) type Conduct = fn(&TcpStream);

/// A proxy on a port of its own, for as long as the tests run.
pub(super) fn proxy(conduct: Conduct) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || conduct(&stream));
        }
    });
    port
}

/// Reads the head of a request; empty when the other side is gone.
pub(super) fn head(stream: &TcpStream) -> String {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while reader.read_line(&mut head).unwrap_or(0) > 2 {}
    head
}

pub(super) fn says(mut stream: &TcpStream, octets: &[u8]) {
    let _ = stream.write_all(octets);
}

/// Answers the first request with `answer`, and hangs up.
pub(super) fn answers(stream: &TcpStream, answer: &str) {
    head(stream);
    says(stream, answer.as_bytes());
}

/// Reads `N` octets.
fn hears<const N: usize>(mut stream: &TcpStream) -> [u8; N] {
    let mut octets = [0; N];
    let _ = stream.read_exact(&mut octets);
    octets
}

/// The mail server behind a proxy that works: takes everything.
fn smtp(stream: &TcpStream) {
    says(stream, b"220 mail.example ESMTP\r\n");
    let (mut lines, mut in_message) = (BufReader::new(stream).lines(), false);
    while let Some(Ok(line)) = lines.next() {
        match line.as_str() {
            "." => in_message = false,
            _ if in_message => continue,
            "DATA" => {
                in_message = true;
                says(stream, b"354 go ahead\r\n");
                continue;
            }
            _ => {}
        }
        says(stream, b"250 2.0.0 ok\r\n");
    }
}

/// Wants Basic, and hangs up after saying so; `kestrel-secret` is the password of `me`.
pub(super) fn wants_basic(stream: &TcpStream) {
    // me:kestrel-secret
    if head(stream).contains("Proxy-Authorization: Basic bWU6a2VzdHJlbC1zZWNyZXQ=\r\n") {
        says(stream, b"HTTP/1.1 200 Connection established\r\n\r\n");
        return smtp(stream);
    }
    says(
        stream,
        b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\n\
          Proxy-Authenticate: Basic realm=\"office\"\r\nConnection: close\r\n\r\n",
    );
}

/// Wants Basic, and repeats what it was shown.
pub(super) fn repeats_basic(stream: &TcpStream) {
    if head(stream).contains("Basic") {
        says(stream, b"HTTP/1.1 403 kestrel-secret or bWU6a2VzdHJlbC1zZWNyZXQ=\r\n\r\n");
    } else {
        says(stream, b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"office\"\r\n\r\n");
    }
}

pub(super) fn wants_ntlm(stream: &TcpStream) {
    answers(
        stream,
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM\r\n\
         Proxy-Authenticate: Negotiate\r\n\r\n",
    );
}

/// SOCKS 5 that wants a user name and a password, and knows one pair.
pub(super) fn socks_wants_login(stream: &TcpStream) {
    let [_, methods] = hears(stream);
    let mut offered = vec![0; methods.into()];
    let _ = (&*stream).read_exact(&mut offered);
    if !offered.contains(&2) {
        return says(stream, &[5, 0xff]);
    }
    says(stream, &[5, 2]);
    let expected = b"\x01\x02me\x0ekestrel-secret";
    if hears::<19>(stream)[..18] != expected[..18] {
        return says(stream, &[1, 1]);
    }
    says(stream, &[1, 0]);
    connects(stream);
}

/// Reads a SOCKS request for a name, and connects.
fn connects(stream: &TcpStream) {
    let [5, 1, 0, 3, length] = hears(stream) else { return };
    let mut name = vec![0; usize::from(length) + 2];
    let _ = (&*stream).read_exact(&mut name);
    assert!(
        String::from_utf8_lossy(&name).contains(".kestrel.invalid"),
        "the name travels to the proxy"
    );
    says(stream, &[5, 0, 0, 1, 127, 0, 0, 1, 0, 25]);
    smtp(stream);
}

pub(super) fn socks_replies(stream: &TcpStream, reply: u8) {
    let [_, methods] = hears(stream);
    let mut rest = vec![0; methods.into()];
    let _ = (&*stream).read_exact(&mut rest);
    says(stream, &[5, 0]);
    let [_, _, _, _, length] = hears(stream);
    let mut name = vec![0; usize::from(length) + 2];
    let _ = (&*stream).read_exact(&mut name);
    says(stream, &[5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
}

/// Hears the request and waits for more, for ever.
pub(super) fn silent(stream: &TcpStream) {
    let _ = std::io::copy(&mut &*stream, &mut std::io::sink());
}

/// The address of a server that has no name, as RFC 9110 §9.3.6 has it in a request.
const LITERAL: &str = "CONNECT [2001:db8::25]:25 HTTP/1.1\r\nHost: [2001:db8::25]:25\r\n";

pub(super) fn connects_to_an_address(stream: &TcpStream) {
    assert!(head(stream).starts_with(LITERAL));
    says(stream, b"HTTP/1.1 200 Connection established\r\n\r\n");
    smtp(stream);
}

pub(super) fn socks_connects_to_an_address(stream: &TcpStream) {
    let [5, 1, 0] = hears(stream) else { panic!("one way to sign in: none") };
    says(stream, &[5, 0]);
    let request: [u8; 22] = hears(stream);
    assert_eq!(request[..8], [5, 1, 0, 4, 0x20, 0x01, 0x0d, 0xb8]);
    assert_eq!(request[8..], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25, 0, 25]);
    says(stream, &[[5, 0, 0, 4].as_slice(), &[0; 18]].concat());
    smtp(stream);
}
