//! A token endpoint that says anything: two bytes of status, a line of Retry-After, then the body.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|said: &[u8]| {
    let Some((status, rest)) = said.split_first_chunk::<2>() else { return };
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or_default();
    let (wait, body) = rest.split_at(end);
    let status = 100 + u16::from_be_bytes(*status) % 900;
    sendright::oauth::fuzzing::token_answer(status, &String::from_utf8_lossy(wait), body);
});
