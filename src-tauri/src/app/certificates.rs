//! The certificates of app registrations: read, kept, shown.

use super::{App, Inner};
use crate::{
    api::{CertificateFiles, CertificateView, News, SetCertificate},
    certificate::{Certificate, Files, KeyedCertificate, hex},
    explain::{Code, Problem},
    profile::RegistrationId,
    secret::{SecretKey, SecretName, SecretStore as _},
};
use std::{fs::File, path::Path};
use zeroize::Zeroizing;

impl App {
    /// What is in `files`, if an app could sign in with it now. Nothing is kept.
    pub async fn read_certificate(
        &self,
        files: CertificateFiles,
    ) -> Result<CertificateView, Problem> {
        self.beside(move |inner| {
            let found = KeyedCertificate::read(&octets(files)?)?.valid_at(inner.clock.now())?;
            Ok(view(&found.certificate))
        })
        .await
    }

    /// Takes a certificate and its key in for a registration; the key is not given out again.
    pub async fn set_certificate(
        &self,
        request: SetCertificate,
    ) -> Result<CertificateView, Problem> {
        let SetCertificate { registration, files } = request;
        let files = self.beside(move |_| octets(files)).await?;
        self.keep_certificate(registration, files).await
    }

    /// Takes a certificate and its key in for a registration, as octets: for a program whose stdin has them.
    pub async fn keep_certificate(
        &self,
        registration: RegistrationId,
        files: Files,
    ) -> Result<CertificateView, Problem> {
        let kept = self.beside(move |inner| inner.keep_certificate(registration, &files)).await?;
        self.tell(News::ProfilesChanged);
        Ok(kept)
    }

    /// The public part of a registration's certificate as PEM: what is uploaded to the portal.
    pub async fn certificate_pem(&self, registration: RegistrationId) -> Result<String, Problem> {
        self.beside(move |inner| {
            let known = inner.store.look(|rows| rows.certificate_of(registration))?;
            known.map(|certificate| certificate.pem()).ok_or_else(none)
        })
        .await
    }
}

impl Inner {
    /// Puts key and certificate into the vault, and what everybody may see into the database.
    pub(super) fn keep_certificate(
        &self,
        id: RegistrationId,
        files: &Files,
    ) -> Result<CertificateView, Problem> {
        let now = self.clock.now();
        let found = KeyedCertificate::read(files)?.valid_at(now)?;
        let registration = self.store.look(|rows| rows.registration(id))?;
        if let Some(fault) = registration.certificate_fault() {
            return Err(vec![fault].into());
        }
        let key = SecretKey::new(id, SecretName::Certificate);
        // Unlocks the vault before the database is held.
        self.vault.get(&key)?;
        self.vault.make()?;
        self.store.change(|rows| {
            rows.put_certificate(id, &found.certificate)?;
            rows.secret_is_set(key, now)?;
            self.vault.put(&key, &found.to_secret(), &Self::label(&registration.name, key.name))?;
            Ok::<_, Problem>(())
        })?;
        Ok(view(&found.certificate))
    }

    /// The certificate and key of a registration that has them.
    pub(super) fn kept_certificate(
        &self,
        id: RegistrationId,
    ) -> Result<Option<KeyedCertificate>, Problem> {
        let kept = self.vault.get(&SecretKey::new(id, SecretName::Certificate))?;
        Ok(kept.as_ref().map(KeyedCertificate::from_secret).transpose()?)
    }
}

/// What the faces are shown of a certificate.
pub(super) fn view(from: &Certificate) -> CertificateView {
    CertificateView {
        subject: from.subject.clone(),
        serial: from.serial.clone(),
        not_before: from.not_before,
        not_after: from.not_after,
        thumbprint: hex(&from.sha1()),
        sha256: hex(&from.sha256()),
        bits: u32::try_from(from.bits).unwrap_or(u32::MAX),
    }
}

fn octets(files: CertificateFiles) -> Result<Files, Problem> {
    Ok(Files {
        file: read(&files.file)?,
        key_file: files.key_file.as_deref().map(read).transpose()?,
        password: files.password,
    })
}

fn read(path: &str) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let path = Path::new(path);
    File::open(path).and_then(Files::octets).map_err(|error| Problem::reading(path, &error))
}

fn none() -> Problem {
    Problem::new(
        Code::InvalidSettings,
        "The app registration has no certificate",
        "Store one with it first: key and certificate as PEM, or a PFX file.",
    )
}
