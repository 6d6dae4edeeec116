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

    /// Whether the person allowed `permission` of Graph, for the `own` mailbox or for those of others,
    /// which have a permission of their own that covers both.
    /// Source: <https://learn.microsoft.com/graph/permissions-reference> and
    /// <https://learn.microsoft.com/graph/outlook-send-mail-from-other-user>, 2026-11.
    pub(super) fn allows(&self, permission: &str, own: bool) -> bool {
        (own && self.has_scope(permission)) || self.has_scope(&format!("{permission}.Shared"))
    }

    /// Whether the program was given `role`.
    pub(super) fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|has| has == role)
    }
}

/// User and token of XOAUTH2's `user=…^Aauth=Bearer …^A^A`.
/// Source: <https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>, 2026-11.
pub(super) fn bearer(said: &str) -> Option<(&str, &str)> {
    let said = said.strip_suffix("\u{1}\u{1}")?;
    let (user, token) = said.split_once('\u{1}')?;
    Some((user.strip_prefix("user=")?, token.strip_prefix("auth=Bearer ")?))
}

/// User and token of OAUTHBEARER's `n,a=…,^A…auth=Bearer …^A…^A` (RFC 7628 §3.1).
pub(super) fn oauth_bearer(said: &str) -> Option<(&str, &str)> {
    let (header, fields) = said.strip_suffix("\u{1}\u{1}")?.split_once('\u{1}')?;
    let user = header.strip_prefix("n,a=")?.strip_suffix(',')?;
    let token = fields.split('\u{1}').find_map(|field| field.strip_prefix("auth=Bearer "))?;
    Some((user, token))
}

/// Name and password of PLAIN's authorization identity, name and password, with NUL between them
/// (RFC 4616 §2).
pub(super) fn password_parts(said: &str) -> Option<(&str, &str)> {
    let parts: Vec<_> = said.split('\0').collect();
    match parts[..] {
        [_, user, password] => Some((user, password)),
        _ => None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

    #[test]
    fn the_blob_of_microsofts_page_is_understood() {
        // Source: the page named at `bearer`.
        let blob = "dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ==";
        let said = String::from_utf8(BASE64.decode(blob).unwrap()).unwrap();
        let parts = bearer(&said).unwrap();
        assert_eq!(
            parts,
            ("test@contoso.onmicrosoft.com", "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA")
        );
    }

    #[test]
    fn anything_else_is_not() {
        for said in ["", "user=a", "user=a\u{1}auth=Bearer b", "user=a\u{1}b\u{1}\u{1}"] {
            assert_eq!(bearer(said), None, "{said:?}");
            assert_eq!(oauth_bearer(said), None, "{said:?}");
            assert_eq!(password_parts(said), None, "{said:?}");
        }
    }

    #[test]
    fn the_message_of_rfc_7628_is_understood() {
        let said = "n,a=user@example.com,\u{1}host=server.example.com\u{1}port=143\u{1}\
                    auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u{1}\u{1}";
        let token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
        assert_eq!(oauth_bearer(said), Some(("user@example.com", token)));
    }
}
