//! A session bus of its own with a real gnome-keyring, away from the person's.

// Two test programs share this; each uses a part.
#![allow(dead_code)]

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The bus starts no service by itself: an activated second daemon would take the name, locked.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=BUS</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
  <limit name="max_message_size">100000000</limit>
</busconfig>
"#;

/// What opens the login keyring.
const PASSWORD: &str = "opens the login keyring";

/// A running session; both daemons end with it.
pub(crate) struct Keyring {
    home: tempfile::TempDir,
    daemon: Option<Ended>,
    bus: Ended,
}

/// A process that is ended, and waited for, when nobody needs it any more.
pub(crate) struct Ended(Child);

impl Ended {
    /// Ends `child` when it goes out of scope.
    pub(crate) fn new(child: Child) -> Self {
        Self(child)
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Keyring {
    /// A session with an unlocked login keyring.
    pub(crate) fn unlocked() -> Self {
        let mut session = Self::absent();
        session.daemon = Some(start_daemon(&|program| session.command(program)));
        session
    }

    /// A session with a keyring that is locked, and nobody there to unlock it.
    pub(crate) fn locked() -> Self {
        let session = Self::unlocked();
        let command = |program: &str| session.command(program);
        let login = "array:objpath:/org/freedesktop/secrets/collection/login";
        ask(&command, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", &[login]);
        wait_for("a locked login keyring", || is_locked(&command) == Some(true));
        session
    }

    /// A session with a bus and no keyring on it.
    pub(crate) fn absent() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory can be made");
        let bus = home.path().join("bus");
        let conf = home.path().join("bus.conf");
        fs::write(&conf, BUS.replace("BUS", &bus.display().to_string()))
            .expect("a temporary directory can be written");
        let daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", conf.display()))
            .args(["--nofork", "--nopidfile"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed (package dbus)");
        let session = Self { home, daemon: None, bus: Ended(daemon) };
        wait_for("a session bus", || bus.exists());
        session
    }

    /// The person's home directory, away from the real one.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// `program`, as one that runs in this session.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let home = self.home.path();
        let mut command = Command::new(program.as_ref());
        command
            .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", home.join("bus").display()))
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// The account names of Sendright's entries, as the operating system's own tool lists them.
    pub(crate) fn entries(&self) -> Vec<String> {
        // NOTE: attributes go to stderr, labels and secrets to stdout.
        values(&self.search().stderr, "attribute.username = ")
    }

    /// The secrets in them.
    pub(crate) fn secrets(&self) -> Vec<String> {
        values(&self.search().stdout, "secret = ")
    }

    fn search(&self) -> Output {
        let mut search = self.command("secret-tool");
        search.args(["search", "--all", "service", "Sendright"]);
        search.output().expect("secret-tool is installed (package libsecret-tools)")
    }
}

/// What stands behind `name` in what `secret-tool` told.
fn values(told: &[u8], name: &str) -> Vec<String> {
    let told = String::from_utf8_lossy(told);
    told.lines().filter_map(|line| line.strip_prefix(name)).map(str::to_owned).collect()
}

/// Starts a keyring in the session that `command` runs its programs in.
pub(crate) fn start_daemon(command: &dyn Fn(&str) -> Command) -> Ended {
    let mut daemon = command("gnome-keyring-daemon")
        .args(["--unlock", "--foreground", "--components=secrets"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("gnome-keyring-daemon is installed (package gnome-keyring)");
    let mut stdin = daemon.stdin.take().expect("stdin is a pipe");
    stdin.write_all(PASSWORD.as_bytes()).expect("the daemon reads its password");
    drop(stdin);
    let daemon = Ended(daemon);
    wait_for("an unlocked login keyring", || is_locked(command) == Some(false));
    daemon
}

/// `None` while there is no keyring on the bus.
fn is_locked(command: &dyn Fn(&str) -> Command) -> Option<bool> {
    let property = ["string:org.freedesktop.Secret.Collection", "string:Locked"];
    let default = "/org/freedesktop/secrets/aliases/default";
    let told = ask(command, default, "org.freedesktop.DBus.Properties.Get", &property);
    ["true", "false"]
        .into_iter()
        .find(|word| told.contains(&format!("boolean {word}")))
        .map(|word| word == "true")
}

/// Calls `method` of the keyring; what it answers, in words.
fn ask(
    command: &dyn Fn(&str) -> Command,
    object: &str,
    method: &str,
    arguments: &[&str],
) -> String {
    let answer = command("dbus-send")
        .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", object, method])
        .args(arguments)
        .output()
        .expect("dbus-send is installed (package dbus)");
    String::from_utf8_lossy(&answer.stdout).into_owned()
}

fn wait_for(what: &str, ready: impl Fn() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(20), "no {what} after 20 seconds");
        thread::sleep(Duration::from_millis(20));
    }
}
