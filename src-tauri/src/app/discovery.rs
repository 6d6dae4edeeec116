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

    /// What every issuer in a file says that stands there without its endpoints, by registration. `None`: it cannot
    /// be asked just now, which takes nothing away.
    pub(super) async fn look_up_all(
        &self,
        wanted: Vec<Lookup>,
    ) -> Result<Vec<(String, Option<Found>)>, Problem> {
        let mut answers = Vec::new();
        for Lookup { registration, issuer, ca_file, way, may_stay } in wanted {
            let (http, issuer) = self.to_ask(&issuer, ca_file, way).await?;
            let said = match discover(&http, &issuer).await {
                Err(error) if may_stay && error.may_pass() => {
                    tracing::warn!(registration, %error, "not looked up; what is stored stays");
                    None
                }
                answer => Some(answer?),
            };
            answers.push((registration, said));
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
