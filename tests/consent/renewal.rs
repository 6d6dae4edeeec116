//! Renewing a sign-in: what is kept, what is dropped, and who may at one time.

mod failing;

use super::{Scene, refused, registration, tokens};
use crate::world::token_endpoint::{Say, TokenEndpoint};
use sendright::{
    net::{
        http::{Http, HttpError},
        limits::Limits,
        route::Route,
        tls::Trust,
    },
    oauth::{SignInReason, SignedOut, TokenError, Wallet},
    profile::{Basis, Provider, Registration, presets},
    secret::Secret,
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A scene that is signed in with `access-1` and `refresh-1`, and `answers` still to come.
async fn signed_in(provider: Provider, answers: Vec<Say>) -> Scene {
    let first = Say::Json(200, tokens("access-1", "refresh-1"));
    let mut scene = Scene::new(provider, std::iter::once(first).chain(answers).collect()).await;
    if provider == Provider::Google {
        scene.party.client_secret = Some(Secret::new("client-geheim"));
    }
    scene.sign_in().await.unwrap();
    scene
}

/// Asks for a token, and stops waiting for it once the provider was asked.
async fn asks_and_stops(scene: &Scene) {
    let cancel = CancellationToken::new();
    let asking = scene.wallet.access(&scene.party, &scene.party.token_scopes, &cancel);
    let stopping = async {
        scene.provider.is_asked().await;
        cancel.cancel();
    };
    let (stopped, ()) = tokio::join!(asking, stopping);
    assert!(matches!(stopped, Err(TokenError::Cancelled)), "{stopped:?}");
}

#[tokio::test]
async fn a_token_is_renewed_shortly_before_its_end() {
    let answers = vec![Say::Json(200, tokens("access-2", "refresh-2"))];
    let scene = signed_in(Provider::Microsoft, answers).await;
    scene.clock.advance(Duration::from_secs(3569));
    assert_eq!(scene.access().await.unwrap(), "access-1");
    scene.clock.advance(Duration::from_secs(1));
    assert_eq!(scene.access().await.unwrap(), "access-2");
    let asked = scene.provider.asked();
    assert_eq!(asked[1]["grant_type"], "refresh_token");
    assert_eq!(asked[1]["refresh_token"], "refresh-1");
    assert_eq!(asked[1]["scope"], scene.party.token_scopes.join(" "));
    assert_eq!(scene.kept().as_deref(), Some("refresh-2"));
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let answers = vec![
        Say::Json(200, tokens("access-2", "")),
        Say::Json(200, tokens("access-3", "refresh-1")),
    ];
    let scene = signed_in(Provider::Custom, answers).await;
    for access in ["access-2", "access-3"] {
        scene.wallet.drop_access(scene.party.profile);
        assert_eq!(scene.access().await.unwrap(), access);
        assert_eq!(scene.kept().as_deref(), Some("refresh-1"));
    }
    let scoped = scene.provider.asked()[1].contains_key("scope");
    assert!(!scoped, "what was granted may be less than what was asked");
}

#[tokio::test]
async fn a_token_that_lives_shorter_than_the_grace_is_used_once() {
    let short = |access: &str| Say::Json(200, tokens(access, "").replace("3600", "10"));
    let scene = signed_in(Provider::Microsoft, vec![short("access-2"), short("access-3")]).await;
    scene.wallet.drop_access(scene.party.profile);
    assert_eq!(scene.access().await.unwrap(), "access-2");
    assert_eq!(scene.access().await.unwrap(), "access-3");
}

#[tokio::test]
async fn tokens_for_two_resources_are_held_apart() {
    let answers = vec![Say::Json(200, tokens("graph-1", ""))];
    let scene = signed_in(Provider::Microsoft, answers).await;
    let graph = ["https://graph.microsoft.com/Mail.Send".to_owned()];
    let cancel = CancellationToken::new();
    for _ in 0..2 {
        let token = scene.wallet.access(&scene.party, &graph, &cancel).await.unwrap();
        assert_eq!(token.value.expose(), "graph-1");
    }
    assert_eq!(scene.access().await.unwrap(), "access-1");
    let asked = scene.provider.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1]["scope"], graph[0]);
}

