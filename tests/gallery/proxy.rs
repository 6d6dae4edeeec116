//! Proxies that do one thing wrong each. None is gone past: the mail server's name exists nowhere, so
//! only a proxy can have been asked for it.

mod conduct;

use super::Gallery;
use crate::world::sendright::{Ended, Sendright};
use conduct::{
    Conduct, answers, connects_to_an_address, head, proxy, repeats_basic, says, silent,
    socks_connects_to_an_address, socks_replies, socks_wants_login, wants_basic, wants_ntlm,
};
use std::net::TcpListener;

/// Scheme and user of the route, what the proxy does, then exit code, outcome and problem.
type Row = (&'static str, &'static str, Conduct, u8, &'static str, &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("wants-a-login",      "http",      wants_basic,                                                        4, "not_sent", "proxy-auth-refused"),
    ("refuses-the-login",  "http://eve", wants_basic,                                                      4, "not_sent", "proxy-auth-refused"),
    ("takes-the-login",    "http://me", wants_basic,                                                        0, "accepted", ""),
    ("repeats-the-login",  "http://me", repeats_basic,                                                      4, "not_sent", "proxy-refused"),
    ("wants-ntlm",         "http://me", wants_ntlm,                                                         4, "not_sent", "proxy-auth-refused"),
    ("cuts",               "http",      |s| { head(s); },                                                  4, "not_sent", "connection-lost"),
    ("silent",             "http",      silent,                                                            4, "not_sent", "timed-out"),
    ("forbids",            "http",      |s| answers(s, "HTTP/1.1 403 Forbidden\r\n\r\n"),                  4, "not_sent", "proxy-refused"),
    ("bad-gateway",        "http",      |s| answers(s, "HTTP/1.0 502 Bad Gateway\r\n\r\n<html>"),          4, "not_sent", "proxy-target-not-reached"),
    ("sign-in-page",       "http",      |s| answers(s, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"), 4, "not_sent", "not-the-protocol"),
    ("web-server",         "http",      |s| answers(s, "HTTP/1.1 405 Method Not Allowed\r\n\r\n"),         4, "not_sent", "not-the-protocol"),
    ("no-proxy",           "http",      |s| answers(s, "SSH-2.0-OpenSSH_9.2\r\n"),                         4, "not_sent", "not-the-protocol"),
    ("socks-wants-login",  "socks5",    socks_wants_login,                                                  4, "not_sent", "proxy-auth-refused"),
    ("socks-refuses",      "socks5://eve", socks_wants_login,                                               4, "not_sent", "proxy-auth-refused"),
    ("socks-takes",        "socks5://me", socks_wants_login,                                                0, "accepted", ""),
    ("socks-silent",       "socks5",    silent,                                                            4, "not_sent", "timed-out"),
    ("socks-keeps-silent", "socks5://me", silent,                                                           4, "not_sent", "timed-out"),
    ("socks-fails",        "socks5",    |s| socks_replies(s, 1),                                           4, "not_sent", "proxy-target-not-reached"),
    ("socks-forbids",      "socks5",    |s| socks_replies(s, 2),                                           4, "not_sent", "proxy-refused"),
    ("socks-no-way",       "socks5",    |s| socks_replies(s, 4),                                           4, "not_sent", "proxy-target-not-reached"),
    ("socks-is-a-web",     "socks5",    |s| says(s, b"HTTP/1.1 400 Bad Request\r\n\r\n"),                  4, "not_sent", "not-the-protocol"),
];

fn route(way: &str, port: u16) -> String {
    match way.split_once("://") {
        Some((scheme, user)) => format!("{scheme}://{user}@127.0.0.1:{port}"),
        None => format!("{way}://127.0.0.1:{port}"),
    }
}

/// A sender whose server's name has no address.
fn profile(name: &str, route: &str) -> String {
    let login =
        if route.contains('@') { "proxy_password = { env = \"KESTREL_SECRET\" }\n" } else { "" };
    format!(
        "[[profile]]\nname = \"{name}\"\nsign_in = \"none\"\nmailbox = \"a@kestrel.example\"\n\
         smtp = {{ host = \"mail.kestrel.invalid\", port = 25, security = \"none\" }}\n\
         route = \"{route}\"\n{login}"
    )
}

#[test]
fn each_proxy_is_named_for_what_it_did_and_none_is_gone_past() {
    let file: String = ROWS
        .iter()
        .map(|(name, way, conduct, ..)| profile(name, &route(way, proxy(*conduct))))
        .collect();
    let gallery = Gallery::of(&file, &[]);
    for (name, .., code, outcome, problem) in ROWS {
        let verdict = gallery.send(name, &["bo@kestrel.example"], &[]);
        assert_eq!(verdict, (*code, (*outcome).to_owned(), (*problem).to_owned()), "{name}");
        let kept = gallery.last(name).to_string();
        assert!(kept.contains("proxy 127.0.0.1:"), "{name}: the history names the proxy: {kept}");
        assert!(!kept.contains("kestrel-secret") && !kept.contains("a2VzdHJlb"), "{name}: {kept}");
        let anew = kept.contains("store the password anew");
        assert_eq!(
            anew,
            name.contains("refuses"),
            "{name}: what is there already is not asked for"
        );
    }
}

/// A sender who signs in over HTTPS, at a provider whose name has no address.
fn signs_in(name: &str, route: &str) -> String {
    let login =
        if route.contains('@') { "proxy_password = { env = \"KESTREL_SECRET\" }\n" } else { "" };
    format!(
        "[[registration]]\nname = \"{name}\"\nprovider = \"custom\"\nclient_id = \"app\"\n\
         client_secret = {{ env = \"KESTREL_SECRET\" }}\n\
         authorize_endpoint = \"https://login.kestrel.invalid/authorize\"\n\
         token_endpoint = \"https://login.kestrel.invalid/token\"\n\
         [[profile]]\nname = \"{name}\"\nsign_in = \"app-only\"\nregistration = \"{name}\"\n\
         mailbox = \"a@kestrel.example\"\nscopes = [\"mail\"]\nroute = \"{route}\"\n{login}\
         smtp = {{ host = \"mail.kestrel.invalid\", port = 25, security = \"none\" }}\n"
    )
}

#[test]
fn a_token_goes_through_the_same_proxies_and_their_faults_have_the_same_names() {
    let file: String = ROWS
        .iter()
        .map(|(name, way, conduct, ..)| signs_in(name, &route(way, proxy(*conduct))))
        .collect();
    let gallery = Gallery::of(&file, &[]);
    for (name, .., problem) in ROWS {
        let (code, outcome, found) = gallery.send(name, &["bo@kestrel.example"], &[]);
        assert_eq!((code, outcome.as_str()), (4, "not_sent"), "{name}");
        let kept = gallery.last(name);
        let said = kept["problem"].to_string();
        let kept = kept.to_string();
        if problem.is_empty() {
            // Behind the proxies that work a mail server answers, which knows no TLS.
            assert!(!found.starts_with("proxy-") && !said.contains("proxy 127"), "{name}: {kept}");
        } else {
            assert_eq!(found, *problem, "{name}");
            assert!(said.contains("proxy 127.0.0.1:"), "{name}: the proxy is named: {kept}");
        }
        assert!(!kept.contains("kestrel-secret") && !kept.contains("a2VzdHJlb"), "{name}: {kept}");
    }
}

#[test]
fn an_ipv6_address_reaches_the_proxy_as_one() {
    let proxies: [(&str, Conduct); 2] =
        [("http", connects_to_an_address), ("socks5", socks_connects_to_an_address)];
    for (way, conduct) in proxies {
        let sender = profile("P", &route(way, proxy(conduct)));
        let sender = sender.replace("mail.kestrel.invalid", "2001:db8::25");
        let verdict = Gallery::of(&sender, &[]).send("P", &["bo@kestrel.example"], &[]);
        assert_eq!(verdict, (0, "accepted".to_owned(), String::new()), "{way}");
    }
}

#[test]
fn https_to_an_ipv6_address_is_refused_and_the_settings_are_named() {
    for scheme in ["http", "socks5"] {
        let port = proxy(|stream| answers(stream, "HTTP/1.1 403 Forbidden\r\n\r\n"));
        let sender = signs_in("P", &route(scheme, port));
        let gallery = Gallery::of(&sender.replace("login.kestrel.invalid", "[2001:db8::25]"), &[]);
        let verdict = gallery.send("P", &["bo@kestrel.example"], &[]);
        assert_eq!(verdict, (2, "not_sent".to_owned(), "invalid-settings".to_owned()), "{scheme}");
        let named = &gallery.last("P")["problem"]["fields"][0];
        assert_eq!(named["field"], "route");
        let way = format!("proxy 127.0.0.1:{port}");
        for word in ["[2001:db8::25]:443", way.as_str(), "app registration", "direct"] {
            assert!(named.to_string().contains(word), "{word}: {named}");
        }
    }
}

#[test]
fn a_proxy_on_this_computer_does_not_make_clear_text_harmless() {
    // Behind the proxy, "localhost" is whichever computer the proxy takes for it.
    let sender = profile("P", &route("http://me", proxy(wants_basic)));
    let sender = sender.replace("mail.kestrel.invalid", "localhost").replace(
        "sign_in = \"none\"",
        "sign_in = \"password\"\npassword = { env = \"KESTREL_SECRET\" }",
    );
    let gallery = Gallery::of(&sender, &[]);
    let verdict = gallery.send("P", &["bo@kestrel.example"], &[]);
    assert_eq!(verdict, (2, "not_sent".to_owned(), "invalid-settings".to_owned()));
    let title = &gallery.last("P")["problem"]["title"];
    assert_eq!(title, "localhost would get the password in clear text");
}

#[test]
fn a_proxy_that_is_not_there_is_not_gone_past() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for scheme in ["http", "socks5"] {
        let gallery = Gallery::of(&profile("P", &format!("{scheme}://127.0.0.1:{closed}")), &[]);
        let verdict = gallery.send("P", &["bo@kestrel.example"], &[]);
        assert_eq!(verdict, (4, "not_sent".to_owned(), "proxy-not-reached".to_owned()));
    }
}

#[test]
fn a_password_in_the_route_is_refused_and_not_repeated() {
    let place = Sendright::new();
    place.write("profiles.toml", &profile("P", "http://me:hunter2-hunter2@127.0.0.1:3128"));
    let ended = place.run(&["apply", "-f", "profiles.toml", "--json"]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(ended.stdout.contains("proxy-password"), "the remedy is named: {}", ended.stdout);
    assert!(!(ended.stdout + &ended.stderr).contains("hunter2"));
}

/// Sends from `name` with these variables and no others that speak of proxies.
fn send_among(place: &Sendright, name: &str, variables: &[(&str, String)]) -> Ended {
    let mut command =
        place.command(&["send", name, "--to", "bo@kestrel.example", "--text", "Hi", "--json"]);
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    Sendright::ended(command, "")
}

#[test]
fn the_environment_names_the_proxy_of_the_system_and_what_it_is_not_for() {
    let place = Sendright::new();
    place.write("profiles.toml", &(profile("P", "system") + &signs_in("D", "direct")));
    place.json(&["apply", "-f", "profiles.toml"]);
    let send_from = |name, variables: &[_]| send_among(&place, name, variables);
    let send = |variables: &[_]| send_from("P", variables);
    let port = proxy(wants_basic);
    let right = ("HTTPS_PROXY", format!("http://me:kestrel-secret@127.0.0.1:{port}"));
    let wrong = ("ALL_PROXY", format!("127.0.0.1:{port}"));
    assert_eq!(send(&[right.clone(), wrong.clone()]).code, 0, "the more special one wins");
    let mut shown = place.command(&["show", "P"]);
    shown.env_remove("no_proxy").env_remove("NO_PROXY").env("https_proxy", &right.1);
    let shown = Sendright::ended(shown, "").stdout;
    let expected = format!("system: through the HTTP proxy 127.0.0.1:{port} (https_proxy)");
    assert!(shown.contains(&expected) && !shown.contains("kestrel-secret"), "{shown}");
    let refused = send(std::slice::from_ref(&wrong));
    assert!(refused.stdout.contains("(ALL_PROXY)"), "{}", refused.stdout);
    assert!(refused.stdout.contains("proxy-auth-refused"), "{}", refused.stdout);
    let direct = send_from("D", &[right.clone(), wrong.clone()]);
    assert!(direct.stdout.contains("name-not-found"), "straight means it: {}", direct.stdout);
    let straight = send(&[right, ("NO_PROXY", "x.example,.kestrel.invalid".to_owned())]);
    assert!(straight.stdout.contains("name-not-found"), "{}", straight.stdout);
    let strange = send(&[("https_proxy", "socks4://127.0.0.1:1080".to_owned())]);
    assert!(strange.stdout.contains("proxy-settings-unusable"), "{}", strange.stdout);
}

#[cfg(target_os = "linux")] // elsewhere nothing can stand in for the desktop
#[test]
fn the_desktop_names_the_proxy_of_the_system_and_is_asked_once() {
    let place = Sendright::new();
    place.write("profiles.toml", &signs_in("P", "system"));
    place.json(&["apply", "-f", "profiles.toml"]);
    let port = proxy(|stream| answers(stream, "HTTP/1.1 403 Forbidden\r\n\r\n"));
    let script = format!(
        "#!/bin/sh\necho asked >> asked\necho \"\
         org.gnome.system.proxy mode 'manual'\n\
         org.gnome.system.proxy.https host '127.0.0.1'\n\
         org.gnome.system.proxy.https port {port}\"\n"
    );
    place.write("script", &script);
    // Not by ourselves: a test that starts a program meanwhile would keep the file open for writing.
    let mut install = std::process::Command::new("install");
    install.args([place.path("script"), place.path("gsettings")]);
    assert!(install.status().unwrap().success());
    let path = format!("{}:/usr/bin:/bin", place.path("").display());
    let variables = [("PATH", path), ("XDG_CURRENT_DESKTOP", "GNOME".to_owned())];
    let refused = send_among(&place, "P", &variables).stdout;
    assert!(refused.contains("proxy-refused"), "{refused}");
    assert!(refused.contains("(the desktop's network settings)"), "{refused}");
    assert_eq!(std::fs::read_to_string(place.path("asked")).unwrap(), "asked\n");
}
