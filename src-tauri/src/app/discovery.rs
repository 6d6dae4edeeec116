//! A provider's endpoints, looked up by its issuer.

use super::App;
use crate::{
    api::{Discovered, RegistrationSettings},
    explain::Problem,
    net::http::Http,
    oauth::discover,
    profile::{
        check,
        file::{Found, Lookup, Way},
    },
};
use std::path::PathBuf;
use url::Url;

/// What is known of the issuers in a file, by registration.
#[derive(Default)]
pub(super) struct Answers {
    /// By their own word.
    pub(super) said: Vec<(String, Found)>,
    /// As it is stored: they could not be asked.
    pub(super) kept: Vec<(String, Found)>,
}

impl App {
    /// Looks up where the endpoints of the issuer in `settings` are; nothing is saved.
    ///
    /// # Errors
    /// What is wrong with the issuer, or why it does not say.
    pub async fn discover_endpoints(
        &self,
        settings: RegistrationSettings,
    ) -> Result<Discovered, Problem> {
        let ca_file = Some(settings.ca_file.trim()).filter(|file| !file.is_empty());
        let ca_file = ca_file.map(PathBuf::from);
        let way = match settings.id {
            Some(id) => self.beside(move |inner| inner.way_of_users(id)).await?,
            None => None,
        };
        let (http, issuer) = self.to_ask(&settings.issuer, ca_file, way).await?;
        let found = discover(&http, &issuer).await?;
        Ok(Discovered {
            authorize_endpoint: found.authorize,
            token_endpoint: found.token,
            device_endpoint: found.device,
            revocation_endpoint: found.revocation,
            client_authentication: found.authentication.unwrap_or(settings.client_authentication),
        })
    }

    /// What every issuer in a file says that stands there without its endpoints. One that cannot be asked just now takes
    /// nothing away: what is stored of it stays.
    pub(super) async fn look_up_all(&self, wanted: Vec<Lookup>) -> Result<Answers, Problem> {
        let mut answers = Answers::default();
        for Lookup { registration, issuer, ca_file, way, stored } in wanted {
            let (http, issuer) = self.to_ask(&issuer, ca_file, way).await?;
            match (discover(&http, &issuer).await, stored) {
                (Err(error), Some(stored)) if error.may_pass() => {
                    tracing::warn!(registration, %error, "not looked up; what is stored stays");
                    answers.kept.push((registration, stored));
                }
                (answer, _) => answers.said.push((registration, answer?)),
            }
        }
        Ok(answers)
    }

    /// The issuer, and the client that asks it.
    async fn to_ask(
        &self,
        issuer: &str,
        ca_file: Option<PathBuf>,
        way: Option<Way>,
    ) -> Result<(Http, Url), Problem> {
        let issuer = check::issuer(issuer).map_err(|fault| Problem::from(vec![fault]))?;
        let http = self.beside(move |inner| inner.http_trusting(ca_file.as_deref(), way)).await?;
        Ok((http, issuer))
    }
}
