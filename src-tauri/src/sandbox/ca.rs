//! The sandbox's own certificate authority, and the certificate of its servers.
//!
//! Invariant: the authority can vouch for this computer's loopback names and for nothing else, so
//! that its key does no harm wherever its certificate is trusted.

use super::SandboxError;
use crate::clock::Clock;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::{
    RootCertStore, ServerConfig,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime,
        pem::PemObject as _,
    },
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

/// What stands before the date in the first line of `ca.pem`.
const VALID_UNTIL: &str = "Sendright sandbox, loopback only; valid until ";
/// How long the authority lives.
const AUTHORITY_DAYS: i64 = 3650;
/// How long a server's certificate lives; a new one is made at every start.
const SERVER_DAYS: i64 = 397;

/// Where the authority's certificate is in the sandbox's directory.
pub fn ca_file(dir: &Path) -> PathBuf {
    dir.join("ca.pem")
}

/// The certificate authority: its files, and what it signs with.
pub(super) struct Authority {
    /// Its certificate, for those who are to trust it.
    pub(super) file: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    /// Takes the authority that stands in `dir`; makes one when there is none that will last as
    /// long as a server's certificate.
    pub(super) fn open(dir: &Path) -> Result<Self, SandboxError> {
        // Certificates are checked by the computer's clock, whatever the sandbox's own says.
        let now = Clock::system().now().date_time();
        match Self::stored(dir, now) {
            Some(stored) => Ok(stored),
            None => Self::make(dir, now),
        }
    }

    fn stored(dir: &Path, now: OffsetDateTime) -> Option<Self> {
        let pem = fs::read_to_string(ca_file(dir)).ok()?;
        let until = pem.lines().next()?.strip_prefix(VALID_UNTIL)?;
        let until = OffsetDateTime::parse(until, &Rfc3339).ok()?;
        if until < now + Duration::days(SERVER_DAYS) {
            return None;
        }
        let key = KeyPair::from_pem(&fs::read_to_string(dir.join("ca.key")).ok()?).ok()?;
        let stored = Self {
            file: ca_file(dir),
            issuer: Issuer::new(authority(until), key),
            certificate: CertificateDer::from_pem_slice(pem.as_bytes()).ok()?,
        };
        stored.vouches_for_itself(now).then_some(stored)
    }

    fn make(dir: &Path, now: OffsetDateTime) -> Result<Self, SandboxError> {
        let until = (now + Duration::days(AUTHORITY_DAYS)).replace_nanosecond(0).unwrap_or(now);
        let params = authority(until);
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        let until = until.format(&Rfc3339).expect("a year of four digits can be written");
        super::write_private(&dir.join("ca.key"), &key.serialize_pem())?;
        let file = ca_file(dir);
        fs::write(&file, format!("{VALID_UNTIL}{until}\n{}", certificate.pem()))
            .map_err(|source| SandboxError::File { path: file.clone(), source })?;
        let certificate = certificate.der().clone();
        Ok(Self { file, issuer: Issuer::new(params, key), certificate })
    }

    /// Whether certificate and key belong together: a crash between writing the two, or a copied
    /// file, would otherwise only show in every client's refusal.
    fn vouches_for_itself(&self, now: OffsetDateTime) -> bool {
        let Ok((server, _)) = self.server_certificate(now) else { return false };
        let mut roots = RootCertStore::empty();
        let known = roots.add(self.certificate.clone()).is_ok();
        let verifier = WebPkiServerVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::new(ring::default_provider()),
        )
        .build();
        let localhost = ServerName::try_from("localhost").expect("localhost is a name");
        known
            && verifier.is_ok_and(|verifier| {
                verifier.verify_server_cert(&server, &[], &localhost, &[], UnixTime::now()).is_ok()
            })
    }

    fn server_certificate(
        &self,
        now: OffsetDateTime,
    ) -> Result<(CertificateDer<'static>, KeyPair), rcgen::Error> {
        let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "Sendright sandbox server");
        params.not_before = now - Duration::days(1);
        params.not_after = now + Duration::days(SERVER_DAYS - 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok((certificate.der().clone(), key))
    }

    /// TLS for the sandbox's servers, with a fresh certificate for the names of loopback.
    pub(super) fn server_config(&self) -> Result<Arc<ServerConfig>, SandboxError> {
        let now = Clock::system().now().date_time();
        let (certificate, key) = self.server_certificate(now)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has cipher suites for TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate, self.certificate.clone()], key)
            .expect("the key was made for this certificate");
        Ok(Arc::new(config))
    }
}

/// What the authority's certificate says. Only the dates ever differ.
fn authority(until: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Sendright sandbox (loopback only)");
    params.not_before = until - Duration::days(AUTHORITY_DAYS + 1);
    params.not_after = until;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".into()),
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8)),
            GeneralSubtree::IpAddress(CidrSubnet::V6(
                std::net::Ipv6Addr::LOCALHOST.octets(),
                [0xff; 16],
            )),
        ],
        excluded_subtrees: Vec::new(),
    });
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(dir: &Path) -> String {
        Authority::open(dir).unwrap();
        fs::read_to_string(dir.join("ca.pem")).unwrap()
    }

    #[test]
    fn it_is_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(certificate(dir.path()), certificate(dir.path()));
    }

    #[test]
    fn one_that_is_about_to_expire_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let past = Clock::system().now().date_time() - Duration::days(AUTHORITY_DAYS - 30);
        Authority::make(dir.path(), past).unwrap();
        let old = fs::read_to_string(dir.path().join("ca.pem")).unwrap();
        assert_ne!(certificate(dir.path()), old);
    }

    #[test]
    fn one_with_a_foreign_key_is_replaced() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (old, _) = (certificate(dir.path()), certificate(other.path()));
        fs::copy(other.path().join("ca.key"), dir.path().join("ca.key")).unwrap();
        assert_ne!(certificate(dir.path()), old);
    }

    #[test]
    fn it_cannot_vouch_for_the_rest_of_the_world() {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::open(dir.path()).unwrap();
        let now = Clock::system().now().date_time();
        let mut params = CertificateParams::new(["login.example".to_owned()]).unwrap();
        params.not_after = now + Duration::days(30);
        let key = KeyPair::generate().unwrap();
        let forged = params.signed_by(&key, &authority.issuer).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate.clone()).unwrap();
        let crypto = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), crypto);
        let name = ServerName::try_from("login.example").unwrap();
        let refused = verifier.build().unwrap().verify_server_cert(
            forged.der(),
            &[],
            &name,
            &[],
            UnixTime::now(),
        );
        assert!(format!("{refused:?}").contains("NameConstraintViolation"), "{refused:?}");
    }

    #[cfg(unix)]
    #[test]
    fn its_key_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        Authority::open(dir.path()).unwrap();
        let mode = |name| fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("ca.key"), 0o600);
        assert_eq!(mode("ca.pem") & 0o444, 0o444, "other programs may be told to trust it");
    }
}
