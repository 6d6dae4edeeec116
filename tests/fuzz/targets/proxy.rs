//! A proxy that says anything, by HTTP and by SOCKS.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

/// Its clock runs ahead where everybody waits: a time limit costs nothing.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("it can be built")
});

fuzz_target!(|said: &[u8]| {
    for socks in [false, true] {
        RUNTIME.block_on(sendright::net::route::fuzzing::proxy(said, socks));
    }
});
