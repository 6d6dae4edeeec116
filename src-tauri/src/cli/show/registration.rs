//! `show` of an app registration

use super::allowed;
use crate::{
    api::RegistrationView,
    cli::{
        Cli, Done,
        columns::{columns, pair},
    },
    explain::Problem,
    profile::Provider,
};

/// Shows the app registration that the person calls `asked`; where there is none, `unknown` says what is
/// like it.
pub(super) async fn show(cli: &Cli, asked: &str, unknown: Problem) -> Done {
    let all = cli.app.list_registrations(()).await?;
    let is_it = |one: &&RegistrationView| {
        let id = one.settings.id.map(|id| id.to_string());
        one.settings.name.eq_ignore_ascii_case(asked) || id.as_deref() == Some(asked)
    };
    let view = all.iter().find(is_it).ok_or(unknown)?;
    cli.out.result(view, || columns(&words(view)));
    Ok(0)
}

fn words(view: &RegistrationView) -> Vec<Vec<String>> {
    let settings = &view.settings;
    let certificate = view.certificate.as_ref();
    let microsoft = settings.provider == Provider::Microsoft;
    let mut lines = vec![
        pair("name", &settings.name),
        pair("id", settings.id.map(|id| id.to_string()).unwrap_or_default()),
        pair("provider", settings.provider.as_str()),
        pair("cloud", if microsoft { settings.cloud.as_str() } else { "" }),
        pair("tenant", &settings.tenant),
        pair("client id", &settings.client_id),
        pair("client secret", secret(view)),
        pair(
            "certificate",
            certificate.map(|c| format!("until {}", c.not_after)).unwrap_or_default(),
        ),
        pair("issuer", &settings.issuer),
        pair("confirmed hosts", settings.confirmed_hosts.join(", ")),
        pair("authority", &settings.authority),
        pair("authorize at", &settings.authorize_endpoint),
        pair("tokens at", &settings.token_endpoint),
        pair("device codes at", &settings.device_endpoint),
        pair("revoked at", &settings.revocation_endpoint),
        pair("graph", &settings.graph_url),
        pair("trusts too", &settings.ca_file),
        pair("redirect", &view.redirect_to_register),
        pair("administrator", view.admin_consent.as_ref().map(allowed).unwrap_or_default()),
        pair("used by", view.used_by.join(", ")),
    ];
    lines.retain(|line| !line[1].is_empty());
    lines
}

fn secret(RegistrationView { settings, has_client_secret, .. }: &RegistrationView) -> String {
    match (has_client_secret, settings.client_secret_expires.as_str()) {
        (false, _) => "missing".to_owned(),
        (true, "") => "present".to_owned(),
        (true, until) => format!("present, until {until}"),
    }
}