#[tokio::test]
async fn a_refusal_asks_for_the_person_and_drops_nothing() {
    for error in ["invalid_grant", "interaction_required", "consent_required", "login_required"] {
        let scene = signed_in(Provider::Microsoft, vec![refused(error)]).await;
        scene.wallet.drop_access(scene.party.profile);
        let failed = scene.access().await.unwrap_err();
        let TokenError::SignInNeeded(SignInReason::Refused(refusal)) = failed else {
            panic!("{error}: {failed}");
        };
        assert!(refusal.is(error) && refusal.says("said so"));
        assert_eq!(scene.kept().as_deref(), Some("refresh-1"));
    }
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_renewal() {
    let gate = Arc::new(Notify::new());
    let answers = vec![Say::When(Arc::clone(&gate), tokens("access-2", "refresh-2"))];
    let scene = signed_in(Provider::Microsoft, answers).await;
    scene.wallet.drop_access(scene.party.profile);
    scene.provider.is_asked().await;
    let askers = futures_util::future::join_all((0..20).map(|_| scene.access()));
    let open = async {
        scene.provider.is_asked().await;
        gate.notify_one();
    };
    let (got, ()) = tokio::join!(askers, open);
    assert!(got.into_iter().all(|token| token.unwrap() == "access-2"));
    assert_eq!(scene.provider.asked().len(), 2, "the sign-in and one renewal");
}

/// Two processes with one vault, against a provider that takes each refresh token once.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_spend_one_refresh_token_twice() {
    let mut valid = 0_u32;
    let provider = TokenEndpoint::start(move |asked| {
        if asked["grant_type"] == "refresh_token" && asked["refresh_token"] != format!("r-{valid}")
        {
            return refused("invalid_grant");
        }
        valid += 1;
        Say::Json(200, tokens(&format!("a-{valid}"), &format!("r-{valid}")))
    })
    .await;
    let scene = Arc::new(Scene::with(Provider::Custom, provider));
    scene.sign_in().await.unwrap();
    let processes = (0..2).map(|_| {
        let scene = Arc::clone(&scene);
        let vault = Arc::clone(&scene.vault);
        let wallet = Wallet::new(vault, scene.paths.clone(), scene.clock.clone());
        tokio::spawn(async move {
            let cancel = CancellationToken::new();
            for round in 0..25 {
                let scopes = scene.party.token_scopes.clone();
                let token = wallet.access(&scene.party, &scopes, &cancel).await;
                token.unwrap_or_else(|error| panic!("round {round}: {error}"));
                wallet.drop_access(scene.party.profile);
            }
        })
    });
    for process in processes.collect::<Vec<_>>() {
        process.await.unwrap();
    }
    assert_eq!(scene.kept().as_deref(), Some("r-51"));
}

#[tokio::test]
async fn who_stops_waiting_does_not_lose_the_rotated_token() {
    let gate = Arc::new(Notify::new());
    let answers = vec![Say::When(Arc::clone(&gate), tokens("access-2", "refresh-2"))];
    let scene = signed_in(Provider::Microsoft, answers).await;
    scene.provider.is_asked().await;
    scene.wallet.drop_access(scene.party.profile);
    asks_and_stops(&scene).await;
    gate.notify_one();
    // The next one waits for the turn, and finds what the stopped renewal brought.
    assert_eq!(scene.access().await.unwrap(), "access-2");
    assert_eq!(scene.kept().as_deref(), Some("refresh-2"));
    assert_eq!(scene.provider.asked().len(), 2);
}

#[tokio::test]
async fn a_token_that_the_vault_does_not_take_is_not_lost_and_not_used() {
    let answers = vec![
        Say::Json(200, tokens("access-2", "refresh-2")),
        Say::Json(200, tokens("access-3", "")),
    ];
    let scene = signed_in(Provider::Microsoft, answers).await;
    scene.wallet.drop_access(scene.party.profile);
    scene.vault.broken.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let failed = scene.access().await.unwrap_err();
        assert!(matches!(failed, TokenError::Vault(_)), "{failed}");
    }
    assert_eq!(scene.provider.asked().len(), 2, "nothing is spent while the vault is broken");
    assert_eq!(scene.kept().as_deref(), Some("refresh-1"), "what it has is untouched");
    scene.vault.broken.store(false, Ordering::SeqCst);
    assert_eq!(scene.access().await.unwrap(), "access-3");
    assert_eq!(scene.provider.asked()[2]["refresh_token"], "refresh-2");
    assert_eq!(scene.kept().as_deref(), Some("refresh-2"));
}

