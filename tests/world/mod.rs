//! What the tests need around them: other people's programs, started for one test and ended with it.

pub(crate) mod graph_script;
#[cfg(target_os = "linux")]
pub(crate) mod keyring;
pub(crate) mod marked;
pub(crate) mod parts;
pub(crate) mod sendright;
pub(crate) mod smtp_script;
pub(crate) mod token_endpoint;
