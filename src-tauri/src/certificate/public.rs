//! What everybody may see of a certificate.

use super::{CertificateError, pem};
use crate::clock::Timestamp;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use std::fmt::Write as _;
use x509_cert::der::{Decode as _, Reader as _, SliceReader, asn1::UintRef};

/// A certificate (RFC 5280) without its private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    /// `RSAPublicKey` (RFC 8017, appendix A.1.1), or whatever another kind of key has there.
    public_key: Vec<u8>,
    /// Whom it is about, for example `CN=Sendright,O=Kestrel`.
    pub subject: String,
    /// Its number at its issuer, in hexadecimal.
    pub serial: String,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// The size of its RSA key, in bits; 0 for another kind of key.
    pub bits: usize,
}

impl Certificate {
    /// Reads one certificate.
    ///
    /// # Errors
    /// [`CertificateError::Unreadable`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let unreadable = |said: String| CertificateError::Unreadable { said };
        let read = x509_cert::Certificate::from_der(der)
            .map_err(|error| unreadable(format!("the certificate: {error}")))?;
        let fields = &read.tbs_certificate;
        let moment = |time: &x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).ok().and_then(Timestamp::from_unix)
        };
        let (not_before, not_after) = moment(&fields.validity.not_before)
            .zip(moment(&fields.validity.not_after))
            .ok_or_else(|| {
                unreadable("the certificate is valid at no time that can be written".to_owned())
            })?;
        let public_key = fields.subject_public_key_info.subject_public_key.raw_bytes().to_vec();
        Ok(Self {
            der: der.to_vec(),
            subject: fields.subject.to_string(),
            serial: hex(fields.serial_number.as_bytes()),
            not_before,
            not_after,
            bits: rsa_bits(&public_key).unwrap_or_default(),
            public_key,
        })
    }

    /// Reads the certificates of a PEM text, or one in DER: what a portal takes.
    ///
    /// # Errors
    /// [`CertificateError::NoCertificate`], or why one cannot be read.
    pub fn read_all(file: &[u8]) -> Result<Vec<Self>, CertificateError> {
        let Some(text) = pem::text(file) else { return Ok(vec![Self::from_der(file)?]) };
        let mut found = Vec::new();
        for section in pem::sections(text) {
            let section = section?;
            if section.label == pem::CERTIFICATE {
                found.push(Self::from_der(&section.der)?);
            }
        }
        if found.is_empty() { Err(CertificateError::NoCertificate) } else { Ok(found) }
    }

    /// As it is exchanged between programs.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// As it is uploaded to a portal.
    pub fn pem(&self) -> String {
        let mut text = String::new();
        pem::write(&mut text, pem::CERTIFICATE, &self.der);
        text
    }

    /// The RSA public key, as PKCS#1 has it.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// The thumbprint that the portal shows: SHA-1 of the DER.
    pub fn sha1(&self) -> Vec<u8> {
        digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der).as_ref().to_vec()
    }

    /// SHA-256 of the DER.
    pub fn sha256(&self) -> Vec<u8> {
        digest(&SHA256, &self.der).as_ref().to_vec()
    }
}

/// Octets as the portal writes them: hexadecimal, capitals, nothing between.
pub fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02X}").expect("writing to memory");
        text
    })
}

/// The size of a number without sign, most significant octet first.
pub(super) fn bits_of(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |first| first.leading_zeros() as usize);
    number.len() * 8 - zeros
}

fn rsa_bits(public_key: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(public_key).ok()?;
    let bits = reader.sequence(|fields| {
        let modulus = UintRef::decode(fields)?;
        UintRef::decode(fields)?;
        Ok(bits_of(modulus.as_bytes()))
    });
    bits.ok()
}
