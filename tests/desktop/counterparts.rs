//! Servers that do one thing, for whoever wants to see what the window makes of it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    mem,
    net::{TcpListener, TcpStream},
    sync::mpsc::Receiver,
    thread,
};

/// An SMTP server that takes a message and says nothing more until it is let go, and then hangs up.
pub(crate) fn relay_that_falls_silent(let_go: Receiver<()>) -> u16 {
    relay(move || {
        let _ = let_go.recv();
        None
    })
}

/// A server that takes connections and says nothing.
pub(crate) fn server_that_says_nothing() -> u16 {
    listen(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

/// An SMTP server that takes every message.
pub(crate) fn relay_that_accepts() -> u16 {
    relay(|| Some("250 2.0.0 Queued"))
}

/// An SMTP server that answers a whole message with what `judge` gives; with nothing, it hangs up.
fn relay(mut judge: impl FnMut() -> Option<&'static str> + Send + 'static) -> u16 {
    listen(move |mut stream| {
        let _ = stream.write_all(b"220 relay.test ESMTP\r\n");
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let reply = match line.get(..4).unwrap_or(&line) {
                "DATA" => "354 Go on",
                "." => match judge() {
                    Some(reply) => reply,
                    None => return,
                },
                "EHLO" | "MAIL" | "RCPT" | "QUIT" => "250 2.0.0 OK",
                _ => continue,
            };
            let _ = stream.write_all(format!("{reply}\r\n").as_bytes());
        }
    })
}

/// A provider that grants less than it is asked for: tokens to whoever comes first at once, to all others once it is let go.
pub(crate) fn provider_that_grants_less(let_go: Receiver<()>) -> u16 {
    let mut first = true;
    listen(move |stream| {
        if !mem::take(&mut first) {
            let _ = let_go.recv();
        }
        grant(stream);
    })
}

/// Answers one question for tokens.
fn grant(mut stream: &TcpStream) {
    const TOKENS: &str = r#"{"access_token":"a-token","refresh_token":"another","token_type":"Bearer","expires_in":3000,"scope":"mail.send"}"#;
    let mut reader = BufReader::new(stream);
    let head: Vec<_> =
        reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let length = head
        .iter()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    let _ = reader.read_exact(&mut body);
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{TOKENS}",
        TOKENS.len()
    );
}

/// Serves whoever calls, one after the other; gives the port.
fn listen(mut serve: impl FnMut(&TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are free ports");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || listener.incoming().flatten().for_each(|stream| serve(&stream)));
    port
}
