//! What administrators allowed app registrations.

use super::{Rows, StoreError, words};
use crate::{clock::Timestamp, profile::Registration};
use rusqlite::{OptionalExtension as _, params};

/// What an administrator allowed an app registration; for display, and no proof of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminConsent {
    /// The tenant, as the answer names it.
    pub tenant: Option<String>,
    /// The permissions.
    pub scopes: Vec<String>,
    /// When the answer came.
    pub granted_at: Timestamp,
}

impl Rows<'_> {
    /// What an administrator allowed `registration`; `None`: nothing, or another client or tenant.
    pub fn admin_consent(
        self,
        registration: &Registration,
    ) -> Result<Option<AdminConsent>, StoreError> {
        let mut row = self.0.prepare_cached(
            "SELECT tenant, scopes, granted_at FROM admin_consents \
             WHERE registration = ?1 AND client_id = ?2 AND asked_tenant IS ?3",
        )?;
        let Registration { id, client_id, tenant, .. } = registration;
        let found = row.query_row(params![id.to_string(), client_id, tenant], |row| {
            Ok(AdminConsent {
                tenant: row.get(0)?,
                scopes: words(&row.get::<_, String>(1)?),
                granted_at: row.get(2)?,
            })
        });
        Ok(found.optional()?)
    }

    /// Writes down what an administrator allowed, in place of what was known before.
    pub fn put_admin_consent(
        self,
        registration: &Registration,
        known: &AdminConsent,
    ) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT OR REPLACE INTO admin_consents VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                registration.id.to_string(),
                registration.client_id,
                registration.tenant,
                known.tenant,
                known.scopes.join(" "),
                known.granted_at,
            ],
        )?;
        Ok(())
    }
}
