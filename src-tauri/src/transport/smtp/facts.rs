//! What a handshake agreed on, in a line.

use rustls::ClientConnection;

/// Version and cipher suite of a protected connection.
pub(super) fn of(connection: &ClientConnection) -> String {
    let version = connection.protocol_version().map_or("TLS", |version| match version {
        rustls::ProtocolVersion::TLSv1_2 => "TLS 1.2",
        rustls::ProtocolVersion::TLSv1_3 => "TLS 1.3",
        _ => "TLS",
    });
    let suite = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    format!("{version}, {}", suite.unwrap_or("cipher suite unknown"))
}
