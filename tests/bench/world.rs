//! What all clients share: the servers, the messages, and the installation of Sendright with its secrets in a real keyring.

use super::{
    Work,
    keyring::{Ended, Keyring},
    servers::{self, Servers},
};
use serde_json::Value;
use std::{
    fs,
    io::Write as _,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The place of a run; everything in it ends with the program.
pub(crate) struct World {
    dir: tempfile::TempDir,
    servers: &'static Servers,
    keyring: Keyring,
    ca: String,
    token: String,
    proxy_port: u16,
    _proxy: Ended,
}

/// The mailbox that the provider gives app-only tokens for.
pub(crate) const APP: &str = "noreply@corp.test";
const LINE: &str = "The quick brown fox jumps over the lazy dog, again and again.\n";
const ATTACHMENT: usize = 100 * 1024 * 1024;

impl World {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory can be made");
        let servers = servers::servers();
        let proxy_port = free_port();
        let proxy = start_proxy(dir.path(), servers, proxy_port);
        let world = Self {
            ca: servers.ca.display().to_string(),
            token: app_token(servers),
            keyring: Keyring::unlocked(),
            servers,
            dir,
            proxy_port,
            _proxy: proxy,
        };
        world.write_messages();
        world.point_sendright_to(world.submission());
        for sender in ["Alice", "Chunking"] {
            world.tell_secret(&["secret", "set", sender, "password"], "alice-pass");
        }
        world.tell_secret(&["secret", "set", "bench", "client-secret"], &servers.secrets["web"]);
        world
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.file("data")
    }

    /// A program beside the peers' node modules.
    pub(crate) fn node(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/node").join(name)
    }

    pub(crate) fn ca(&self) -> &str {
        &self.ca
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn proxy_port(&self) -> u16 {
        self.proxy_port
    }

    pub(crate) fn submission(&self) -> u16 {
        self.servers.port("submission")
    }

    /// `program` in the session with the keyring.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.keyring.command(program)
    }

    /// The message as others are given it.
    pub(crate) fn message(&self, work: Work) -> String {
        self.file(match work {
            Work::One | Work::Token => "kb10.eml",
            Work::Many(_) => "kb2.eml",
            Work::Large | Work::Graph => "mb100.eml",
        })
        .display()
        .to_string()
    }

    /// The text of the message, as Sendright is given it: it makes the message itself.
    pub(crate) fn text(&self, work: Work) -> PathBuf {
        self.file(if matches!(work, Work::Many(_)) { "kb2.txt" } else { "kb10.txt" })
    }

    pub(crate) fn attachment(&self) -> String {
        self.file("mb100.bin").display().to_string()
    }

    /// How many messages Postfix has taken.
    pub(crate) fn taken(&self) -> u32 {
        // The authority's file lies beside the mail servers' own directory.
        let log = Path::new(&self.ca)
            .ancestors()
            .nth(2)
            .expect("it lies in pki/")
            .join("mail/log/postfix.log");
        let log = fs::read_to_string(log).unwrap_or_default();
        u32::try_from(log.matches("@corp.test>, size=").count()).expect("not so many")
    }

    /// Waits until Postfix has taken `messages` in all, and makes sure that it took no more.
    pub(crate) fn wait_for(&self, messages: u32, client: &str) {
        let began = Instant::now();
        while self.taken() < messages {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "{client}: {} of {messages}",
                self.taken()
            );
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(self.taken(), messages, "{client} sent more than it should");
    }

    /// Writes Sendright's senders, with the SMTP server behind `port`.
    pub(crate) fn point_sendright_to(&self, port: u16) {
        let (servers, ca) = (self.servers, &self.ca);
        let smtp = format!(
            "smtp = {{ host = \"localhost\", port = {port}, security = \"starttls\", ca_file = \"{ca}\" }}"
        );
        let chunking = smtp.replace(" }", ", chunking = true }");
        let toml = format!(
            "[[registration]]\nname = \"bench\"\nprovider = \"microsoft\"\ntenant = \"{}\"\nclient_id = \"{}\"\n\
             client_secret = {{ vault = true }}\nauthority = \"{}\"\ngraph_url = \"{}\"\nca_file = \"{ca}\"\n\
             [[profile]]\nname = \"App\"\nregistration = \"bench\"\nsign_in = \"app-only\"\ntransport = \"smtp\"\n\
             mailbox = \"{APP}\"\n{smtp}\n\
             [[profile]]\nname = \"Graph\"\nregistration = \"bench\"\nsign_in = \"app-only\"\ntransport = \"graph\"\n\
             mailbox = \"{APP}\"\n\
             [[profile]]\nname = \"Alice\"\nsign_in = \"password\"\npassword = {{ vault = true }}\ntransport = \"smtp\"\n\
             mailbox = \"alice@corp.test\"\n{smtp}\n\
             [[profile]]\nname = \"Chunking\"\nsign_in = \"password\"\npassword = {{ vault = true }}\ntransport = \"smtp\"\n\
             mailbox = \"alice@corp.test\"\n{chunking}\n",
            servers.tenant, servers.clients["web"], servers.idp, servers.graph,
        );
        fs::write(self.file("senders.toml"), toml).expect("the directory is ours");
        let file = self.file("senders.toml").display().to_string();
        self.tell_secret(&["apply", "-f", &file], "");
    }

    /// Runs `sendright ARGUMENTS` with a secret as its input.
    fn tell_secret(&self, arguments: &[&str], secret: &str) {
        let mut child = self
            .command(env!("CARGO_BIN_EXE_sendright"))
            .args(arguments)
            .arg("--data-dir")
            .arg(self.data())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("it was built");
        child.stdin.take().expect("it is piped").write_all(secret.as_bytes()).expect("it reads");
        assert!(child.wait().expect("it runs").success(), "{arguments:?}");
    }

    fn write_messages(&self) {
        let write = |name: &str, bytes: &[u8]| {
            fs::write(self.file(name), bytes).expect("the directory is ours");
        };
        for (name, lines) in [("kb2", 30), ("kb10", 160)] {
            let text = LINE.repeat(lines);
            write(&format!("{name}.txt"), text.as_bytes());
            write(&format!("{name}.eml"), letter("text/plain", &text).as_bytes());
        }
        let mut seed = 7_u32;
        let noise = std::iter::repeat_with(|| {
            // xorshift32: what matters is that nothing on the way can compress it.
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            seed.to_le_bytes()
        });
        let bytes: Vec<u8> = noise.flatten().take(ATTACHMENT).collect();
        write("mb100.bin", &bytes);
        write("mb100.eml", with_attachment(&bytes).as_bytes());
    }
}

