//! A sender as it is used: its profile, its registration, and what it signs in with.

use super::{App, Inner, profiles::registration_of};
use crate::{
    clock::Timestamp,
    explain::{Bearer, Code, Keeper, Problem},
    oauth::{
        AccessToken, Party, SignInReason, SignedIn as Brought, TokenError, challenge, missing,
    },
    profile::{
        Profile, ProfileId, Provider, Registration, SignIn, Transport, presets, store::SignedIn,
    },
    secret::{Secret, SecretKey, SecretName, SecretStore as _},
    transport::{Credentials, SendError, Stage},
};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A profile with the registration that it signs in through.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    pub(super) profile: Profile,
    pub(super) registration: Option<Registration>,
    /// Who signed in, where somebody did.
    pub(super) account: Option<String>,
    /// What was allowed at the sign-in.
    granted: Vec<String>,
    /// The settings that changed since then, as the declarative file calls them.
    changed: Vec<&'static str>,
}

impl Sender {
    /// What a token for `via` is asked for. The scope for others' mailboxes waits for a sign-in that allows
    /// it: a renewal that asked for it would be refused as a whole (AADSTS65001).
    fn token_scopes(&self, via: Transport) -> Vec<String> {
        let Self { profile, registration, granted, .. } = self;
        let for_others = presets::scope_for_others(profile, registration.as_ref(), via);
        let not_yet = missing(for_others.as_slice(), granted);
        let mut scopes = presets::token_scopes(profile, registration.as_ref(), via);
        scopes.retain(|scope| !not_yet.contains(scope));
        scopes
    }

    /// Whose token it shows, where it shows one.
    pub(super) fn bearer(&self) -> Option<Bearer<'_>> {
        let Self { profile, registration, account, .. } = self;
        let by_token = matches!(profile.sign_in, SignIn::Delegated | SignIn::AppOnly);
        by_token.then(|| Bearer {
            sign_in: profile.sign_in,
            account: account.as_deref().filter(|_| profile.sign_in == SignIn::Delegated),
            mailbox: &profile.mailbox,
            keeper: Keeper::behind(registration.as_ref().map(|one| one.provider)),
        })
    }

    /// Whether a renewal can bring what the sender needs now.
    ///
    /// # Errors
    /// It brings what was asked at the sign-in, and that is less. Only Microsoft is told the scopes anew, and
    /// knows itself what an administrator has allowed since.
    fn may_renew(&self) -> Result<(), TokenError> {
        let told = self.registration.as_ref().is_none_or(|one| one.provider == Provider::Microsoft);
        if !told && self.changed == ["scopes"] {
            return Err(TokenError::SignInNeeded(SignInReason::ScopesChanged));
        }
        Ok(())
    }
}

/// What `work` gives, or that it was cancelled: a vault may be asking the person meanwhile.
async fn until<T>(
    cancel: &CancellationToken,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(SendError::Cancelled { stage: Stage::Auth }.into()),
        done = work => done,
    }
}

impl App {
    pub(super) async fn sender(&self, id: ProfileId) -> Result<Sender, Problem> {
        self.beside(move |inner| {
            inner.store.look(|rows| {
                let profile = rows.profile(id)?;
                let registration = registration_of(rows, &profile)?;
                let known = rows.sign_in(id)?;
                let through = known.as_ref().zip(registration.as_ref());
                let changed = through.map(|(known, through)| known.changed(&profile, through));
                let (account, granted) =
                    known.map(|known| (known.account, known.scopes)).unwrap_or_default();
                Ok(Sender {
                    account,
                    granted,
                    changed: changed.unwrap_or_default(),
                    profile,
                    registration,
                })
            })
        })
        .await
    }

    /// The OAuth client that `sender` is.
    pub(super) async fn party(&self, sender: &Sender) -> Result<Party, Problem> {
        let sender = sender.clone();
        self.beside(move |inner| {
            let Sender { profile, registration, .. } = &sender;
            let registration = registration.as_ref().ok_or_else(|| no_registration(profile))?;
            let secret =
                inner.vault.get(&SecretKey::new(registration.id, SecretName::ClientSecret))?;
            let certificate = inner.kept_certificate(registration.id)?.map(Arc::new);
            let claims = inner.store.look(|rows| rows.claims_challenge(profile.id))?;
            let http = inner.http(profile, registration)?;
            let party = Party::new(profile, registration, secret, http);
            Ok(Party { certificate, claims, ..party })
        })
        .await
    }

