//! A reader for a mailbox: as much of IMAP (RFC 3501) and IDLE (RFC 2177)
//! as proves that a mail arrived.

use super::Servers;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

/// A mailbox, opened.
pub(crate) struct Mailbox {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
    user: String,
}

impl Mailbox {
    /// Opens the inbox of `user@corp.test`.
    pub(crate) fn open(servers: &Servers, user: &str) -> Self {
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_file(&servers.ca).expect("the servers' start wrote it");
        roots.add(ca).expect("the servers' start wrote it");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has what TLS needs")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let socket =
            TcpStream::connect(("127.0.0.1", servers.port("imaps"))).expect("Dovecot listens");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("it is a real time");
        let name = ServerName::try_from("localhost").expect("it is a name");
        let tls = ClientConnection::new(Arc::new(config), name).expect("the settings fit");
        let mut mailbox =
            Self { stream: BufReader::new(StreamOwned::new(tls, socket)), user: user.into() };
        mailbox.line();
        mailbox.ask(&format!("LOGIN {user}@corp.test {user}-pass"));
        mailbox.ask("SELECT INBOX");
        mailbox
    }

    /// The mail with this Message-ID, octet by octet, as soon as it is there.
    ///
    /// # Panics
    /// When nothing arrives for 20 seconds.
    pub(crate) fn wait_for(&mut self, message_id: &str) -> Vec<u8> {
        self.wait_for_header("Message-ID", message_id)
    }

    /// The mail with this subject, as soon as it is there.
    ///
    /// # Panics
    /// When nothing arrives for 20 seconds.
    pub(crate) fn wait_for_subject(&mut self, subject: &str) -> Vec<u8> {
        self.wait_for_header("Subject", subject)
    }

    fn wait_for_header(&mut self, name: &str, value: &str) -> Vec<u8> {
        loop {
            let found = self.ask(&format!("SEARCH HEADER {name} \"{value}\""));
            if let Some(number) = numbers(&found).last() {
                return self.fetch(*number);
            }
            // Said together with the answer: it came after it was looked for, and IDLE does not say it again.
            if !found.iter().any(|line| line.ends_with(" EXISTS")) {
                self.idle(value);
            }
        }
    }

    /// How many mails with this subject there are now.
    pub(crate) fn count(&mut self, subject: &str) -> usize {
        self.ask("NOOP");
        numbers(&self.ask(&format!("SEARCH HEADER Subject \"{subject}\""))).len()
    }

    /// How many mails with this Message-ID there are now.
    pub(crate) fn count_id(&mut self, message_id: &str) -> usize {
        self.ask("NOOP");
        numbers(&self.ask(&format!("SEARCH HEADER Message-ID \"{message_id}\""))).len()
    }

    /// Waits until the server says that there is more.
    fn idle(&mut self, awaited: &str) {
        self.write("i IDLE\r\n");
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "{awaited} did not arrive in {}'s mailbox", self.user);
            if line.ends_with("EXISTS") {
                break;
            }
        }
        self.write("DONE\r\n");
        while !self.line().starts_with("i ") {}
    }

    fn fetch(&mut self, number: u32) -> Vec<u8> {
        self.write(&format!("f FETCH {number} (BODY.PEEK[])\r\n"));
        let mut mail = Vec::new();
        loop {
            let line = self.line();
            if let Some(size) = line.strip_suffix('}').and_then(|line| line.rsplit('{').next()) {
                mail = vec![0; size.parse().expect("a literal has a size")];
                self.stream.read_exact(&mut mail).expect("the mail arrives");
            } else if line.starts_with("f ") {
                return mail;
            }
        }
    }

    /// Asks, and gives the untagged lines of a good answer.
    fn ask(&mut self, command: &str) -> Vec<String> {
        self.write(&format!("a {command}\r\n"));
        let mut lines = Vec::new();
        loop {
            let line = self.line();
            match line.strip_prefix("a ") {
                Some(end) if end.starts_with("OK") => return lines,
                Some(end) => panic!("{command}: {end}"),
                None => lines.push(line),
            }
        }
    }

    fn write(&mut self, text: &str) {
        let stream = self.stream.get_mut();
        stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).expect("Dovecot listens");
    }

    /// The next line without its end; empty when none came in time.
    fn line(&mut self) -> String {
        let mut line = Vec::new();
        let _ = self.stream.read_until(b'\n', &mut line);
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }
}

/// The numbers of a SEARCH answer.
fn numbers(lines: &[String]) -> Vec<u32> {
    let found = lines.iter().filter_map(|line| line.strip_prefix("* SEARCH"));
    found.flat_map(str::split_whitespace).filter_map(|number| number.parse().ok()).collect()
}
