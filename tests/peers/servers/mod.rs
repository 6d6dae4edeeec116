//! Other people's servers, started once a test run: an OpenID-certified provider, Postfix and Dovecot, and Prism with Microsoft's own
//! description of Graph; and the proxies on the way to them. They listen on ports of their own and end with the test process, however that ends.

// Two test programs share this; each uses a part.
#![allow(dead_code)]

pub(crate) mod browser;
pub(crate) mod imap;
mod pki;

use serde::Deserialize;
use std::{
    collections::HashMap,
    fs,
    io::{BufRead as _, BufReader},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
    sync::OnceLock,
};

/// Where everything listens, as `node/main.mjs` reports it.
#[derive(Debug, Deserialize)]
pub(crate) struct Servers {
    /// The provider: `https://localhost:PORT`.
    pub(crate) idp: String,
    /// Graph without its version: `https://localhost:PORT`.
    pub(crate) graph: String,
    /// The tenant's GUID.
    pub(crate) tenant: String,
    /// Client ids by what they are for; `node/idp.mjs` says what each can do.
    pub(crate) clients: HashMap<String, String>,
    /// The confidential clients' secrets.
    pub(crate) secrets: HashMap<String, String>,
    /// Ports of the mail servers by what they are like; `mail/master.cf` says so of each.
    pub(crate) ports: HashMap<String, u16>,
    /// The authority that vouches for all of them.
    #[serde(skip)]
    pub(crate) ca: PathBuf,
    /// They end when this closes, which it does when this process ends.
    #[serde(skip)]
    lifeline: Option<ChildStdin>,
}

impl Servers {
    /// The port of a mail server.
    pub(crate) fn port(&self, name: &str) -> u16 {
        self.ports[name]
    }

    fn start() -> Result<Self, String> {
        let node = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/node");
        if !node.join("node_modules/oidc-provider").is_dir() {
            return Err(
                "the servers' node modules are missing; `scripts/setup test` installs them".into(),
            );
        }
        let logs = logs();
        fs::create_dir_all(&logs).map_err(|error| format!("{}: {error}", logs.display()))?;
        // Not below the target directory: the servers' own users must be able to go there, and a
        // Unix socket's path must be short.
        let dir = tempfile::Builder::new()
            .prefix("sendright-peers-")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .map_err(|error| format!("no temporary directory: {error}"))?
            .keep();
        fs::create_dir(dir.join("pki")).map_err(|error| error.to_string())?;
        pki::write(&dir.join("pki"));

        let said = logs.join("main.log");
        let mut child = Command::new("node")
            .arg(node.join("main.mjs"))
            .args([&dir, &logs])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&said).map_err(|error| error.to_string())?)
            // A Ctrl-C at the terminal is for the tests; the servers end after them.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("node cannot be started: {error}"))?;
        let stdout = child.stdout.take().expect("it is piped");
        let line = BufReader::new(stdout).lines().next().and_then(Result::ok);
        let Some(line) = line else {
            let said = fs::read_to_string(&said).unwrap_or_default();
            return Err(format!("the test servers did not start:\n{said}"));
        };
        let mut servers: Self =
            serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        servers.ca = dir.join("pki/ca.pem");
        servers.lifeline = child.stdin.take();
        Ok(servers)
    }
}

/// What the program `name` has said so far.
pub(crate) fn log(name: &str) -> String {
    fs::read_to_string(logs().join(format!("{name}.log"))).expect("it writes one")
}

/// Where the servers' words go.
fn logs() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers")
}

/// The servers, started on first use.
///
/// # Panics
/// When a part is missing or does not start; the message says how to install it.
pub(crate) fn servers() -> &'static Servers {
    static SERVERS: OnceLock<Result<Servers, String>> = OnceLock::new();
    SERVERS.get_or_init(Servers::start).as_ref().unwrap_or_else(|error| panic!("{error}"))
}
