//! Certificates and keys as files hold them, PEM and PFX, and a certificate as a server shows it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sendright::{
    certificate::{Certificate, Files, KeyedCertificate},
    net::tls,
    secret::Secret,
};

fuzz_target!(|file: &[u8]| {
    tls::fuzzing::shown(file);
    drop(Certificate::read_all(file));
    for password in [None, Some(Secret::new("of-a-test"))] {
        let files = Files { file: file.to_vec().into(), key_file: None, password };
        if let Ok(found) = KeyedCertificate::read(&files) {
            KeyedCertificate::from_secret(&found.to_secret()).expect("what was read is kept");
        }
    }
});
