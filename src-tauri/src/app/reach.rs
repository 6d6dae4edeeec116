//! How the other sides of a sender are reached: whom we believe, and over which client.

use super::Inner;
use crate::{
    api::EffectiveSettings,
    explain::{Code, Problem},
    net::{
        http::Http,
        route::{self, Login, Proxy},
        tls::{TlsError, Trust},
    },
    profile::{Profile, ProxySettings, Registration, Route, SmtpSettings, Transport},
    sandbox,
    secret::{Secret, SecretKey, SecretName, SecretStore as _},
};
use std::{fs, path::Path, sync::Arc};
use url::Url;

impl Inner {
    /// The HTTP client of `profile` for the provider and Graph of `registration`.
    pub(super) fn http(
        &self,
        profile: &Profile,
        registration: &Registration,
    ) -> Result<Http, Problem> {
        let trust = self.trust(registration.sandbox, "ca_file", registration.ca_file.as_deref())?;
        Ok(Http::new(self.route(profile)?, &trust, &self.limits)?)
    }

    /// The way that everything of `profile` goes. May wait for the vault.
    pub(super) fn route(&self, profile: &Profile) -> Result<route::Route, Problem> {
        let ProxySettings { protocol, host, port, user } = match &profile.route {
            Route::Direct => return Ok(route::Route::Direct),
            Route::System => return Ok(route::Route::System(Arc::clone(&self.surroundings))),
            Route::Proxy(proxy) => proxy.clone(),
        };
        let login = user.map(|user| {
            let key = SecretKey::new(profile.id, SecretName::ProxyPassword);
            let password = self.vault.get(&key)?.unwrap_or_else(|| Secret::new(""));
            Ok::<_, Problem>(Login { user, password })
        });
        let login = login.transpose()?;
        Ok(route::Route::Proxy(Proxy { protocol, host, port, login, origin: None }))
    }

    /// The way that `profile` goes to its server now, in words. Asks the operating system, not the
    /// vault.
    pub(super) async fn way(&self, profile: &Profile, used: &EffectiveSettings) -> String {
        let found = match &profile.route {
            Route::Direct => Ok(None),
            Route::Proxy(ProxySettings { protocol, host, port, .. }) => {
                let (protocol, host, port) = (*protocol, host.clone(), *port);
                Ok(Some(Proxy { protocol, host, port, login: None, origin: None }))
            }
            Route::System => {
                let (host, port) = target(profile, used);
                let system = route::Route::System(Arc::clone(&self.surroundings));
                system.proxy_for(&host, port).await
            }
        };
        match found {
            Ok(None) => "straight".to_owned(),
            Ok(Some(proxy)) => format!("through {}", proxy.through()),
            Err(fault) => fault.to_string(),
        }
    }

    /// The HTTP client for a provider that is not registered yet: no sender says which way to go, so
    /// it goes as the system does.
    pub(super) fn http_trusting(&self, ca_file: Option<&Path>) -> Result<Http, Problem> {
        let system = route::Route::System(Arc::clone(&self.surroundings));
        Ok(Http::new(system, &self.trust(false, "ca_file", ca_file)?, &self.limits)?)
    }

    /// Whom the SMTP connection of `profile` believes.
    pub(super) fn smtp_trust(
        &self,
        profile: &Profile,
        server: &SmtpSettings,
    ) -> Result<Trust, Problem> {
        self.trust(profile.sandbox, "smtp.ca_file", server.ca_file.as_deref())
    }

    /// The sandbox's own authority for its senders and no other; the operating system's for the
    /// rest, with the one that the settings add.
    fn trust(&self, sandbox: bool, field: &str, extra: Option<&Path>) -> Result<Trust, Problem> {
        if sandbox {
            let path = sandbox::ca_file(&self.paths.sandbox());
            let pem = fs::read(&path).map_err(|_| sandbox_not_there())?;
            return Trust::only_pem(&pem).map_err(|error| unusable(field, &path, &error));
        }
        let Some(path) = extra else { return Ok(Trust::system()) };
        let pem = fs::read(path).map_err(|error| Problem::reading(path, &error))?;
        Trust::system().with_pem(&pem).map_err(|error| unusable(field, path, &error))
    }
}

/// Whom `profile` calls to send.
fn target(profile: &Profile, used: &EffectiveSettings) -> (String, u16) {
    let graph = used.graph_url.as_ref().filter(|_| profile.transport == Transport::Graph);
    match (graph.and_then(|url| Url::parse(url).ok()), &used.smtp) {
        (Some(url), _) => {
            let host = url.host_str().unwrap_or_default().to_owned();
            (host, url.port_or_known_default().unwrap_or(443))
        }
        (None, Some(smtp)) => (smtp.host.clone(), smtp.port),
        (None, None) => (String::new(), 0),
    }
}

fn sandbox_not_there() -> Problem {
    Problem::new(
        Code::SandboxNotRunning,
        "The sandbox has not been started",
        "This sender belongs to the sandbox, the mail world inside Sendright. Start it and try again.",
    )
}

fn unusable(field: &str, path: &Path, error: &TlsError) -> Problem {
    Problem::new(
        Code::FileUnreadable,
        format!("{field}: {} holds no usable certificate", path.display()),
        "It has to be one or more certificates in PEM form, beginning with BEGIN CERTIFICATE.",
    )
    .said(error.to_string())
}
