//! What everybody may see of the certificates that registrations have; their keys are in the vault.

use super::{Rows, StoreError};
use crate::{certificate::Certificate, profile::RegistrationId};
use rusqlite::{OptionalExtension as _, params};

impl Rows<'_> {
    /// The certificate of a registration.
    pub fn certificate_of(self, id: RegistrationId) -> Result<Option<Certificate>, StoreError> {
        let mut row =
            self.0.prepare_cached("SELECT der FROM certificates WHERE registration = ?1")?;
        let der: Option<Vec<u8>> = row.query_row([id.to_string()], |row| row.get(0)).optional()?;
        let read = |der: Vec<u8>| Certificate::from_der(&der).map_err(|error| error.into());
        der.map(read)
            .transpose()
            .map_err(|fault| StoreError::Unreadable { name: id.to_string(), faults: vec![fault] })
    }

    /// Writes down which certificate a registration has, in place of the one that it had.
    pub fn put_certificate(
        self,
        id: RegistrationId,
        certificate: &Certificate,
    ) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO certificates VALUES (?1, ?2) ON CONFLICT (registration) DO UPDATE SET der = ?2",
            params![id.to_string(), certificate.der()],
        )?;
        Ok(())
    }

    /// Forgets the certificate of a registration.
    pub fn forget_certificate(self, id: RegistrationId) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM certificates WHERE registration = ?1", [id.to_string()])?;
        Ok(())
    }
}
