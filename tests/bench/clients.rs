//! The programs that are compared, and how each is told to do the work.

use super::{
    Work,
    world::{APP, World},
};
use std::{
    fs::{self, File},
    process::{Command, Stdio},
};

/// A program that sends mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    Sendright,
    /// With `smtp.chunking`.
    Chunking,
    Curl,
    Msmtp,
    Swaks,
    Nodemailer,
    /// email-oauth2-proxy, fed by curl: it sends nothing by itself.
    OauthProxy,
}

const USER: &str = "alice@corp.test";
const PASSWORD: &str = "alice-pass";
/// Accepted and thrown away: what is measured ends with the reply to the final dot.
const TO: &str = "black@corp.test";
/// A client that connects anew for each message sends one of so many; its figures are scaled up.
pub(crate) const ONE_IN: u32 = 20;

impl Client {
    pub(crate) const ALL: &[Self] = &[
        Self::Sendright,
        Self::Chunking,
        Self::Curl,
        Self::Msmtp,
        Self::Swaks,
        Self::Nodemailer,
        Self::OauthProxy,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sendright => "sendright",
            Self::Chunking => "sendright, chunking",
            Self::Curl => "curl",
            Self::Msmtp => "msmtp",
            Self::Swaks => "swaks",
            Self::Nodemailer => "nodemailer",
            Self::OauthProxy => "email-oauth2-proxy",
        }
    }

    pub(crate) fn can(self, work: Work) -> bool {
        match self {
            Self::Sendright => true,
            Self::Chunking => matches!(work, Work::One | Work::Large),
            _ if work == Work::Graph => false,
            Self::Curl => true,
            Self::Msmtp | Self::Swaks | Self::Nodemailer => work != Work::Token,
            Self::OauthProxy => work == Work::Token,
        }
    }

    /// Whether it is Sendright.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Sendright | Self::Chunking)
    }

    /// How many messages a run of `work` sends.
    pub(crate) fn messages(self, work: Work) -> u32 {
        match (work, self) {
            (Work::Many(all), Self::Msmtp | Self::Swaks) => all / ONE_IN,
            (Work::Many(all), _) => all,
            _ => 1,
        }
    }

    /// Whether it connects anew for each message.
    pub(crate) fn one_by_one(self) -> bool {
        matches!(self, Self::Msmtp | Self::Swaks)
    }

    /// Whether once is enough: it needs many times as long as others.
    pub(crate) fn is_slow(self, work: Work) -> bool {
        matches!(work, Work::Many(_)) && self.one_by_one()
    }

    /// What has to be there before the clock runs.
    pub(crate) fn prepare(self, work: Work, port: u16, world: &World) {
        match (self, work) {
            (Self::Sendright | Self::Chunking, _) => world.point_sendright_to(port),
            (Self::Curl, Work::Many(times)) => {
                let one = curl_words(port, world, &world.message(work));
                let one: Vec<_> =
                    one.iter().map(|(name, value)| format!("{name} = \"{value}\"\n")).collect();
                let all = vec![format!("no-progress-meter\n{}", one.concat()); times as usize];
                fs::write(world.file("curl.conf"), all.join("next\n"))
                    .expect("the directory is ours");
            }
            _ => {}
        }
    }

    /// Adds the program and its arguments to `command`.
    pub(crate) fn run(self, command: &mut Command, work: Work, port: u16, world: &World) {
        let message = world.message(work);
        match self {
            Self::Sendright => {
                let profile = match work {
                    Work::Token => "App",
                    Work::Graph => "Graph",
                    _ => "Alice",
                };
                sendright(command, profile, work, world);
            }
            Self::Chunking => sendright(command, "Chunking", work, world),
            Self::Curl => match work {
                Work::Many(_) => {
                    command.arg("curl").arg("-K").arg(world.file("curl.conf"));
                }
                Work::Token => curl_with_token(command, port, world, &message),
                _ => {
                    command.arg("curl").arg("-sS");
                    for (name, value) in curl_words(port, world, &message) {
                        command
                            .arg(format!("--{name}"))
                            .args(Some(value).filter(|v| !v.is_empty()));
                    }
                }
            },
            Self::Msmtp => {
                let msmtp = format!(
                    "msmtp --host=localhost --port={port} --tls=on --tls-starttls=on --tls-trust-file={} --auth=plain \
                     --user={USER} --passwordeval='echo {PASSWORD}' --from={USER} {TO} <{message}",
                    world.ca(),
                );
                shell(command, &msmtp, self.messages(work));
            }
            Self::Swaks => {
                let swaks = format!(
                    "swaks --silent 2 --server localhost:{port} --tls --tls-ca-path {} --auth PLAIN --auth-user {USER} \
                     --auth-password {PASSWORD} --from {USER} --to {TO} --data @{message}",
                    world.ca(),
                );
                shell(command, &swaks, self.messages(work));
            }
            Self::Nodemailer => {
                command.arg("node").arg(World::node("nodemailer-send.mjs"));
                command.args([&port.to_string(), world.ca(), USER, PASSWORD, TO, &message]);
                command.arg(self.messages(work).to_string());
                command.args((work == Work::Large).then(|| world.attachment()));
            }
            Self::OauthProxy => {
                command
                    .args(["curl", "-sS", "--url"])
                    .arg(format!("smtp://127.0.0.1:{}", world.proxy_port()));
                command.args(["--mail-from", APP, "--mail-rcpt", TO, "--user"]);
                command.arg(format!("{APP}:of-the-proxy"));
                command.args(["--login-options", "AUTH=PLAIN", "--upload-file", &message]);
            }
        }
    }

    /// What it reads.
    pub(crate) fn input(self, work: Work, world: &World) -> Stdio {
        match (self, work) {
            (Self::Sendright, Work::One | Work::Token | Work::Many(_)) => {
                File::open(world.text(work)).expect("it was written").into()
            }
            _ => Stdio::null(),
        }
    }
}

