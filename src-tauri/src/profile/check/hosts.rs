//! Which hosts the codes and secrets of a custom provider go to, and whether a person has confirmed them.
//!
//! An issuer's metadata may name any host, and whoever can change it would be sent the secret. So a
//! host other than the issuer's own counts only once a person has said so.

use super::{Fault, Faults, RegistrationDraft};
use crate::profile::{Provider, presets};
use std::collections::BTreeSet;
use url::Url;

/// What makes a host that nobody has confirmed right.
const CONFIRM: &str = "Confirm the host if codes and secrets may go there";

impl RegistrationDraft {
    /// Whether its endpoints are left out, and its issuer can be asked for them.
    pub(in crate::profile) fn wants_its_issuer(&self) -> bool {
        let empty = |value: &String| value.trim().is_empty();
        self.provider.trim() == Provider::Custom.as_str()
            && !empty(&self.issuer)
            && (empty(&self.authorize_endpoint) || empty(&self.token_endpoint))
    }

    /// The hosts besides the issuer's that its endpoints lead to; none without an issuer.
    pub(in crate::profile) fn foreign_hosts(&self) -> Vec<String> {
        let hosts: BTreeSet<_> = self.foreign().map(|(_, _, host)| host).collect();
        hosts.into_iter().collect()
    }

    /// Those that a person has confirmed. What they lead to no more has to be confirmed anew.
    pub(super) fn still_confirmed(&self) -> Vec<String> {
        let mut hosts = self.foreign_hosts();
        hosts.retain(|host| self.confirmed_hosts.contains(host));
        hosts
    }

    /// Refuses each endpoint that leads to a host which nobody has confirmed.
    pub(super) fn refuse_unconfirmed(&self, faults: &mut Faults) {
        for (field, _, host) in self.foreign() {
            if !faults.about(field) && !self.confirmed_hosts.contains(&host) {
                faults.refuse(
                    field,
                    &format!("it leads to {host}, which is not the issuer's host and which nobody has confirmed"),
                    CONFIRM,
                );
            }
        }
    }

    /// Says in `faults` how a file confirms a host: it has no switch.
    pub(in crate::profile) fn confirmed_by_writing(&self, faults: &mut [Fault]) {
        for (field, address, _) in self.foreign() {
            let unconfirmed = |one: &&mut Fault| one.field == field && one.remedy == CONFIRM;
            if let Some(fault) = faults.iter_mut().find(unconfirmed) {
                fault.remedy = format!("{CONFIRM}, by writing {field} = \"{address}\"");
            }
        }
    }

    /// Each endpoint that leads elsewhere than to the issuer: its field, its address and its host.
    fn foreign(&self) -> impl Iterator<Item = (&'static str, &str, String)> {
        let own = self.host(&self.issuer);
        let endpoints = [
            ("authorize_endpoint", self.authorize_endpoint.trim()),
            ("token_endpoint", self.token_endpoint.trim()),
            ("device_endpoint", self.device_endpoint.trim()),
            ("revocation_endpoint", self.revocation_endpoint.trim()),
        ];
        endpoints.into_iter().filter_map(move |(field, address)| {
            let (own, host) = (own.as_ref()?, self.host(address)?);
            (host != *own).then_some((field, address, host))
        })
    }

    /// The host of `address`, with its port unless that is the usual one: another port is another
    /// server.
    fn host(&self, address: &str) -> Option<String> {
        let filled = presets::filled_in(address.trim(), Some(self.tenant.trim()));
        let url: Url = filled.parse().ok()?;
        let host = url.host_str()?.to_owned();
        Some(url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
    }
}