#[tokio::test]
async fn a_refresh_token_goes_back_to_where_it_came_from_only() {
    let scene = signed_in(Provider::Microsoft, Vec::new()).await;
    let elsewhere = TokenEndpoint::saying(Vec::new()).await;
    let scopes = scene.party.token_scopes.clone();
    let here = registration(Provider::Microsoft, &scene.provider.authority);
    let there = registration(Provider::Microsoft, &elsewhere.authority);
    let table = [
        (Registration { client_id: "client-2".to_owned(), ..here.clone() }, vec!["client_id"]),
        (
            Registration { tenant: Some("halden.example".to_owned()), ..here.clone() },
            vec!["tenant"],
        ),
        (there, vec!["authorize_endpoint", "token_endpoint"]),
    ];
    for (registration, expected) in table {
        let mut party = scene.party.clone();
        party.endpoints = presets::endpoints(&registration);
        party.basis = Basis::of(&registration);
        let failed = scene.wallet.access(&party, &scopes, &CancellationToken::new()).await;
        let Err(TokenError::SignInNeeded(SignInReason::RegistrationChanged { changed })) = failed
        else {
            panic!("{failed:?}");
        };
        assert_eq!(changed, expected);
    }
    assert_eq!((scene.provider.asked().len(), elsewhere.asked().len()), (1, 0));
    scene.wallet.drop_access(scene.party.profile);
    let back = scene.access().await;
    assert!(matches!(back, Err(TokenError::Http(_))), "it is asked again: {back:?}");
    assert_eq!(scene.provider.asked()[1]["refresh_token"], "refresh-1");
}

#[tokio::test]
async fn a_new_sign_in_replaces_the_old_one_whole() {
    let answers = vec![Say::Json(200, tokens("access-2", ""))];
    let scene = signed_in(Provider::Microsoft, answers).await;
    let second = scene.sign_in().await.unwrap();
    assert!(!second.renews_itself);
    assert_eq!(scene.kept(), None, "the old token may be another person's");
    assert_eq!(scene.access().await.unwrap(), "access-2");
    scene.wallet.drop_access(scene.party.profile);
    let failed = scene.access().await;
    assert!(matches!(failed, Err(TokenError::SignInNeeded(SignInReason::Never))), "{failed:?}");
}

#[tokio::test]
async fn signing_out_forgets_here_and_revokes_there_where_that_is_offered() {
    let scene = signed_in(Provider::Microsoft, Vec::new()).await;
    let ended = scene.wallet.sign_out(&scene.party).await.unwrap();
    assert!(matches!(ended, SignedOut::Forgotten), "{ended:?}");
    assert_eq!((scene.kept(), scene.wallet.held_by(scene.party.profile).is_none()), (None, true));
    let ended = scene.wallet.sign_out(&scene.party).await.unwrap();
    assert!(matches!(ended, SignedOut::NothingHeld), "{ended:?}");

    let revoked = || Say::Raw("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned());
    for (answer, expected) in [(revoked(), true), (Say::HangUp, false), (refused("x"), false)] {
        let mut scene = signed_in(Provider::Google, vec![answer]).await;
        let place = format!("{}/revoke", scene.provider.authority);
        scene.party.endpoints.revoke = Some(place.parse().unwrap());
        let ended = scene.wallet.sign_out(&scene.party).await.unwrap();
        assert_eq!(matches!(ended, SignedOut::Revoked), expected, "{ended:?}");
        let asked = &scene.provider.asked()[1];
        assert_eq!(asked["token"], "refresh-1");
        assert_eq!(asked["client_secret"], "client-geheim", "RFC 7009 §2.1");
        assert_eq!(scene.kept(), None);
    }
}

#[tokio::test]
async fn nothing_shows_a_token() {
    let scene = signed_in(
        Provider::Microsoft,
        vec![Say::Json(
            400,
            r#"{"error":"invalid_client","error_description":"no refresh-1"}"#.to_owned(),
        )],
    )
    .await;
    scene.wallet.drop_access(scene.party.profile);
    let failed = scene.access().await.unwrap_err();
    let shown = format!("{failed} {failed:?} {:?} {:?}", scene.wallet, scene.party);
    for secret in ["refresh-1", "access-1", "code-geheim"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
