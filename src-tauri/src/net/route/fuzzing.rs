//! What a proxy and a desktop may say: for `tests/fuzz`.

use super::{Login, http, socks};
use crate::secret::Secret;
use tokio::io::{join, sink};

pub use super::system::fuzzing::desktop;

/// The shown password, which must not come back in any words.
const SHOWN: &str = "of-a-fuzzer";

/// A proxy of either kind that says `said`.
pub async fn proxy(said: &[u8], socks: bool) {
    let login = Login { user: "ana".to_owned(), password: Secret::new(SHOWN) };
    let mut stream = join(said, sink());
    let connected = if socks {
        socks::connect(&mut stream, "mail.example", 587, Some(&login)).await
    } else {
        http::connect(&mut stream, "mail.example:587", Some(&login)).await
    };
    if let Err(trouble) = connected {
        let fault = trouble.fault(true).to_string();
        assert!(!fault.contains(SHOWN), "{fault}");
    }
}