    /// What `sender` shows to the server by way of `via`.
    pub(super) async fn credentials(
        &self,
        sender: &Sender,
        via: Transport,
        cancel: &CancellationToken,
    ) -> Result<Credentials, Problem> {
        let user = sender.profile.mailbox.clone();
        match sender.profile.sign_in {
            SignIn::None => Ok(Credentials::None),
            SignIn::Password => {
                let password = until(cancel, self.password(sender)).await?;
                Ok(Credentials::Password { user, password })
            }
            SignIn::Delegated | SignIn::AppOnly => {
                let token = self.access_token(sender, via, cancel).await?.value;
                Ok(Credentials::Bearer { user, token })
            }
        }
    }

    async fn password(&self, sender: &Sender) -> Result<Secret, Problem> {
        let key = SecretKey::new(sender.profile.id, SecretName::Password);
        let stored = self.beside(move |inner| inner.kept(key)).await?;
        stored.ok_or_else(|| {
            Problem::new(
                Code::SignInNeeded,
                format!("{} has no password", sender.profile.name),
                "Enter it in the sender's settings, or with `sendright secret set`.",
            )
        })
    }

    /// The access token in memory for `via`, while it is fresh.
    pub(super) fn held_token(&self, sender: &Sender, via: Transport) -> Option<AccessToken> {
        let registration = sender.registration.as_ref()?;
        self.0.wallet.held_for(sender.profile.id, registration, &sender.token_scopes(via))
    }

    /// An access token that is fresh; what the renewal showed is written down.
    pub(super) async fn access_token(
        &self,
        sender: &Sender,
        via: Transport,
        cancel: &CancellationToken,
    ) -> Result<AccessToken, Problem> {
        if let Some(held) = self.held_token(sender, via) {
            return Ok(held);
        }
        sender.may_renew()?;
        let party = until(cancel, self.party(sender)).await?;
        let scopes = sender.token_scopes(via);
        let before = self.0.wallet.held_by(sender.profile.id).map(|token| token.expires_at);
        let access = self.0.wallet.access(&party, &scopes, cancel).await;
        let id = sender.profile.id;
        let allowed = if party.provider == Provider::Microsoft { scopes } else { Vec::new() };
        match &access {
            Ok(token) if Some(token.expires_at) == before => {}
            Ok(_) => self.renewed(id, None, &allowed).await?,
            Err(TokenError::SignInNeeded(SignInReason::Refused(why)))
                if via != sender.profile.transport
                    && why.is("invalid_grant")
                    && why.claims.is_none() =>
            {
                return Err(only_its_own_way(&sender.profile, via).said(why.to_string()));
            }
            Err(TokenError::SignInNeeded(SignInReason::Refused(why))) => {
                self.renewed(id, Some(why.to_string()), &[]).await?;
                self.challenged(id, why.claims.as_deref()).await?;
            }
            Err(TokenError::SignInNeeded(SignInReason::Never)) => {
                self.beside(move |inner| inner.sign_in_never_kept(id)).await?;
            }
            Err(TokenError::SecretMissing) => {
                self.app_never_proved(sender).await?;
                let name = sender.registration.as_ref().map(|one| one.name.as_str());
                return Err(Problem::nothing_to_prove_with(name.unwrap_or("REGISTRATION")));
            }
            Err(_) => {}
        }
        Ok(access?)
    }

    /// Looks, where the app of `sender` has nothing to prove itself with, whether it ever had.
    ///
    /// # Errors
    /// It had, and the vault does not have it any more.
    pub(super) async fn app_never_proved(&self, sender: &Sender) -> Result<(), Problem> {
        let Some(registration) = &sender.registration else { return Ok(()) };
        let app = registration.id.into();
        self.beside(move |inner| {
            inner.never_kept(app, &[SecretName::Certificate, SecretName::ClientSecret])
        })
        .await
    }