fn sendright(command: &mut Command, profile: &str, work: Work, world: &World) {
    command.arg(env!("CARGO_BIN_EXE_sendright")).args([
        "send",
        profile,
        "--to",
        TO,
        "--subject",
        "bench",
        "--json",
    ]);
    command.arg("--data-dir").arg(world.data());
    match work {
        Work::One | Work::Token => command.args(["--text-file", "-"]),
        Work::Many(times) => command.args(["--text-file", "-", "--repeat", &times.to_string()]),
        Work::Large | Work::Graph => {
            command.args(["--text", "See the attachment.", "--attach", &world.attachment()])
        }
    };
}

/// curl's options, as they stand in its configuration file.
fn curl_words(port: u16, world: &World, message: &str) -> Vec<(&'static str, String)> {
    vec![
        ("url", format!("smtp://localhost:{port}")),
        ("ssl-reqd", String::new()),
        ("cacert", world.ca().to_owned()),
        ("mail-from", USER.to_owned()),
        ("mail-rcpt", TO.to_owned()),
        ("user", format!("{USER}:{PASSWORD}")),
        ("login-options", "AUTH=PLAIN".to_owned()),
        ("sasl-ir", String::new()),
        ("upload-file", message.to_owned()),
    ]
}

/// curl is given its token; fetching it is not in its time.
fn curl_with_token(command: &mut Command, port: u16, world: &World, message: &str) {
    command.args(["curl", "-sS", "--ssl-reqd", "--cacert", world.ca(), "--url"]);
    command.arg(format!("smtp://localhost:{port}"));
    command.args(["--mail-from", APP, "--mail-rcpt", TO, "--user", APP]);
    command.args(["--login-options", "AUTH=XOAUTH2", "--oauth2-bearer", world.token()]);
    command.args(["--upload-file", message]);
}

/// Runs `line` so many times, one after the other.
fn shell(command: &mut Command, line: &str, times: u32) {
    command.args(["sh", "-c", &format!("for i in $(seq {times}); do {line} || exit 1; done")]);
}
