//! What a person pastes, and tokens that are shown.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| sendright::oauth::fuzzing::pasted(text));