    /// Keeps what the next sign-in has to prove, where the provider or a resource says so: `claims`
    /// as it stood in the answer, JSON. What is none is left out.
    pub(super) async fn challenged(
        &self,
        id: ProfileId,
        claims: Option<&str>,
    ) -> Result<(), Problem> {
        let Some(claims) = claims.and_then(challenge) else { return Ok(()) };
        self.beside(move |inner| {
            Ok(inner.store.change(|rows| rows.keep_claims_challenge(id, &claims))?)
        })
        .await
    }

    /// Writes down that a sign-in renewed itself, or why only the person can renew it.
    /// Of what is `allowed` nobody has to be asked any more.
    async fn renewed(
        &self,
        id: ProfileId,
        needs_sign_in: Option<String>,
        allowed: &[String],
    ) -> Result<(), Problem> {
        let (now, allowed) = (self.0.clock.now(), allowed.to_vec());
        self.beside(move |inner| {
            Ok(inner.store.change(|rows| match rows.sign_in(id)? {
                None => Ok(()),
                Some(known) if needs_sign_in.is_some() => {
                    rows.put_sign_in(id, &SignedIn { needs_sign_in, ..known })
                }
                Some(known) => {
                    let asked = known.asked.map(|asked| with(asked, allowed));
                    let known = SignedIn { refreshed_at: now, needs_sign_in: None, asked, ..known };
                    rows.put_sign_in(id, &known)
                }
            })?)
        })
        .await
    }

    /// Writes down what a sign-in brought.
    pub(super) async fn signed_in(&self, id: ProfileId, brought: &Brought) -> Result<(), Problem> {
        let now = self.0.clock.now();
        let known = SignedIn {
            account: brought.account.as_ref().and_then(|account| account.name.clone()),
            tenant: brought.account.as_ref().and_then(|account| account.tenant.clone()),
            asked: Some(brought.asked.clone()),
            scopes: brought.granted.clone(),
            missing: brought.missing.clone(),
            signed_in_at: now,
            refreshed_at: now,
            needs_sign_in: (!brought.renews_itself)
                .then(|| "the provider gave nothing that renews the sign-in".to_owned()),
            basis: Some(brought.basis.clone()),
        };
        self.beside(move |inner| {
            Ok(inner.store.change(|rows| {
                rows.put_sign_in(id, &known)?;
                rows.forget_claims_challenge(id)?;
                rows.secret_is_set(SecretKey::new(id, SecretName::RefreshToken), now)
            })?)
        })
        .await
    }
}

impl Inner {
    /// When the access token in memory ends.
    pub(super) fn access_expires_at(&self, id: ProfileId) -> Option<Timestamp> {
        self.wallet.held_by(id).map(|token| token.expires_at)
    }
}

/// `asked`, and what is `allowed` besides.
fn with(mut asked: Vec<String>, allowed: Vec<String>) -> Vec<String> {
    let new: Vec<_> = allowed.into_iter().filter(|one| !asked.contains(one)).collect();
    asked.extend(new);
    asked
}

/// Most likely the sign-in is as good as before, and was never asked for what this way needs. Whether it
/// has ended altogether shows when the sender is used its own way.
fn only_its_own_way(profile: &Profile, via: Transport) -> Problem {
    let named = |way| match way {
        Transport::Smtp => "SMTP",
        Transport::Graph => "Microsoft Graph",
    };
    let (own, via) = (named(profile.transport), named(via));
    Problem::new(
        Code::PermissionMissing,
        format!("The sign-in of {} is for {own}; for {via} it brings nothing", profile.name),
        format!(
            "Nobody was asked to allow {via}, and signing in again asks for {own} only. Nothing was sent. \
             Send by {own}, or make {via} the sender's transport and sign in then, or have an \
             administrator allow it for everybody. If {own} is refused as well, sign in again."
        ),
    )
}

fn no_registration(profile: &Profile) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        format!("{} has no app registration to sign in through", profile.name),
        "Choose one in the sender's settings, or sign in with a password instead.",
    )
}
