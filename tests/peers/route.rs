//! Through other people's proxies: what a sender says to anybody goes its route, and the proxies' own logs say so.

use super::{
    product::{Product, profile, registration, smtp},
    servers::{imap::Mailbox, log, servers},
};
use std::process::Command;

/// A proxy: its route, its log, and the line in it that says where it connected.
struct Proxy {
    scheme: &'static str,
    program: &'static str,
    port: u16,
    connected: fn(&str) -> String,
}

impl Proxy {
    fn both() -> [Self; 2] {
        [
            Self {
                scheme: "http",
                program: "tinyproxy",
                port: servers().port("http_proxy"),
                connected: |target| format!("CONNECT {target} HTTP/1.1"),
            },
            Self::socks("microsocks", "socks_proxy"),
        ]
    }

    /// One that takes whoever calls, and no login.
    fn open() -> Self {
        Self::socks("open-microsocks", "open_socks_proxy")
    }

    fn socks(program: &'static str, port: &str) -> Self {
        let connected = |target: &str| format!("connected to {target}\n");
        Self { scheme: "socks5", program, port: servers().port(port), connected }
    }

    fn route(&self, user: &str) -> String {
        format!(
            "route = \"{}://{user}@127.0.0.1:{}\"\nproxy_password = {{ file = \"proxy.txt\" }}\n",
            self.scheme, self.port
        )
    }

    /// How often it connected to `target`.
    fn connections(&self, target: &str) -> usize {
        log(self.program).matches(&(self.connected)(target)).count()
    }

    /// The same for a server's address.
    fn calls(&self, url: &str) -> usize {
        self.connections(url.strip_prefix("https://").expect("it is protected"))
    }
}

/// Two app-only senders, by SMTP (S) and by Graph (G), that go through `proxy` as `user`.
fn senders(proxy: &Proxy, user: &str, password: &str) -> Product {
    let servers = servers();
    let product = Product::new();
    product.write("secret.txt", servers.secrets["web"].as_bytes());
    product.write("proxy.txt", password.as_bytes());
    let route = proxy.route(user);
    let sign_in = "\"app-only\"\nregistration = \"web\"\n";
    let by_smtp =
        profile("S", "noreply", sign_in) + &route + &smtp(servers, "oauth_only", "starttls");
    let by_graph = profile("G", "noreply", sign_in) + &route + "transport = \"graph\"\n";
    product.apply(&(registration(servers, "web") + &by_smtp + &by_graph));
    product
}

fn send(product: &Product, profile: &str) -> super::product::Answer {
    product.run(&["send", profile, "--to", "bob@corp.test", "--subject", "Proxied", "--text", "Hi"])
}

#[test]
fn a_token_and_a_mail_go_through_each_proxy_by_smtp_and_by_graph() {
    for proxy in Proxy::both().into_iter().chain([Proxy::open()]) {
        let product = senders(&proxy, "clerk", "sesame-street");
        let server = format!("localhost:{}", servers().port("oauth_only"));
        let (tokens, mails) = (proxy.calls(&servers().idp), proxy.connections(&server));
        let sent = send(&product, "S").fine();
        Mailbox::open(servers(), "bob").wait_for(sent.message_id());
        assert!(proxy.connections(&server) > mails, "{}", proxy.program);
        assert!(proxy.calls(&servers().idp) > tokens, "{}", proxy.program);

        let graphs = proxy.calls(&servers().graph);
        let sent = send(&product, "G").fine();
        Mailbox::open(servers(), "bob").wait_for(sent.message_id());
        assert!(proxy.calls(&servers().graph) > graphs, "{}", proxy.program);

        let kept = sent.result()["id"].as_str().expect("a send has an id").to_owned();
        let shown = product.run(&["history", "show", &kept]).fine();
        let shown = format!("{:?}", shown.result());
        let way = format!("proxy 127.0.0.1:{} is 127.0.0.1:{}; it", proxy.port, proxy.port);
        assert!(shown.contains(&way) && shown.contains("TLS 1.3"), "{shown}");
        assert!(!shown.contains("sesame"), "{shown}");
    }
}

