//! The network, as little of it as possible: one way to dial, TLS, time limits, the one HTTP client.

pub mod dial;
pub mod http;
pub mod limits;
pub mod retry_after;
pub mod route;
pub mod tls;
