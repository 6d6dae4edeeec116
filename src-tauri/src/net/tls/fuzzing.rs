//! What a server may show as its certificate: for `tests/fuzz`.

use super::certificate::Chain;
use rustls::pki_types::CertificateDer;

/// A certificate in DER.
pub fn shown(der: &[u8]) {
    for line in Chain::of(&[CertificateDer::from(der)]).lines() {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}
