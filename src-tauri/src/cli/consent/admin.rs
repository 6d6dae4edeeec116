//! `consent --admin`

use super::watch;
use crate::{
    api::{AdminConsent, BeginAdminConsent, ConsentRoute, ConsentView},
    cli::{Cli, Done, interrupt::interrupted},
    explain::Problem,
    profile::RegistrationId,
};
use serde_json::json;

/// Asks an administrator to allow the app registration that `asked` names or uses.
pub(super) async fn run(
    cli: &Cli,
    asked: &str,
    route: Option<ConsentRoute>,
    open_browser: bool,
) -> Done {
    let registration_id = cli.app.find_registration(asked).await?;
    let (news, ctrl_c) = (cli.app.news(), interrupted());
    let request = BeginAdminConsent { registration_id, route, open_browser };
    let view = cli.app.begin_admin_consent(request).await?;
    cli.out.event("open", &view, || opening(&view));
    let ended = watch(cli, &view, news, ctrl_c).await;
    cli.app.browsers_served().await;
    ended?;
    let allowed = allowed(cli, registration_id).await?;
    let tenant = allowed.as_ref().and_then(|allowed| allowed.tenant.as_deref());
    let words =
        || format!("The app is allowed in the tenant {}.", tenant.unwrap_or("of the answer"));
    let result = json!({ "ok": true, "admin_consent": allowed, "problem": null });
    cli.out.event("result", &result, words);
    Ok(0)
}

async fn allowed(cli: &Cli, id: RegistrationId) -> Result<Option<AdminConsent>, Problem> {
    let all = cli.app.list_registrations(()).await?;
    let ours = all.into_iter().find(|one| one.settings.id == Some(id));
    Ok(ours.and_then(|one| one.admin_consent))
}

fn opening(view: &ConsentView) -> String {
    let then = match view.route {
        ConsentRoute::Loopback | ConsentRoute::Device => {
            "On another computer the browser ends at a page that does not load; the app is allowed all \
             the same."
        }
        ConsentRoute::DeepLink | ConsentRoute::Paste => {
            "Then paste the address where the browser ended, and press Enter."
        }
    };
    format!(
        "An administrator of the organisation opens this address and accepts:\n{}\n{then}",
        view.url
    )
}
