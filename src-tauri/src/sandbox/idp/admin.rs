//! An administrator allows a program for the whole organisation.
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-admin-consent>, 2026-11.

use super::{
    Posted,
    authorize::{person, redirect_to},
    fields::Fields,
    page,
    question::answer_address,
    refusal::Refusal,
    scope::Scope,
};
use crate::sandbox::{World, directory::TENANT};
use axum::{
    extract::{Path, RawQuery, State},
    http::Uri,
    response::Response,
};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

/// The programs that were allowed to act by themselves, while the sandbox runs.
#[derive(Default)]
pub(in crate::sandbox) struct Allowed(Mutex<HashSet<String>>);

impl Allowed {
    /// Whether an administrator allowed the program everything that it lists.
    pub(super) fn knows(&self, client: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(client)
    }

    fn add(&self, client: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(client.to_owned());
    }
}

/// What a program asks an administrator.
struct Question {
    client: String,
    name: String,
    redirect: String,
    state: Option<String>,
    /// Empty in the first version, which stands for all that the program lists.
    scopes: Vec<Scope>,
}

/// `GET …/adminconsent`: asks who signs in.
pub(super) async fn ask(
    State(world): State<Arc<World>>,
    Path(tenant): Path<String>,
    uri: Uri,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let question = world.admin_question(&tenant, &uri, &query);
    let page = question.map(|asked| page::sign_in(&format!("?{query}"), &asked.name, None));
    page.unwrap_or_else(|refusal| world.refusal_page(&refusal))
}

/// `POST …/adminconsent`: with `user` asks for consent, with `decision` as well goes back.
pub(super) async fn answer(
    State(world): State<Arc<World>>,
    Path(tenant): Path<String>,
    uri: Uri,
    RawQuery(query): RawQuery,
    Posted(form): Posted,
) -> Response {
    let query = query.unwrap_or_default();
    let question = world.admin_question(&tenant, &uri, &query);
    let decided = question.and_then(|asked| world.decide_for_all(&asked, &query, &form));
    decided.unwrap_or_else(|refusal| world.refusal_page(&refusal))
}

impl World {
    /// NOTE: as with a person's consent, nothing is sent to an address that is not registered.
    fn admin_question(&self, tenant: &str, uri: &Uri, query: &str) -> Result<Question, Refusal> {
        let fields = Fields::parse(query.as_bytes())?;
        let (client, _, redirect) = self.asker(tenant, &fields)?;
        let scopes = match fields.get("scope") {
            Some(scopes) => Scope::parse_all(scopes)?,
            None if uri.path().contains("/v2.0/") => return Err(Refusal::Missing("scope")),
            None => Vec::new(),
        };
        let state = fields.get("state").map(str::to_owned);
        Ok(Question { client: client.id, name: client.name, redirect, state, scopes })
    }

    fn decide_for_all(
        &self,
        asked: &Question,
        query: &str,
        form: &[u8],
    ) -> Result<Response, Refusal> {
        let form = Fields::parse(form)?;
        let user = person(form.need("user")?)?;
        let scopes: Vec<_> = asked.scopes.iter().map(Scope::written).collect();
        let mut said = vec![("admin_consent", "True".to_owned())];
        if !user.administers {
            said.extend(self.refusal_fields(&Refusal::NoAdministrator));
        } else if form.get("decision") == Some("allow") {
            if asked.scopes.is_empty() || asked.scopes.iter().any(|one| one.name == ".default") {
                self.allowed.add(&asked.client);
            }
            said.push(("tenant", TENANT.to_owned()));
            if !scopes.is_empty() {
                said.push(("scope", scopes.join(" ")));
            }
        } else if form.get("decision") == Some("decline") {
            said.extend(self.refusal_fields(&Refusal::DeclinedForAll));
        } else {
            let action = format!("?{query}");
            return Ok(page::consent_for_all(&action, &asked.name, user.address, &scopes));
        }
        Ok(redirect_to(&answer_address(&asked.redirect, asked.state.as_deref(), &said)))
    }
}
