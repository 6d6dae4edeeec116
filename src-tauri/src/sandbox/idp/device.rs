//! The device code (RFC 8628), with Microsoft's names for its errors.
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code>, 2026-11.

use super::{
    Posted, authorize::person, fields::Fields, issue::Consent, page, question, redeem::Asker,
    refusal::Refusal, scope::Scope,
};
use crate::{
    clock::Timestamp,
    sandbox::{World, directory::Platform},
};
use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// How long a code is good for.
const LIFETIME: Duration = Duration::from_secs(900);
/// How often the program may ask; Microsoft says 5 seconds.
const INTERVAL_SECONDS: u64 = 1;
/// How many are kept; the oldest makes room.
const MOST: usize = 100;

/// A program that waits for its code to be typed.
#[derive(Debug, Clone)]
struct Waiting {
    user_code: String,
    client: String,
    client_name: String,
    scopes: Vec<Scope>,
    asked: Timestamp,
    decision: Decision,
}

#[derive(Debug, Clone)]
enum Decision {
    Pending,
    Declined,
    AllowedBy(&'static str),
}

/// The programs that wait, by their device codes.
#[derive(Default)]
pub(in crate::sandbox) struct Devices(Mutex<HashMap<String, Waiting>>);

impl Devices {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, waiting: Waiting) -> String {
        let device_code = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let mut all = self.all();
        if all.len() >= MOST
            && let Some(oldest) =
                all.iter().min_by_key(|(_, waiting)| waiting.asked).map(|(code, _)| code.clone())
        {
            all.remove(&oldest);
        }
        all.insert(device_code.clone(), waiting);
        device_code
    }
}

/// `POST …/devicecode`.
pub(super) async fn begin(
    State(world): State<Arc<World>>,
    Path(tenant): Path<String>,
    Posted(form): Posted,
) -> Response {
    match world.begin_device(&tenant, &form) {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => world.refuse(&refusal),
    }
}

/// `GET /device`: asks for the code, then who signs in.
pub(super) async fn ask(State(world): State<Arc<World>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let asked = Fields::parse(query.as_bytes()).and_then(|fields| match fields.get("user_code") {
        None => Ok(page::code_form("/device")),
        Some(code) => {
            let waiting = world.waiting(code)?.1;
            let action = format!("?user_code={}", waiting.user_code);
            Ok(page::sign_in(&action, &waiting.client_name, None))
        }
    });
    asked.unwrap_or_else(|refusal| world.refusal_page(&refusal))
}

/// `POST /device`: with `user` asks for consent, with `decision` as well answers the program.
pub(super) async fn answer(
    State(world): State<Arc<World>>,
    RawQuery(query): RawQuery,
    Posted(form): Posted,
) -> Response {
    let query = query.unwrap_or_default();
    let answered = world.decide_device(&query, &form);
    answered.unwrap_or_else(|refusal| world.refusal_page(&refusal))
}

impl World {
    fn begin_device(&self, tenant: &str, form: &[u8]) -> Result<Value, Refusal> {
        question::tenant(tenant)?;
        let fields = Fields::parse(form)?;
        let client = self.client(fields.need("client_id")?)?;
        let scopes = Scope::parse_all(fields.need("scope")?)?;
        if !client.public_flows {
            return Err(Refusal::SecretMissing);
        }
        let user_code = Uuid::new_v4().simple().to_string()[..8].to_uppercase();
        let address = format!("{}/device", self.idp);
        let message = format!(
            "Sendright sandbox: to sign in, use a web browser to open the page {address} and enter \
             the code {user_code} to authenticate."
        );
        let device_code = self.devices.put(Waiting {
            user_code: user_code.clone(),
            client: client.id.clone(),
            client_name: client.name.clone(),
            scopes,
            asked: self.clock.now(),
            decision: Decision::Pending,
        });
        Ok(json!({
            "user_code": user_code, "device_code": device_code, "verification_uri": address,
            "expires_in": LIFETIME.as_secs(), "interval": INTERVAL_SECONDS, "message": message,
        }))
    }

    /// The program that shows `user_code`, while somebody may still decide.
    fn waiting(&self, user_code: &str) -> Result<(String, Waiting), Refusal> {
        let all = self.devices.all();
        let typed = user_code.trim();
        let (device_code, waiting) = all
            .iter()
            .find(|(_, waiting)| waiting.user_code.eq_ignore_ascii_case(typed))
            .filter(|(_, waiting)| matches!(waiting.decision, Decision::Pending))
            .ok_or(Refusal::DeviceUnknown)?;
        if self.clock.now().since(waiting.asked) > LIFETIME {
            return Err(Refusal::DeviceExpired);
        }
        Ok((device_code.clone(), waiting.clone()))
    }

    fn decide_device(&self, query: &str, form: &[u8]) -> Result<Response, Refusal> {
        let (query, form) = (Fields::parse(query.as_bytes())?, Fields::parse(form)?);
        let (device_code, waiting) = self.waiting(query.need("user_code")?)?;
        let user = person(form.need("user")?)?;
        let (decision, words) = match form.get("decision") {
            Some("allow") => (Decision::AllowedBy(user.address), "You are signed in."),
            Some("decline") => (Decision::Declined, "You declined."),
            _ => {
                let scopes: Vec<_> = waiting.scopes.iter().map(Scope::written).collect();
                let action = format!("?user_code={}", waiting.user_code);
                return Ok(page::consent(&action, &waiting.client_name, user.address, &scopes));
            }
        };
        if let Some(waiting) = self.devices.all().get_mut(&device_code) {
            waiting.decision = decision;
        }
        Ok(page::message(StatusCode::OK, words, "Go back to the program; this page can be closed."))
    }

    /// The program asks whether its code was typed.
    pub(super) fn redeem_device(
        &self,
        asker: &Asker<'_>,
        fields: &Fields,
    ) -> Result<Value, Refusal> {
        let device_code = fields.need("device_code")?;
        let waiting = {
            let all = self.devices.all();
            all.get(device_code).cloned().ok_or(Refusal::DeviceUnknown)?
        };
        if waiting.client != asker.client().id {
            return Err(Refusal::OtherClient);
        }
        if self.clock.now().since(waiting.asked) > LIFETIME {
            return Err(Refusal::DeviceExpired);
        }
        let user = match waiting.decision {
            Decision::Pending => return Err(Refusal::DevicePending),
            Decision::Declined => return Err(Refusal::DeviceDeclined),
            Decision::AllowedBy(user) => user.to_owned(),
        };
        let consent = Consent {
            client: waiting.client,
            platform: Platform::Desktop,
            user,
            scopes: waiting.scopes,
        };
        let tokens = self.for_person(&consent, fields, None)?;
        self.devices.all().remove(device_code);
        Ok(tokens)
    }
}
