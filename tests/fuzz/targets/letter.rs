//! Recipients as people type them, and certificates as files hold them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sendright::{letter::mailboxes, net::tls::Trust};

fuzz_target!(|text: &str| {
    for mailbox in mailboxes("to", text).into_iter().flatten() {
        assert!(!mailbox.address.contains(['\r', '\n']), "{mailbox:?}");
    }
    drop(Trust::only_pem(text.as_bytes()));
});
