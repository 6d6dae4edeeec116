//! Access tokens as the mail servers see them.

use super::{World, directory::Mailbox, idp::Resource};
use serde::{Deserialize, Serialize};

/// What an access token says.
/// Source: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>, 2026-11.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Access {
    pub(super) aud: String,
    pub(super) iss: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    pub(super) appid: String,
    pub(super) appidacr: String,
    pub(super) oid: String,
    pub(super) tid: String,
    pub(super) ver: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scp: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) roles: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unique_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
}

impl Access {
    /// The person it was issued for; `None` when a program acts for itself.
    pub(super) fn person(&self) -> Option<&'static Mailbox> {
        Mailbox::find(self.upn.as_deref()?)
    }

    /// Whether the person allowed `scope`.
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scp.as_deref().is_some_and(|scp| scp.split(' ').any(|has| has == scope))
    }

    /// Whether the program was given `role`.
    pub(super) fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|has| has == role)
    }
}

impl World {
    /// What `token` says, if we issued it for `resource` and it has not expired.
    pub(super) fn read_access(&self, token: &str, resource: Resource) -> Option<Access> {
        let access: Access = self.signer.read("JWT", token)?;
        let now = self.clock.now().date_time().unix_timestamp();
        let valid = access.nbf <= now && now < access.exp;
        (valid && Resource::named(&access.aud) == Some(resource)).then_some(access)
    }
}
