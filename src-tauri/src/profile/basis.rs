//! What a sign-in rests on: its tokens are good for these settings and no others.

use super::{Cloud, Provider, Registration, check::RegistrationDraft, presets};
use serde::{Deserialize, Serialize};
use url::Url;

/// The settings of an app registration that a sign-in rests on. When one of them changes, the person
/// has to sign in again; when it is set back before that, the sign-in is good again.
///
/// Entra ties a refresh token to the client and lets it wander between tenants
/// (<https://learn.microsoft.com/entra/identity-platform/refresh-tokens>, 2026-11). Here the tenant
/// counts all the same: who changes it means another directory, and other people in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Basis {
    provider: Provider,
    cloud: Cloud,
    authority: Option<String>,
    /// In lower case; `None` where no address depends on it.
    tenant: Option<String>,
    client_id: String,
    /// As it is used, before the tenant is filled in; so is the next one.
    authorize_endpoint: String,
    token_endpoint: String,
    /// However it is written: renewing a sign-in does not show it.
    redirect: String,
}

impl Basis {
    /// What a sign-in through `registration` rests on.
    pub fn of(registration: &Registration) -> Self {
        let written = RegistrationDraft::from(registration);
        let (authorize_endpoint, token_endpoint) = presets::sign_in_addresses(registration);
        let tenant_counts = registration.provider == Provider::Microsoft
            || presets::has_tenant_place(&authorize_endpoint)
            || presets::has_tenant_place(&token_endpoint);
        let tenant = registration.tenant.as_ref().filter(|_| tenant_counts);
        Self {
            provider: registration.provider,
            cloud: registration.cloud,
            authority: registration.authority.clone(),
            tenant: tenant.map(|tenant| tenant.to_ascii_lowercase()),
            client_id: registration.client_id.clone(),
            authorize_endpoint,
            token_endpoint,
            redirect: Url::parse(&written.redirect).map_or(written.redirect, String::from),
        }
    }

    /// The settings in which `now` differs, as the declarative file calls them; none when the sign-in
    /// is good for it. An address that is only written in another way is no difference.
    pub fn changed(&self, now: &Self) -> Vec<&'static str> {
        let elsewhere = (self.authorize_endpoint != now.authorize_endpoint)
            || (self.token_endpoint != now.token_endpoint);
        let by_host = elsewhere && (self.cloud != now.cloud || self.authority != now.authority);
        let table = [
            ("provider", self.provider != now.provider),
            ("cloud", by_host && self.cloud != now.cloud),
            ("tenant", self.tenant != now.tenant),
            ("client_id", self.client_id != now.client_id),
            ("authority", by_host && self.authority != now.authority),
            ("authorize_endpoint", !by_host && self.authorize_endpoint != now.authorize_endpoint),
            ("token_endpoint", !by_host && self.token_endpoint != now.token_endpoint),
            ("redirect", self.redirect != now.redirect),
        ];
        table.iter().filter(|(_, differs)| *differs).map(|(name, _)| *name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::RegistrationId;

    fn registration(change: impl Fn(&mut RegistrationDraft)) -> Registration {
        let mut draft = RegistrationDraft {
            name: "kestrel".to_owned(),
            provider: "microsoft".to_owned(),
            tenant: "kestrel.example".to_owned(),
            client_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            ..RegistrationDraft::default()
        };
        change(&mut draft);
        draft.check(RegistrationId::new()).unwrap()
    }

    type Change = fn(&mut RegistrationDraft);

    #[test]
    #[rustfmt::skip]
    fn what_a_sign_in_rests_on_is_named_when_it_changes_and_nothing_else_counts() {
        let table: &[(Change, &[&str])] = &[
            (|_| {},                                                             &[]),
            (|d| d.name = "other".into(),                                        &[]),
            (|d| d.client_secret_expires = "2027-05-01".into(),                  &[]),
            (|d| d.graph_url = "https://graph.kestrel.example".into(),           &[]),
            (|d| d.device_endpoint = "https://login.kestrel.example/device".into(), &[]),
            (|d| d.client_authentication = "basic".into(),                       &[]),
            (|d| d.tenant = "Kestrel.Example".into(),                            &[]),
            (|d| d.authority = "https://login.microsoftonline.com".into(),       &[]),
            (|d| d.authority = "https://login.microsoftonline.com/{tenant}/".into(), &[]),
            (|d| d.token_endpoint = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token".into(), &[]),
            (|d| d.token_endpoint = "https://login.microsoftonline.com/#TenantID#/oauth2/v2.0/token".into(), &[]),
            (|d| d.tenant = "halden.example".into(),                             &["tenant"]),
            (|d| d.client_id = "99999999-2222-3333-4444-555555555555".into(),    &["client_id"]),
            (|d| d.cloud = "china".into(),                                       &["cloud"]),
            (|d| d.authority = "https://login.kestrel.example".into(),           &["authority"]),
            (|d| d.token_endpoint = "https://login.kestrel.example/token".into(), &["token_endpoint"]),
            (|d| d.authorize_endpoint = "https://login.kestrel.example/ask".into(), &["authorize_endpoint"]),
            (|d| d.redirect = "https://erp.kestrel.example/answer".into(),       &["redirect"]),
            (|d| { d.redirect = "deep-link".into(); d.tenant = "common".into(); }, &["tenant", "redirect"]),
        ];
        let before = Basis::of(&registration(|_| {}));
        for (number, (change, expected)) in table.iter().enumerate() {
            let after = Basis::of(&registration(change));
            assert_eq!(before.changed(&after), *expected, "row {number}");
            assert_eq!(after.changed(&before), *expected, "back again, row {number}");
        }
    }

    #[test]
    fn a_custom_providers_tenant_counts_where_an_address_has_a_place_for_it() {
        let basis = |token: &str, tenant: &str| {
            Basis::of(&registration(|draft| {
                draft.provider = "custom".to_owned();
                draft.authorize_endpoint = "https://login.kestrel.example/ask".to_owned();
                draft.token_endpoint = format!("https://login.kestrel.example/{token}");
                tenant.clone_into(&mut draft.tenant);
            }))
        };
        assert!(basis("token", "one").changed(&basis("token", "two")).is_empty());
        assert_eq!(basis("{tenant}/t", "one").changed(&basis("{tenant}/t", "two")), ["tenant"]);
    }
}
