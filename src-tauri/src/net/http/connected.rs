//! What is known of the connection under an answer.

use crate::net::{dial::Path, tls::Agreed};

/// How the connection under an answer came about.
#[derive(Debug, Clone)]
pub struct Connected {
    /// The way to the other side.
    pub path: Path,
    /// What both sides agreed on; `None`: the connection is not protected, it stays on this computer.
    pub agreed: Option<Agreed>,
}

impl Connected {
    /// In words, a line each.
    pub fn lines(&self) -> Vec<String> {
        let agreed = self.agreed.iter().flat_map(Agreed::lines);
        std::iter::once(self.path.to_string()).chain(agreed).collect()
    }
}
