//! Certificates of a test run: one authority, one good server, one for another name, one that ran out.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use std::{fs, path::Path};

/// Writes `ca.pem` and, for each server, `NAME.pem` and `NAME.key` into `dir`.
pub(super) fn write(dir: &Path) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Sendright tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key can be made");
    let authority = params.self_signed(&key).expect("the authority's certificate can be made");
    fs::write(dir.join("ca.pem"), authority.pem()).expect("the directory is ours");
    let issuer = Issuer::new(params, key);
    server(dir, &issuer, "server", &["localhost", "127.0.0.1"], 2099);
    server(dir, &issuer, "wrong_name", &["other.example"], 2099);
    server(dir, &issuer, "expired", &["localhost", "127.0.0.1"], 2021);
}

fn server(dir: &Path, issuer: &Issuer<'_, KeyPair>, name: &str, hosts: &[&str], until: i32) {
    let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(hosts).expect("the names are valid");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().expect("a key can be made");
    let certificate = params.signed_by(&key, issuer).expect("the authority can sign");
    fs::write(dir.join(format!("{name}.pem")), certificate.pem()).expect("the directory is ours");
    fs::write(dir.join(format!("{name}.key")), key.serialize_pem()).expect("the directory is ours");
}
