//! The product as the outside sees it: the program `sendright`, its exit codes and its JSON.

use super::servers::{
    Servers,
    browser::{Browser, Person},
};
use sendright::{
    app::App,
    start::{Start, Vault},
};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
};
use url::Url;

/// One installation: its data, and its vault under a passphrase.
pub(crate) struct Product(tempfile::TempDir);

/// What one run of the program gave.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its exit code.
    pub(crate) code: i32,
    /// The objects it printed.
    pub(crate) lines: Vec<Value>,
    /// What it said beside; shown where a test fails.
    #[allow(dead_code)] // only `Debug` reads it
    pub(crate) said: String,
}

impl Answer {
    fn new(status: ExitStatus, stdout: &str, stderr: &[u8]) -> Self {
        let lines = serde_json::Deserializer::from_str(stdout)
            .into_iter()
            .map(|value| value.unwrap_or_else(|error| panic!("not JSON ({error}): {stdout}")));
        let said = String::from_utf8_lossy(stderr).into_owned();
        Self { code: status.code().expect("it ended by itself"), lines: lines.collect(), said }
    }

    /// The last object.
    pub(crate) fn result(&self) -> &Value {
        self.lines.last().unwrap_or_else(|| panic!("nothing was printed: {self:?}"))
    }

    /// The problem's code.
    pub(crate) fn problem(&self) -> &str {
        self.result()["problem"]["code"].as_str().unwrap_or_else(|| panic!("no problem: {self:?}"))
    }

    /// The other side's words.
    pub(crate) fn their_words(&self) -> &str {
        self.result()["problem"]["said"]
            .as_str()
            .unwrap_or_else(|| panic!("nothing said: {self:?}"))
    }

    /// This, if it went well.
    pub(crate) fn fine(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// The Message-ID of an accepted send.
    pub(crate) fn message_id(&self) -> &str {
        assert_eq!(self.result()["outcome"], "accepted", "{self:?}");
        self.result()["message_id"].as_str().expect("a send has an id")
    }
}

/// A run of the program that has not ended yet.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    printed: String,
}

impl Running {
    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    }

    /// What it gave, once it has ended.
    pub(crate) fn ended(mut self) -> Answer {
        self.stdout.read_to_string(&mut self.printed).expect("it prints");
        let output = self.child.wait_with_output().expect("it ends");
        Answer::new(output.status, &self.printed, &output.stderr)
    }
}

impl Product {
    /// A fresh installation.
    pub(crate) fn new() -> Self {
        let product = Self(tempfile::tempdir().expect("a temporary directory can be made"));
        fs::write(product.file("passphrase"), "of a test").expect("the directory is ours");
        product
    }

    /// The path of a file of this test.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file of this test; gives its path.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> String {
        fs::write(self.file(name), content).expect("the directory is ours");
        self.file(name).display().to_string()
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.file("data")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sendright"));
        command
            .args(arguments)
            .args(["--json", "--vault", "file", "--data-dir"])
            .arg(self.data())
            .env("SENDRIGHT_PASSPHRASE_FILE", self.file("passphrase"))
            .stdin(Stdio::null());
        command
    }

    /// Runs `sendright ARGUMENTS`.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        let output = self.command(arguments).output().expect("the program starts");
        Answer::new(output.status, &String::from_utf8_lossy(&output.stdout), &output.stderr)
    }

    /// The use cases of this installation, in the test's own process: for what the command line does not have.
    pub(crate) fn app(&self) -> App {
        let start = Start {
            data_dir: Some(self.data()),
            vault: Some(Vault::File),
            passphrase_file: Some(self.file("passphrase")),
            timeout: None,
        };
        App::open(start.parts(|| None).expect("the passphrase is there")).expect("it opens")
    }

    /// Starts `sendright ARGUMENTS`, which nobody listens to.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
    }

    /// Applies a declarative file.
    pub(crate) fn apply(&self, toml: &str) {
        let file = self.write("profiles.toml", toml.as_bytes());
        self.run(&["apply", "-f", &file]).fine();
    }

    /// Signs `profile` in by loopback; gives the end and the page that the browser showed last.
    pub(crate) fn consent(
        &self,
        servers: &Servers,
        profile: &str,
        person: Person<'_>,
    ) -> (Answer, String) {
        let (open, running) =
            self.start(&["consent", profile, "--no-browser", "--route", "loopback"]);
        assert_eq!(open["event"], "open", "{open}");
        let browser = Browser::new(servers);
        let end = browser.sign_in(open["url"].as_str().expect("an address is printed"), person);
        assert!(is_loopback(&end), "{end}");
        let page = browser.visit(&end);
        (running.ended(), page)
    }

    /// Starts `sendright ARGUMENTS`; gives the first object that it prints.
    pub(crate) fn start(&self, arguments: &[&str]) -> (Value, Running) {
        let mut child = self
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut printed = String::new();
        stdout.read_line(&mut printed).expect("it prints");
        let Ok(first) = serde_json::from_str(&printed) else {
            let output = child.wait_with_output().expect("it ends");
            panic!("{printed}{}", String::from_utf8_lossy(&output.stderr));
        };
        (first, Running { child, stdout, printed })
    }

    /// Signs `profile` in as the person whose mailbox it uses.
    pub(crate) fn sign_in(&self, servers: &Servers, profile: &str, user: &str) {
        let (answer, page) = self.consent(servers, profile, Person::Consents(user));
        assert_eq!(answer.code, 0, "{answer:?}\n{page}");
    }
}

fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1"))
}

/// A registration at the provider, as a declarative file has it.
pub(crate) fn registration(servers: &Servers, client: &str) -> String {
    let secret = servers.secrets.get(client);
    let secret =
        secret.map_or_else(String::new, |_| "client_secret = { file = \"secret.txt\" }\n".into());
    format!(
        "[[registration]]\nname = \"{client}\"\nprovider = \"microsoft\"\ntenant = \"{}\"\n\
         client_id = \"{}\"\nauthority = \"{}\"\ngraph_url = \"{}\"\nca_file = \"{}\"\n{secret}\n",
        servers.tenant,
        servers.clients[client],
        servers.idp,
        servers.graph,
        shown(&servers.ca),
    )
}

/// A profile that sends by the mail server `port` names.
pub(crate) fn smtp(servers: &Servers, port: &str, security: &str) -> String {
    format!(
        "transport = \"smtp\"\nsmtp = {{ host = \"localhost\", port = {}, security = \"{security}\", ca_file = \"{}\" }}\n",
        servers.port(port),
        shown(&servers.ca),
    )
}

/// A profile's name, mailbox and way to sign in.
pub(crate) fn profile(name: &str, user: &str, sign_in: &str) -> String {
    format!("[[profile]]\nname = \"{name}\"\nmailbox = \"{user}@corp.test\"\nsign_in = {sign_in}\n")
}

fn shown(path: &Path) -> std::path::Display<'_> {
    path.display()
}
