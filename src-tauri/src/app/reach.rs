//! How the other sides of a sender are reached: whom we believe, and over which client.

use super::Inner;
use crate::{
    explain::{Code, Problem},
    net::{
        http::Http,
        tls::{TlsError, Trust},
    },
    profile::{Profile, Registration, Route, SmtpSettings},
    sandbox,
};
use std::{fs, path::Path};

impl Inner {
    /// The HTTP client for the provider and Graph of `registration`.
    pub(super) fn http(&self, registration: &Registration) -> Result<Http, Problem> {
        let trust = self.trust(registration.sandbox, "ca_file", registration.ca_file.as_deref())?;
        Ok(Http::new(&trust, &self.limits)?)
    }

    /// The HTTP client for a provider that is not registered yet.
    pub(super) fn http_trusting(&self, ca_file: Option<&Path>) -> Result<Http, Problem> {
        Ok(Http::new(&self.trust(false, "ca_file", ca_file)?, &self.limits)?)
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

/// A proxy that is set and cannot be used yet must not be gone past: it may be the only way out
/// that is allowed.
pub(super) fn straight(profile: &Profile) -> Result<(), Problem> {
    match profile.route {
        Route::Direct | Route::System => Ok(()),
        Route::Socks5 { .. } | Route::Http { .. } => Err(Problem::new(
            Code::NotYet,
            "Proxies cannot be used yet",
            format!(
                "The sender's network route is {}. Nothing was sent, because going past the proxy \
                 may not be allowed. Set route = \"direct\" to connect straight.",
                profile.route
            ),
        )),
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
