//! One message by Microsoft Graph: what the transport needs beside the letter.

use super::{App, ending::Failed, ledger::Ready, line::Line, sender::Sender};
use crate::{
    explain::Problem,
    net::http::Http,
    oauth::{AccessToken, Claims},
    profile::{Registration, SignIn, Transport, presets},
    secret::Secret,
    transport::{
        Credentials, Delivery, Lane, SendError, Watch,
        graph::{self, Graph, Host, REQUESTS_AT_ONCE, Rights, Way, Wish},
    },
};
use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What answers the transport's questions while the send `id` is under way.
struct Desk {
    app: App,
    sender: Sender,
    id: Uuid,
    cancel: CancellationToken,
}

#[async_trait]
impl Host for Desk {
    async fn renew(&self) -> Option<Secret> {
        self.app.0.wallet.drop_access(self.sender.profile.id);
        let renewed = self.app.access_token(&self.sender, Transport::Graph, &self.cancel).await;
        renewed.ok().map(|token| token.value)
    }

    async fn draft(&self, id: Option<&str>) {
        let (send, draft) = (self.id, id.map(str::to_owned));
        let written = self
            .app
            .beside(move |inner| Ok(inner.outbox.note_draft(send, draft.as_deref())?))
            .await;
        if let Err(problem) = written {
            // Only tidiness is at stake: after a crash, the draft would stay.
            tracing::warn!(%send, code = ?problem.code, "a draft could not be written down");
        }
    }
}

/// Where a sender's mail goes in, and over what.
struct Road {
    http: Http,
    graph: Graph,
    lane: Lane,
}

impl Line {
    /// Hands a message over to Graph.
    pub(super) async fn by_graph(&self, ready: &Ready, watch: &Watch) -> Result<Delivery, Failed> {
        let Ready { id, letter, keep_copy, cancel, .. } = ready;
        let not_yet = |stage| move |problem| Failed::before(letter, stage, problem);
        let road = self.road().await.map_err(not_yet("settings"))?;
        if self.app.held_token(&self.sender, Transport::Graph).is_none() {
            self.app.waits_for(*id, "token", None);
        }
        let token = self.app.access_token(&self.sender, Transport::Graph, cancel).await;
        let token = token.map_err(not_yet("token"))?;
        self.may_go_on(letter).await?;
        let wish = Wish { keep_copy: *keep_copy, rights: rights(&token) };
        let user = self.sender.profile.mailbox.clone();
        let credentials = Credentials::Bearer { user, token: token.value };
        let (app, sender) = (self.app.clone(), self.sender.clone());
        let desk = Desk { app, sender, id: *id, cancel: ready.cancel.clone() };
        let way = Way {
            http: &road.http,
            graph: &road.graph,
            limits: &self.app.0.limits,
            lane: &road.lane,
            host: &desk,
        };
        self.remove_leftovers(way, &credentials).await;
        let sent = graph::send(way, &credentials, letter, wish, watch).await;
        if let Err(SendError::Graph(no)) = &sent {
            self.keep_challenge(no.claims.as_deref()).await;
        }
        sent.map_err(|error| self.failed(letter, error))
    }

    /// What Graph wants proved is asked of the provider at the next sign-in.
    async fn keep_challenge(&self, claims: Option<&str>) {
        if let Err(problem) = self.app.challenged(self.sender.profile.id, claims).await {
            tracing::warn!(code = ?problem.code, "a claims challenge could not be written down");
        }
    }

    async fn road(&self) -> Result<Road, Problem> {
        let Sender { profile, registration, .. } = self.sender.clone();
        let registration = registration.ok_or_else(|| super::line::no_graph(&profile))?;
        let graph = self.graph(&registration)?;
        let service = graph.url.origin().ascii_serialization();
        let lane = self.app.0.lanes.of(&service, &profile.mailbox, REQUESTS_AT_ONCE);
        let http = self.app.beside(move |inner| inner.http(&profile, &registration)).await?;
        Ok(Road { http, graph, lane })
    }

