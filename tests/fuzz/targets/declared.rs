//! A declarative file with anything in it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| sendright::profile::file::fuzzing::declared(text));
