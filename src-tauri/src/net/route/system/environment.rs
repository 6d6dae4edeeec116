//! `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, as curl and most others read them.

use super::{Ignored, Protocol, Settings, SystemFault, Variable, proxy_at};

/// What the environment says; `None`: nothing of proxies.
pub(super) fn read(variables: &[Variable]) -> Result<Option<Settings>, SystemFault> {
    let named = |wanted: &[&str]| {
        let set = |one: &&Variable| !one.value.expose().trim().is_empty();
        variables
            .iter()
            .filter(set)
            .find(|one| wanted.iter().any(|name| one.name.eq_ignore_ascii_case(name)))
    };
    let proxy = named(&["https_proxy"]).or_else(|| named(&["all_proxy"]));
    let Some(Variable { name, value }) = proxy else { return Ok(None) };
    let proxy = proxy_at(value.expose().trim(), Protocol::Http, name)?;
    let ignored = named(&["no_proxy"]).map(|one| Ignored::of_list(one.value.expose()));
    Ok(Some(Settings { proxy: Some(proxy), ignored: ignored.unwrap_or_default() }))
}
