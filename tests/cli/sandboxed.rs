//! The sandbox beside the command line, and who signs in there.

use crate::world::sendright::Sendright;
use sendright::sandbox::visitor;
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
};

/// The sandbox as a process of its own, ended with its owner.
pub(super) struct SandboxProcess {
    child: Child,
    pub(super) addresses: Value,
}

impl SandboxProcess {
    pub(super) fn start(sendright: &Sendright) -> Self {
        let mut command = sendright.command(&["sandbox", "--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, addresses: serde_json::from_str(&line).unwrap() }
    }

    /// Two senders, one by SMTP and one by Graph.
    pub(super) fn senders(&self) -> String {
        let at = |key: &str| self.addresses[key].as_str().unwrap().to_owned();
        let registration = format!(
            "[[registration]]\nname = \"sandbox\"\nprovider = \"microsoft\"\ntenant = \"{}\"\n\
             client_id = \"{}\"\nauthorize_endpoint = \"{}\"\ntoken_endpoint = \"{}\"\n\
             graph_url = \"{}\"\nsandbox = true\n",
            at("tenant"),
            at("desktop_client_id"),
            at("authorize_endpoint"),
            at("token_endpoint"),
            at("graph_url"),
        );
        let profile = |name: &str, transport: &str| {
            format!(
                "[[profile]]\nname = \"{name}\"\nregistration = \"sandbox\"\nmailbox = \"{}\"\n\
                 transport = \"{transport}\"\nsandbox = true\n\
                 smtp = {{ host = \"{}\", port = {} }}\n",
                at("user"),
                at("smtp_host"),
                self.addresses["smtp_starttls_port"],
            )
        };
        [registration, profile("By SMTP", "smtp"), profile("By Graph", "graph")].concat()
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Signs in as a person does who opens the address that `consent` prints.
pub(super) fn sign_in(sendright: &Sendright, profile: &str, user: &str) -> Vec<Value> {
    let arguments = ["consent", profile, "--no-browser", "--route", "loopback", "--json"];
    let mut child =
        sendright.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut events = Vec::new();
    let mut visit = None;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for line in lines {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if event["event"] == "open" {
            let url: url::Url = event["url"].as_str().unwrap().parse().unwrap();
            let user = user.to_owned();
            visit = Some(runtime.spawn(async move { visitor::sign_in(&url, &user).await }));
        }
        events.push(event);
    }
    assert!(child.wait().unwrap().success(), "{events:?}");
    // The program has ended; the browser must have its last page all the same.
    let page = runtime.block_on(visit.expect("an address was printed")).unwrap();
    page.unwrap_or_else(|error| panic!("the browser was left alone: {error}"));
    events
}
