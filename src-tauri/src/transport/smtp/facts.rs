//! What a handshake agreed on, and whose certificate it showed.

use rustls::{ClientConnection, ProtocolVersion};
use x509_cert::{Certificate, der::Decode as _};

/// Version, cipher suite and certificate of a protected connection, a line each.
pub(super) fn of(connection: &ClientConnection) -> Vec<String> {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS",
    };
    let suite = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    let agreed = format!("{version}, {}", suite.unwrap_or("cipher suite unknown"));
    let shown = connection.peer_certificates().and_then(|chain| certificate(chain.first()?));
    std::iter::once(agreed).chain(shown).collect()
}

/// Who it is for, who vouches for it, until when; `None` when it cannot be read, which rustls would
/// have noticed before.
fn certificate(der: &[u8]) -> Option<String> {
    let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
    let until = certificate.validity.not_after.to_date_time();
    Some(format!(
        "certificate of {}, issued by {}, valid until {:04}-{:02}-{:02}",
        certificate.subject,
        certificate.issuer,
        until.year(),
        until.month(),
        until.day(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_named_with_its_issuer_and_its_end() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut wanted = rcgen::CertificateParams::new(vec!["mail.example".to_owned()]).unwrap();
        wanted.distinguished_name = rcgen::DistinguishedName::new();
        wanted.distinguished_name.push(rcgen::DnType::CommonName, "mail.example");
        wanted.not_after = rcgen::date_time_ymd(2031, 2, 3);
        let made = wanted.self_signed(&key).unwrap();
        assert_eq!(
            certificate(made.der()).unwrap(),
            "certificate of CN=mail.example, issued by CN=mail.example, valid until 2031-02-03"
        );
        assert_eq!(certificate(b"nonsense"), None);
    }
}
