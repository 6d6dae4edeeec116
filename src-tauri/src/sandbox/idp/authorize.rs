//! The part that a person sees: sign in, allow or decline, back to the program.
//!
//! It can be gone through with plain form posts as well: `user` and `decision=allow` posted to the
//! address of the question are answered with the redirect.

use super::{
    Posted,
    fields::Fields,
    issue::Consent,
    page,
    question::{Question, Refused, answer_address},
    refusal::Refusal,
};
use crate::sandbox::{World, directory::Mailbox};
use axum::{
    extract::{Path, RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// `GET …/authorize`: asks who signs in.
pub(super) async fn ask(
    State(world): State<Arc<World>>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    match read(&world, &tenant, &query) {
        Ok(question) => {
            let action = format!("?{query}");
            page::sign_in(&action, &question.client.name, question.login_hint.as_deref())
        }
        Err(refused) => world.show(refused),
    }
}

/// `POST …/authorize`: with `user` asks for consent, with `decision` as well goes back.
pub(super) async fn answer(
    State(world): State<Arc<World>>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    Posted(form): Posted,
) -> Response {
    let query = query.unwrap_or_default();
    match read(&world, &tenant, &query)
        .and_then(|question| world.decide(question, &form, &query).map_err(Refused::OnThePage))
    {
        Ok(response) => response,
        Err(refused) => world.show(refused),
    }
}

fn read(world: &World, tenant: &str, query: &str) -> Result<Question, Refused> {
    let fields = Fields::parse(query.as_bytes()).map_err(Refused::OnThePage)?;
    world.question(tenant, &fields)
}

impl World {
    fn decide(&self, question: Question, form: &[u8], query: &str) -> Result<Response, Refusal> {
        let form = Fields::parse(form)?;
        let user = person(form.need("user")?)?;
        match form.get("decision") {
            Some("allow") => {
                let (redirect, state) = (question.redirect.clone(), question.state.clone());
                let code = self.new_code(question, user);
                Ok(redirect_to(&answer_address(&redirect, state.as_deref(), &[("code", code)])))
            }
            Some("decline") => {
                let answer = self.refusal_fields(&Refusal::Declined);
                Ok(redirect_to(&answer_address(
                    &question.redirect,
                    question.state.as_deref(),
                    &answer,
                )))
            }
            _ => {
                let scopes: Vec<_> = question.scopes.iter().map(super::Scope::written).collect();
                let action = format!("?{query}");
                Ok(page::consent(&action, &question.client.name, user.address, &scopes))
            }
        }
    }

    fn new_code(&self, question: Question, user: &Mailbox) -> String {
        let consent = Consent {
            client: question.client.id,
            platform: question.platform,
            user: user.address.to_owned(),
            scopes: question.scopes,
        };
        let code = super::codes::Code {
            consent,
            tenant: question.tenant,
            redirect: question.redirect,
            nonce: question.nonce,
            challenge: question.challenge,
            issued: self.clock.now(),
            redeemed: false,
        };
        self.codes.put(code)
    }

    fn show(&self, refused: Refused) -> Response {
        match refused {
            Refused::OnThePage(refusal) => self.refusal_page(&refusal),
            Refused::At(address) => redirect_to(&address),
        }
    }

    /// A page with the refusal, titled as Entra's: the program does not hear of it.
    pub(super) fn refusal_page(&self, refusal: &Refusal) -> Response {
        let words = refusal.description(self.clock.now());
        page::message(
            StatusCode::BAD_REQUEST,
            "Sorry, but we're having trouble signing you in.",
            &words,
        )
    }
}

/// The person who signs in with `address`.
pub(super) fn person(address: &str) -> Result<&'static Mailbox, Refusal> {
    Mailbox::find(address)
        .filter(|mailbox| mailbox.signs_in)
        .ok_or_else(|| Refusal::UnknownUser { user: address.to_owned() })
}

pub(super) fn redirect_to(address: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, address)]).into_response()
}
