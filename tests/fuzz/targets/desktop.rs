//! A desktop whose proxy settings say anything.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| sendright::net::route::fuzzing::desktop(text));
