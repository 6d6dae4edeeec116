//! The question of a program, as it arrives with the browser (RFC 6749 §4.1.1, RFC 7636).

use super::{fields::Fields, refusal::Refusal, scope::Scope};
use crate::sandbox::{
    World,
    directory::{Client, Platform, Tenant},
};
use url::Url;

/// A question that can be put to a person.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// The tenant as it was written in the address.
    pub(super) tenant: String,
    /// Who asks.
    pub(super) client: Client,
    /// How the redirect address is registered.
    pub(super) platform: Platform,
    /// Where the answer goes.
    pub(super) redirect: String,
    /// What is asked for.
    pub(super) scopes: Vec<Scope>,
    /// Given back unchanged.
    pub(super) state: Option<String>,
    /// Put into the identity token.
    pub(super) nonce: Option<String>,
    /// SHA-256 of the verifier, base64url.
    pub(super) challenge: String,
    /// Who is expected to sign in.
    pub(super) login_hint: Option<String>,
}

/// Where a refusal is shown.
#[derive(Debug)]
pub(super) enum Refused {
    /// To the person: the address that the answer would go to cannot be trusted.
    OnThePage(Refusal),
    /// To the program, at this address.
    At(String),
}

impl World {
    /// Reads the question that `tenant` is asked with `fields`.
    ///
    /// NOTE: as with Entra, tenant, client and redirect address must be right before anything is
    /// sent back; until then the person sees the refusal and the program hears nothing.
    pub(super) fn question(&self, tenant: &str, fields: &Fields) -> Result<Question, Refused> {
        let (client, platform, redirect) =
            self.asker(tenant, fields).map_err(Refused::OnThePage)?;
        let state = fields.get("state");
        let (scopes, challenge) = asked(fields).map_err(|refusal| {
            Refused::At(answer_address(&redirect, state, &self.refusal_fields(&refusal)))
        })?;
        Ok(Question {
            tenant: tenant.to_ascii_lowercase(),
            client,
            platform,
            redirect,
            scopes,
            state: state.map(str::to_owned),
            nonce: fields.get("nonce").map(str::to_owned),
            challenge,
            login_hint: fields.get("login_hint").map(str::to_owned),
        })
    }

    /// Who asks, and where the answer may go.
    pub(super) fn asker(
        &self,
        tenant: &str,
        fields: &Fields,
    ) -> Result<(Client, Platform, String), Refusal> {
        self::tenant(tenant)?;
        let client = self.client(fields.need("client_id")?)?;
        let redirect = fields.get("redirect_uri").ok_or(Refusal::NoRedirect)?;
        let platform = client.platform_of(redirect).ok_or_else(|| {
            Refusal::RedirectNotRegistered { redirect: redirect.into(), client: client.id.clone() }
        })?;
        Ok((client.clone(), platform, redirect.to_owned()))
    }

    /// The program registered under `id`.
    pub(super) fn client(&self, id: &str) -> Result<&Client, Refusal> {
        let found = self.clients.iter().find(|client| client.id.eq_ignore_ascii_case(id));
        found.ok_or_else(|| Refusal::UnknownClient { client: id.to_owned() })
    }

    /// A refusal as it goes back to the program.
    pub(super) fn refusal_fields(&self, refusal: &Refusal) -> Vec<(&'static str, String)> {
        vec![
            ("error", refusal.error().to_owned()),
            ("error_description", refusal.description(self.clock.now())),
        ]
    }
}

/// The tenant that `segment` of the address names.
pub(super) fn tenant(segment: &str) -> Result<Tenant, Refusal> {
    if segment.eq_ignore_ascii_case("consumers") {
        return Err(Refusal::PersonalAccountsOnly);
    }
    Tenant::find(segment).ok_or_else(|| Refusal::UnknownTenant { tenant: segment.to_owned() })
}

/// What is asked, once it is known who asks.
fn asked(fields: &Fields) -> Result<(Vec<Scope>, String), Refusal> {
    let kind = fields.need("response_type")?;
    if kind != "code" {
        return Err(Refusal::ResponseType { asked: kind.to_owned() });
    }
    if let Some(mode) = fields.get("response_mode").filter(|mode| *mode != "query") {
        return Err(Refusal::ResponseMode { asked: mode.to_owned() });
    }
    let scopes = Scope::parse_all(fields.need("scope")?)?;
    // NOTE: Entra asks PKCE of browser programs only; the sandbox asks it of all (RFC 9700 §2.1.1).
    if fields.get("code_challenge_method") != Some("S256") {
        return Err(Refusal::PkceMissing);
    }
    let challenge = fields.get("code_challenge").ok_or(Refusal::PkceMissing)?;
    if challenge.len() != 43 {
        return Err(Refusal::PkceSize);
    }
    if fields.get("prompt") == Some("none") {
        return Err(Refusal::LoginRequired);
    }
    Ok((scopes, challenge.to_owned()))
}

/// `redirect` with an answer in its query, and the state (RFC 6749 §4.1.2).
pub(super) fn answer_address(
    redirect: &str,
    state: Option<&str>,
    answer: &[(&'static str, String)],
) -> String {
    let mut url = Url::parse(redirect).expect("a registered redirect address is an address");
    let state = state.map(|state| ("state", state.to_owned()));
    url.query_pairs_mut().extend_pairs(answer.iter().cloned().chain(state));
    url.into()
}
