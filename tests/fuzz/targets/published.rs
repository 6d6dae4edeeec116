//! A provider that publishes anything about itself, or answers it to who asks for a code.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|said: &[u8]| sendright::oauth::fuzzing::published(said));
