//! A Graph that says anything.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|said: &[u8]| sendright::transport::graph::fuzzing::refusal(said));
