//! What a server's certificates say about themselves, whether they are believed or not.

use super::super::dial::bare;
use crate::tame;
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use std::{fmt, fmt::Write as _};
use time::{OffsetDateTime, macros::format_description};
use x509_cert::{
    Certificate as Parsed, Version,
    der::{self, Decode as _, Reader as _, SliceReader, asn1::UintRef, oid::ObjectIdentifier},
    ext::pkix::{AuthorityInfoAccessSyntax, BasicConstraints, SubjectAltName, name::GeneralName},
    time::Time,
};

/// RFC 8017 appendix C.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// RFC 5280 §4.2.2.1: where the issuer's certificate can be had.
const CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
/// Servers may send any number; more are not looked at.
const MOST: usize = 10;
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 200;
/// Names of one certificate that are kept.
const MOST_NAMES: usize = 50;

/// A certificate's own words. They are a stranger's until somebody vouches for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// The hosts that it is for.
    pub names: Vec<String>,
    /// Since when it is valid.
    pub not_before: OffsetDateTime,
    /// Until when it is valid.
    pub not_after: OffsetDateTime,
    /// Its fingerprint, as browsers show it.
    pub sha256: String,
    /// The length of its key in bits, where it is an RSA key.
    pub rsa_bits: Option<usize>,
    /// Whether it may issue others.
    pub authority: bool,
    /// Whether it is of X.509 version 1.
    pub version_1: bool,
    /// Whether it names a place where its issuer's certificate can be had.
    pub names_issuer: bool,
}

impl Certificate {
    /// What can be read in `der`; `None` when it is no certificate.
    fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let parsed = Parsed::from_der(der).ok()?.tbs_certificate;
        let constraints = parsed.get::<BasicConstraints>().ok().flatten();
        let places = parsed.get::<AuthorityInfoAccessSyntax>().ok().flatten();
        let key = &parsed.subject_public_key_info;
        let bits = || rsa_bits(key.subject_public_key.raw_bytes()).ok();
        Some(Self {
            subject: shown(&parsed.subject.to_string()),
            issuer: shown(&parsed.issuer.to_string()),
            names: names(parsed.get::<SubjectAltName>().ok().flatten().map(|(_, names)| names)),
            not_before: moment(parsed.validity.not_before)?,
            not_after: moment(parsed.validity.not_after)?,
            sha256: fingerprint(der),
            rsa_bits: (key.algorithm.oid == RSA).then(bits).flatten(),
            authority: constraints.is_some_and(|(_, constraints)| constraints.ca),
            version_1: parsed.version == Version::V1,
            names_issuer: places.is_some_and(|(_, places)| {
                places.0.iter().any(|place| place.access_method == CA_ISSUERS)
            }),
        })
    }

    /// Whether nobody but itself vouches for it.
    pub fn self_signed(&self) -> bool {
        self.subject == self.issuer
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, until) = (day(self.not_before), day(self.not_after));
        write!(
            f,
            "certificate of {}, issued by {}, valid from {from} until {until}, SHA-256 {}",
            self.subject, self.issuer, self.sha256
        )
    }
}

/// The certificates that a server showed, its own first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain(pub Vec<Certificate>);

impl Chain {
    /// What can be read of `shown`.
    pub(super) fn of(shown: &[CertificateDer<'_>]) -> Self {
        Self(shown.iter().take(MOST).filter_map(Certificate::read).collect())
    }

    /// The server's own certificate.
    pub fn server(&self) -> Option<&Certificate> {
        self.0.first()
    }

    /// Each certificate in words.
    pub fn lines(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

/// A day as it stands in certificates' words, UTC.
pub fn day(moment: OffsetDateTime) -> String {
    moment
        .format(format_description!("[year]-[month]-[day]"))
        .unwrap_or_else(|_| moment.unix_timestamp().to_string())
}

fn moment(time: Time) -> Option<OffsetDateTime> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok()
}

fn names(alternative: Option<SubjectAltName>) -> Vec<String> {
    let name = |name: GeneralName| match name {
        GeneralName::DnsName(name) => Some(shown(name.as_str())),
        GeneralName::IpAddress(octets) => {
            let octets = octets.as_bytes();
            let v4 = <[u8; 4]>::try_from(octets).map(|o| std::net::IpAddr::from(o).to_string());
            let v6 = || <[u8; 16]>::try_from(octets).map(|o| std::net::IpAddr::from(o).to_string());
            v4.or_else(|_| v6()).ok()
        }
        _ => None,
    };
    let all = alternative.map(|names| names.0).unwrap_or_default();
    all.into_iter().filter_map(name).take(MOST_NAMES).collect()
}

fn rsa_bits(key: &[u8]) -> der::Result<usize> {
    SliceReader::new(key)?.sequence(|key| {
        let modulus = UintRef::decode(key)?;
        UintRef::decode(key)?;
        let octets = modulus.as_bytes();
        let unused = octets.first().map_or(0, |first| first.leading_zeros() as usize);
        Ok(octets.len() * 8 - unused)
    })
}

fn fingerprint(der: &[u8]) -> String {
    let mut text = String::new();
    for octet in Sha256::digest(der) {
        let _ = write!(text, "{}{octet:02X}", if text.is_empty() { "" } else { ":" });
    }
    text
}

/// A stranger's name, on one line and not too long.
fn shown(name: &str) -> String {
    tame::line(bare(name)).chars().take(LONGEST_NAME).collect()
}
