//! A provider's endpoints, looked up by its issuer.

use super::App;
use crate::{
    api::{Discovered, RegistrationSettings},
    explain::Problem,
    oauth::discover,
    profile::{
        check,
        file::{Found, Lookup, Way},
    },
};
use std::path::PathBuf;

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
        let found = self.look_up(&settings.issuer, ca_file, way).await?;
        Ok(Discovered {
            authorize_endpoint: found.authorize,
            token_endpoint: found.token,
            device_endpoint: found.device,
            revocation_endpoint: found.revocation,
            client_authentication: found.authentication.unwrap_or(settings.client_authentication),
        })
    }

    /// What every issuer in a file says that stands there without its endpoints.
    pub(super) async fn look_up_all(
        &self,
        wanted: Vec<Lookup>,
    ) -> Result<Vec<(String, Found)>, Problem> {
        let mut found = Vec::new();
        for Lookup { registration, issuer, ca_file, way } in wanted {
            found.push((registration, self.look_up(&issuer, ca_file, way).await?));
        }
        Ok(found)
    }

    async fn look_up(
        &self,
        issuer: &str,
        ca_file: Option<PathBuf>,
        way: Option<Way>,
    ) -> Result<Found, Problem> {
        let issuer = check::issuer(issuer).map_err(|fault| Problem::from(vec![fault]))?;
        let http = self.beside(move |inner| inner.http_trusting(ca_file.as_deref(), way)).await?;
        Ok(discover(&http, &issuer).await?)
    }
}
