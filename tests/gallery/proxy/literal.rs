//! Servers that have no name, only an IPv6 address, behind each kind of proxy.

use super::*;
use crate::gallery::{
    graph::token,
    tls::{Authority, accepting},
};
use rcgen::SanType;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::{net::Ipv6Addr, sync::Arc};

const ADDRESS: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x25);

/// Connects to a port of the address and no other.
type Tunnel = fn(&TcpStream, u16);

const TUNNELS: [(&str, Tunnel); 2] = [("http", by_http), ("socks5", by_socks)];

/// The address in a request is as RFC 9110 §9.3.6 has it.
fn by_http(stream: &TcpStream, port: u16) {
    let target = format!("[{ADDRESS}]:{port}");
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    assert!(head(stream).starts_with(&request));
    says(stream, b"HTTP/1.1 200 Connection established\r\n\r\n");
}

fn by_socks(stream: &TcpStream, port: u16) {
    let [5, 1, 0] = hears(stream) else { panic!("one way to sign in: none") };
    says(stream, &[5, 0]);
    let request: [u8; 22] = hears(stream);
    let target = [&ADDRESS.octets()[..], &port.to_be_bytes()].concat();
    assert_eq!((&request[..4], &request[4..]), (&[5, 1, 0, 4][..], &target[..]));
    says(stream, &[[5, 0, 0, 4].as_slice(), &[0; 18]].concat());
}

#[test]
fn a_mail_server_with_an_address_is_reached_through_each_proxy() {
    for (way, tunnel) in TUNNELS {
        let port = proxy(move |stream| {
            tunnel(stream, 25);
            smtp(stream);
        });
        let sender = profile("P", &route(way, port));
        let sender = sender.replace("mail.kestrel.invalid", &ADDRESS.to_string());
        let verdict = Gallery::of(&sender, &[]).send("P", &["bo@kestrel.example"], &[]);
        assert_eq!(verdict, (0, "accepted".to_owned(), String::new()), "{way}");
    }
}

/// Gives a token to who asks for one, and takes every message.
fn provider_and_graph(stream: &TcpStream, config: &Arc<ServerConfig>) {
    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut stream = BufReader::new(StreamOwned::new(connection, stream.try_clone().unwrap()));
    let mut head = String::new();
    while stream.read_line(&mut head).unwrap() > 2 {}
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    let (status, body) = if head.contains("/token ") {
        ("200 OK", token())
    } else {
        ("202 Accepted", String::new())
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.get_mut().write_all(answer.as_bytes()).unwrap();
}

#[test]
fn a_provider_and_a_graph_with_an_address_are_reached_through_each_proxy() {
    let root = Authority::root("Kestrel Root");
    let shown =
        root.certifies(|one| one.subject_alt_names = vec![SanType::IpAddress(ADDRESS.into())]);
    let config = accepting(shown, rustls::ALL_VERSIONS);
    for (way, tunnel) in TUNNELS {
        let config = Arc::clone(&config);
        let port = proxy(move |stream| {
            tunnel(stream, 443);
            provider_and_graph(stream, &config);
        });
        let sender = format!(
            "[[registration]]\nname = \"R\"\nprovider = \"microsoft\"\ntenant = \"kestrel.example\"\n\
             client_id = \"11111111-2222-3333-4444-555555555555\"\n\
             client_secret = {{ env = \"KESTREL_SECRET\" }}\nca_file = \"ca.pem\"\n\
             authority = \"https://[{ADDRESS}]\"\ngraph_url = \"https://[{ADDRESS}]\"\n\
             [[profile]]\nname = \"P\"\nregistration = \"R\"\nsign_in = \"app-only\"\n\
             transport = \"graph\"\nmailbox = \"ana@kestrel.example\"\nroute = \"{}\"\n",
            route(way, port)
        );
        let gallery = Gallery::of(&sender, &[("ca.pem".to_owned(), root.pem.clone())]);
        let verdict = gallery.send("P", &["bo@kestrel.example"], &[]);
        assert_eq!(verdict, (0, "accepted".to_owned(), String::new()), "{way}");
    }
}
