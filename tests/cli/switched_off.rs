//! A sender that is switched off or removed while it sends.

use super::*;
use crate::world::sendright::outcomes;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

/// Takes one message after the other; before it says that it has the first one, it does `meanwhile`.
fn take(mut stream: TcpStream, meanwhile: impl FnOnce()) {
    let (mut meanwhile, mut data) = (Some(meanwhile), false);
    let heard = BufReader::new(stream.try_clone().unwrap());
    let _ = stream.write_all(b"220 here\r\n");
    for line in heard.lines().map_while(Result::ok) {
        let reply: &[u8] = match line.split(' ').next() {
            Some(".") => {
                if let Some(meanwhile) = meanwhile.take() {
                    meanwhile();
                }
                data = false;
                b"250 queued\r\n"
            }
            _ if data => continue,
            Some("DATA") => {
                data = true;
                b"354 go\r\n"
            }
            _ => b"250 ok\r\n",
        };
        let _ = stream.write_all(reply);
    }
}

#[test]
fn a_sender_that_is_switched_off_or_removed_sends_no_more_and_says_so() {
    for (command, code) in [("disable", "profile-disabled"), ("remove", "unknown-profile")] {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let sendright = Sendright::new();
        let port = server.local_addr().unwrap().port();
        let slow = format!(
            "[[profile]]\nname = \"Slow\"\nsign_in = \"none\"\nmailbox = \"a@b.example\"\n\
             smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
        );
        sendright.write("slow.toml", &slow);
        sendright.json(&["apply", "-f", "slow.toml"]);
        let ended = thread::scope(|scope| {
            let place = &sendright;
            scope.spawn(move || {
                take(server.accept().unwrap().0, || {
                    place.json(&[command, "Slow"]);
                    place.json(&["profiles"]); // however fast a machine is: longer than one glance
                });
            });
            sendright.run(&["send", "Slow", "--to", "c@d.example", "--repeat", "10", "--json"])
        });
        let last: Value = serde_json::from_str(ended.stdout.lines().last().unwrap()).unwrap();
        assert_eq!((ended.code, &last["accepted"]), (2, &json!(1)), "{last}");
        assert_eq!((&last["outcome"], &last["problem"]["code"]), (&json!("partly"), &json!(code)));
        assert_eq!(outcomes(&sendright.history()), ["accepted"]);
    }
}
