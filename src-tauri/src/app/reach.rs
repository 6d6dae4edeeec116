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
    profile::{
        Profile, ProfileId, ProxySettings, Registration, RegistrationId, Route, SmtpSettings,
        Transport, file::Way,
    },
    sandbox,
    secret::{Secret, SecretKey, SecretName},
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
        self.route_by(&profile.route, || self.proxy_password(profile.id))
    }

    fn route_by(
        &self,
        route: &Route,
        password: impl FnOnce() -> Result<Option<Secret>, Problem>,
    ) -> Result<route::Route, Problem> {
        let ProxySettings { protocol, host, port, user } = match route {
            Route::Direct => return Ok(route::Route::Direct),
            Route::System => return Ok(route::Route::System(Arc::clone(&self.surroundings))),
            Route::Proxy(proxy) => proxy.clone(),
        };
        let login = match user {
            None => None,
            Some(user) => {
                Some(Login { user, password: password()?.unwrap_or_else(|| Secret::new("")) })
            }
        };
        Ok(route::Route::Proxy(Proxy { protocol, host, port, login, origin: None }))
    }

    fn proxy_password(&self, profile: ProfileId) -> Result<Option<Secret>, Problem> {
        self.kept(SecretKey::new(profile, SecretName::ProxyPassword))
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

    /// The HTTP client for a provider that is not registered yet. It goes the way of a sender, or the
    /// system's where there is none.
    pub(super) fn http_trusting(
        &self,
        ca_file: Option<&Path>,
        way: Option<Way>,
    ) -> Result<Http, Problem> {
        let route = match way {
            None => route::Route::System(Arc::clone(&self.surroundings)),
            Some(Way { sender, route, password }) => self.route_by(&route, || match password {
                None => self.proxy_password(sender),
                given => Ok(given),
            })?,
        };
        Ok(Http::new(route, &self.trust(false, "ca_file", ca_file)?, &self.limits)?)
    }

    /// The way of the first sender who uses `registration`.
    pub(super) fn way_of_users(
        &self,
        registration: RegistrationId,
    ) -> Result<Option<Way>, Problem> {
        Ok(Way::of_user(&self.store.look(|rows| rows.profiles())?, registration))
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
