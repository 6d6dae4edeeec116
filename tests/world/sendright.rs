//! The command line as a process, with a data directory and a vault file of its own.

use serde_json::Value;
use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};
use tempfile::TempDir;
use url::Url;

/// A place where `sendright` runs.
pub(crate) struct Sendright(TempDir);

/// How it ended.
pub(crate) struct Ended {
    pub(crate) code: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sendright {
    pub(crate) fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write("passphrase", "correct horse battery staple\n");
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Makes a pipe that gives `octets` to whoever opens it first. It is gone then: nobody reads it twice.
    #[cfg(unix)]
    pub(crate) fn pipe(&self, name: &str, octets: Vec<u8>) {
        let path = self.path(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        thread::spawn(move || {
            let mut pipe = File::options().write(true).open(&path).unwrap();
            fs::remove_file(&path).unwrap();
            pipe.write_all(&octets).unwrap();
        });
    }

    /// Lets other users in.
    #[cfg(unix)]
    pub(crate) fn open_to_all(&self) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(self.0.path(), fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.program(env!("CARGO_BIN_EXE_sendright"), arguments)
    }

    /// Another program that is to run it.
    pub(crate) fn program(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env("SENDRIGHT_DATA_DIR", self.path("data"))
            .env("SENDRIGHT_VAULT", "file")
            .env("SENDRIGHT_PASSPHRASE_FILE", self.path("passphrase"))
            .env("KESTREL_SECRET", "kestrel-secret");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "")
    }

    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &str) -> Ended {
        Self::ended(self.command(arguments), stdin)
    }

    /// Runs `command` to its end.
    pub(crate) fn ended(mut command: Command, stdin: &str) -> Ended {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It may end without reading.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended {
            code: output.status.code().unwrap().try_into().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Signs `profile` in by loopback, bringing these answers in the browser's place, `STATE` standing for the
    /// question's own state; gives the address that the browser was to open.
    pub(crate) fn consent(&self, profile: &str, brings: &[&str]) -> (Url, Ended) {
        let arguments = ["consent", profile, "--no-browser", "--route", "loopback", "--json"];
        let mut command = self.command(&arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        stdout.read_line(&mut printed).unwrap();
        let open: Value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{printed}"));
        let url: Url = open["url"].as_str().unwrap().parse().unwrap();
        for one in brings {
            answer(&url, one);
        }
        stdout.read_to_string(&mut printed).unwrap();
        let output = child.wait_with_output().unwrap();
        let ended = Ended {
            code: output.status.code().unwrap().try_into().unwrap(),
            stdout: printed,
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        (url, ended)
    }

    /// Runs a command, and presses Ctrl-C once it has printed a line with `mark` in it.
    pub(crate) fn interrupted_at(&self, arguments: &[&str], mark: &str) -> Ended {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut stdout = String::new();
        let mut read = |stdout: &mut String| {
            let line = lines.next()?;
            stdout.extend([&line, "\n"]);
            Some(line)
        };
        while read(&mut stdout).is_some_and(|line| !line.contains(mark)) {}
        let pressed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(pressed.unwrap().success(), "{stdout}");
        while read(&mut stdout).is_some() {}
        let output = child.wait_with_output().unwrap();
        let code = output.status.code().unwrap().try_into().unwrap();
        Ended { code, stdout, stderr: String::from_utf8(output.stderr).unwrap() }
    }

    /// Runs a command, and kills it once it has printed a line with `mark` in it.
    pub(crate) fn killed_at(&self, arguments: &[&str], mark: &str) {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains(mark)));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Runs a command that ends well, and gives its one object.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ended.code, 0, "{arguments:?}: {}{}", ended.stdout, ended.stderr);
        serde_json::from_str(&ended.stdout).unwrap()
    }

    /// The rows of its history, newest first.
    pub(crate) fn history(&self) -> Vec<Value> {
        self.json(&["history"])["rows"].as_array().unwrap().clone()
    }
}

/// How `rows` of a history ended, in the order of the alphabet.
pub(crate) fn outcomes(rows: &[Value]) -> Vec<&str> {
    let mut outcomes: Vec<_> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    outcomes.sort_unstable();
    outcomes
}

/// Goes from `url` back to the program with `brings`, as a browser does.
fn answer(url: &Url, brings: &str) {
    let asked = |name: &str| url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
    let back: Url = asked("redirect_uri").parse().unwrap();
    let path = format!("{}?{}", back.path(), brings.replace("STATE", &asked("state")));
    let host = format!("127.0.0.1:{}", back.port().unwrap());
    let mut browser = TcpStream::connect(&host).unwrap();
    write!(browser, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    // The page comes only with the end of the sign-in, or at once when this was no answer.
    let _ = browser.read_to_string(&mut page);
    assert!(!page.contains("<script>alert"), "{page}");
}
