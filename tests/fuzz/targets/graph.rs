//! A Graph that says anything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sendright::transport::graph::fuzzing::{granted, refused};

fuzz_target!(|said: &[u8]| {
    refused(said);
    granted(said);
});