#[test]
fn a_wrong_password_is_refused_by_each_proxy_and_said_to_be_the_proxys() {
    for proxy in Proxy::both() {
        for (user, password) in [("clerk", "mistaken"), ("nobody", "sesame-street")] {
            let product = senders(&proxy, user, password);
            for profile in ["S", "G"] {
                let refused = send(&product, profile);
                assert_eq!(refused.code, 4, "{refused:?}");
                assert_eq!(refused.problem(), "proxy-auth-refused", "{refused:?}");
                assert!(!refused.their_words().contains(password), "{refused:?}");
            }
        }
        // The right one, put into the vault, is enough.
        let product = senders(&proxy, "clerk", "mistaken");
        let mut set = product.command(&["secret", "set", "S", "proxy-password"]);
        set.stdin(right_password(&product));
        assert!(set.output().expect("the program starts").status.success());
        send(&product, "S").fine();
    }
}

fn right_password(product: &Product) -> std::fs::File {
    product.write("right.txt", b"sesame-street");
    std::fs::File::open(product.file("right.txt")).expect("it was just written")
}

#[test]
fn an_issuer_is_looked_up_on_the_way_of_the_sender_who_will_use_it() {
    let servers = servers();
    for proxy in Proxy::both() {
        let product = Product::new();
        product.write("proxy.txt", b"sesame-street");
        let registration = format!(
            "[[registration]]\nname = \"I\"\nprovider = \"custom\"\nclient_id = \"{}\"\n\
             issuer = \"{}/{}/v2.0\"\nca_file = \"{}\"\n",
            servers.clients["desktop"],
            servers.idp,
            servers.tenant,
            servers.ca.display(),
        );
        let sender =
            profile("P", "alice", "\"delegated\"\nregistration = \"I\"\nscopes = [\"mail\"]\n");
        let server = smtp(servers, "submission", "starttls");
        let before = proxy.calls(&servers.idp);
        product.apply(&(registration.clone() + &sender + &proxy.route("clerk") + &server));
        assert!(proxy.calls(&servers.idp) > before, "{}", proxy.program);

        // The password is in the vault by now; a file may leave the sender out.
        let kept = proxy.route("clerk").replace("{ file = \"proxy.txt\" }", "{ vault = true }");
        for file in [registration.clone() + &sender + &kept + &server, registration.clone()] {
            let before = proxy.calls(&servers.idp);
            product.apply(&file);
            assert!(proxy.calls(&servers.idp) > before, "{}: {file}", proxy.program);
        }
        // With a wrong one nothing is found, nor gone past it.
        product.write("proxy.txt", b"mistaken");
        let wrong = registration.clone() + &sender + &proxy.route("clerk") + &server;
        let file = product.write("wrong.toml", wrong.as_bytes());
        let refused = product.run(&["apply", "-f", &file]);
        assert_eq!((refused.code, refused.problem()), (4, "proxy-auth-refused"), "{refused:?}");

        // A sender without a name of its own has its password all the same.
        let product = Product::new();
        product.write("proxy.txt", b"sesame-street");
        let unnamed = registration + &sender.replace("name = \"P\"\n", "");
        product.apply(&(unnamed.clone() + &proxy.route("clerk") + &server));
        product.apply(&(unnamed + &kept + &server));
    }
}

/// Runs `command` with these variables and no others that speak of proxies.
fn with(mut command: Command, variables: &[(&str, &str)]) -> String {
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    let output = command.output().expect("the program starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_systems_proxy_is_the_environments() {
    let product = Product::new();
    let server =
        "smtp = { host = \"mail.kestrel.invalid\", port = 587, security = \"starttls\" }\n";
    product.apply(&(profile("P", "alice", "\"none\"\nroute = \"system\"\n") + server));
    let send = ["send", "P", "--to", "bob@corp.test", "--text", "Hi"];
    for proxy in Proxy::both() {
        let (scheme, port) = (proxy.scheme, proxy.port);
        let address = format!("{scheme}://clerk:sesame-street@127.0.0.1:{port}");
        for name in ["HTTPS_PROXY", "ALL_PROXY"] {
            // No name of that kind exists (RFC 6761 §6.4): that the proxy does not find it says that it was asked.
            let said = with(product.command(&send), &[(name, &address)]);
            assert!(said.contains("proxy-target-not-reached") && said.contains(name), "{said}");
            let straight = [(name, &*address), ("NO_PROXY", ".kestrel.invalid")];
            let said = with(product.command(&send), &straight);
            assert!(said.contains("name-not-found"), "{said}");
        }
    }
    assert!(log("tinyproxy").contains("CONNECT mail.kestrel.invalid:587 HTTP/1.1"));
}