fn letter(kind: &str, body: &str) -> String {
    let head = format!(
        "From: alice@corp.test\nTo: black@corp.test\nSubject: bench\nDate: Tue, 24 Nov 2026 12:00:00 +0000\n\
         Message-ID: <bench@corp.test>\nMIME-Version: 1.0\nContent-Type: {kind}\n"
    );
    format!("{head}\n{body}").replace('\n', "\r\n")
}

fn with_attachment(bytes: &[u8]) -> String {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines: Vec<_> =
        encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let body = format!(
        "--part\nContent-Type: text/plain\n\nSee the attachment.\n--part\nContent-Type: application/octet-stream\n\
         Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=mb100.bin\n\n{}\n--part--\n",
        lines.join("\n"),
    );
    letter("multipart/mixed; boundary=part", &body)
}

/// An app-only token, straight from the provider.
fn app_token(servers: &Servers) -> String {
    let ca = reqwest::Certificate::from_pem(&fs::read(&servers.ca).unwrap()).unwrap();
    rustls::crypto::ring::default_provider().install_default().expect("nobody was first");
    let http = reqwest::blocking::Client::builder().tls_certs_only([ca]).build().unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &servers.clients["web"]),
        ("client_secret", &servers.secrets["web"]),
        ("scope", "https://outlook.office.com/.default"),
    ];
    let place = format!("{}/{}/oauth2/v2.0/token", servers.idp, servers.tenant);
    let answer = http.post(place).form(&form).send().unwrap().text().unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
}

/// Starts email-oauth2-proxy with an account of its own at the provider.
fn start_proxy(dir: &Path, servers: &Servers, port: u16) -> Ended {
    let config = format!(
        "[SMTP-{port}]\nserver_address = localhost\nserver_port = {}\nserver_starttls = True\nlocal_address = 127.0.0.1\n\
         [{APP}]\ntoken_url = {}/{}/oauth2/v2.0/token\noauth2_flow = client_credentials\n\
         oauth2_scope = https://outlook.office.com/.default\nclient_id = {}\nclient_secret = {}\n",
        servers.port("submission"),
        servers.idp,
        servers.tenant,
        servers.clients["web"],
        servers.secrets["web"],
    );
    fs::write(dir.join("emailproxy.config"), config).expect("the directory is ours");
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-python/bin/python");
    let child = Command::new(python)
        .args(["-m", "emailproxy", "--no-gui", "--config-file"])
        .arg(dir.join("emailproxy.config"))
        .env("SSL_CERT_FILE", &servers.ca)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("email-oauth2-proxy is installed (scripts/bench does it)");
    let proxy = Ended::new(child);
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(20), "email-oauth2-proxy does not listen");
        thread::sleep(Duration::from_millis(50));
    }
    proxy
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port is free").port()
}