    fn graph(&self, registration: &Registration) -> Result<Graph, Problem> {
        let Sender { profile, account, .. } = &self.sender;
        let url = presets::endpoints(registration).graph;
        let url = url.ok_or_else(|| super::line::no_graph(profile))?;
        let own = account.as_ref().is_none_or(|a| a.eq_ignore_ascii_case(&profile.mailbox));
        let me = profile.sign_in == SignIn::Delegated && own;
        Ok(Graph { url, mailbox: (!me).then(|| profile.mailbox.clone()) })
    }

    /// Removes the drafts that earlier sends of this sender left behind; those that cannot be removed
    /// now wait for the next time.
    async fn remove_leftovers(&self, way: Way<'_>, credentials: &Credentials) {
        let profile = self.sender.profile.id;
        let left = self.app.beside(move |inner| Ok(inner.outbox.drafts_left(profile)?)).await;
        for (send, draft) in left.unwrap_or_default() {
            let settled = match graph::remove_leftover(way, credentials, &draft).await {
                Ok(what) => {
                    self.app.beside(move |inner| Ok(inner.outbox.settle_draft(send, what)?)).await
                }
                Err(error) => Err(error.into()),
            };
            if let Err(problem) = settled {
                tracing::warn!(%send, code = ?problem.code, "a draft that was left behind is still there");
            }
        }
    }
}

/// What `token` says that it allows. Graph decides; this only spares an upload that it would refuse.
fn rights(token: &AccessToken) -> Rights {
    let granted = || {
        let all = token.scopes.iter().any(|scope| scope.ends_with(".default"));
        (!token.scopes.is_empty() && !all).then(|| token.scopes.clone())
    };
    let Some(names) = Claims::of(&token.value).and_then(|c| c.permissions()).or_else(granted)
    else {
        return Rights::default();
    };
    // Some write a scope with the resource before it.
    let bare = |name: &str| name.rsplit('/').next().unwrap_or_default().replace(".Shared", "");
    let any = |wanted: &[&str]| Some(names.iter().any(|name| wanted.contains(&&*bare(name))));
    Rights {
        read: any(&["Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic.All"]),
        write: any(&["Mail.ReadWrite"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

    fn token(claims: &str, scopes: &[&str]) -> AccessToken {
        let moment = Timestamp::from_unix(1_795_000_000).unwrap();
        AccessToken {
            value: Secret::new(format!("e30.{}.x", BASE64_URL_SAFE_NO_PAD.encode(claims))),
            expires_at: moment,
            renew_from: moment,
            scopes: scopes.iter().map(ToString::to_string).collect(),
            audience: None,
        }
    }

    #[test]
    #[rustfmt::skip]
    fn a_token_says_what_it_allows_or_nothing() {
        let table = [
            // claims                                      granted scopes                                   read         write
            (r#"{"scp":"Mail.Send openid"}"#,              &[][..],                                         Some(false), Some(false)),
            (r#"{"scp":"Mail.Send Mail.ReadWrite"}"#,      &[],                                             Some(true),  Some(true)),
            (r#"{"scp":"Mail.Send Mail.Read.Shared"}"#,    &[],                                             Some(true),  Some(false)),
            (r#"{"roles":["Mail.Send","Mail.ReadWrite"]}"#, &["https://graph.microsoft.com/.default"],      Some(true),  Some(true)),
            ("opaque",                                     &["https://graph.microsoft.com/Mail.ReadWrite"], Some(true),  Some(true)),
            ("opaque",                                     &["https://graph.microsoft.com/Mail.Send"],      Some(false), Some(false)),
            ("opaque",                                     &["https://graph.microsoft.com/.default"],       None,        None),
            ("opaque",                                     &[],                                             None,        None),
        ];
        for (claims, scopes, read, write) in table {
            let rights = rights(&token(claims, scopes));
            assert_eq!((rights.read, rights.write), (read, write), "{claims} {scopes:?}");
        }
    }
}
