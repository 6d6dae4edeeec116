use super::*;
use crate::{clock::Clock, oauth::party::tests::party, profile::ProfileId};

fn desk() -> (Clock, Consents, Party) {
    let clock = Clock::set_to(Timestamp::from_unix(1_800_000_000).unwrap());
    (clock.clone(), Consents::new(clock), party(Provider::Microsoft, "https://login.example"))
}

fn answer_to(asked: &Asked, rest: &str) -> Url {
    let state = asked.url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
    format!("{}?state={state}&{rest}", asked.redirect_uri).parse().unwrap()
}

#[tokio::test]
async fn a_question_is_answered_once() {
    let (_, consents, party) = desk();
    let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
    let url = answer_to(&waiting.asked, "code=abc");
    consents.hear(&url).unwrap();
    assert!(matches!(consents.hear(&url), Err(ConsentError::NotOurs)), "a second time");
    let grant = waiting.answer(&CancellationToken::new()).await.unwrap();
    assert_eq!(grant.code.expose(), "abc");
}

#[tokio::test]
async fn a_strangers_answer_leaves_the_question_open() {
    let (_, consents, party) = desk();
    let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
    for stranger in [
        "org.sendright.app:/oauth2/callback?state=guessed&code=evil",
        "org.sendright.app:/oauth2/callback?code=evil",
        "org.sendright.app:/oauth2/callback?error=access_denied",
        "org.sendright.app:/?state=x",
    ] {
        let heard = consents.hear(&stranger.parse().unwrap());
        assert!(matches!(heard, Err(ConsentError::NotOurs)), "{stranger}");
    }
    let pasted = consents.paste(waiting.asked.id, "https://x.example/?state=y&code=evil");
    assert!(matches!(pasted, Err(ConsentError::NotOurs)));
    let nonsense = consents.paste(waiting.asked.id, "what now?");
    assert!(matches!(nonsense, Err(ConsentError::NotAnAddress)));
    consents.hear(&answer_to(&waiting.asked, "code=ours")).unwrap();
    let grant = waiting.answer(&CancellationToken::new()).await.unwrap();
    assert_eq!(grant.code.expose(), "ours");
}

#[test]
fn an_answer_comes_only_the_way_that_was_asked() {
    let (_, consents, party) = desk();
    let waiting = consents.ask(&party, &Redirect::Loopback, Some(4711)).unwrap();
    let by_link = answer_to(&waiting.asked, "code=abc").query().unwrap().to_owned();
    let by_link = format!("org.sendright.app:/oauth2/callback?{by_link}").parse().unwrap();
    assert!(matches!(consents.hear(&by_link), Err(ConsentError::NotOurs)));
}

#[tokio::test]
async fn the_answers_of_two_profiles_are_told_apart() {
    let (_, consents, one) = desk();
    let two = Party { profile: ProfileId::new(), ..one.clone() };
    let mut first = consents.ask(&one, &Redirect::DeepLink, None).unwrap();
    let mut second = consents.ask(&two, &Redirect::DeepLink, None).unwrap();
    consents.hear(&answer_to(&second.asked, "code=2")).unwrap();
    consents.hear(&answer_to(&first.asked, "code=1")).unwrap();
    let cancel = CancellationToken::new();
    assert_eq!(first.answer(&cancel).await.unwrap().code.expose(), "1");
    assert_eq!(second.answer(&cancel).await.unwrap().code.expose(), "2");
}

#[tokio::test(start_paused = true)]
async fn patience_ends() {
    let (clock, consents, party) = desk();
    let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
    let late = answer_to(&waiting.asked, "code=abc");
    let ended = waiting.answer(&CancellationToken::new()).await;
    assert!(matches!(ended, Err(ConsentError::TimedOut { .. })), "{ended:?}");
    drop(waiting);
    assert!(matches!(consents.hear(&late), Err(ConsentError::NotOurs)), "withdrawn");
    let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
    clock.advance(PATIENCE + Duration::from_secs(1));
    consents.hear(&answer_to(&waiting.asked, "code=abc")).unwrap();
    let ended = waiting.answer(&CancellationToken::new()).await;
    assert!(matches!(ended, Err(ConsentError::TimedOut { .. })), "a late answer: {ended:?}");
}

#[tokio::test]
async fn one_question_at_a_time_until_it_is_over() {
    let (clock, consents, party) = desk();
    let first = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
    let again = consents.ask(&party, &Redirect::DeepLink, None);
    assert!(matches!(again, Err(ConsentError::Busy)));
    drop(first);
    let second = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
    clock.advance(PATIENCE + Duration::from_secs(1));
    let third = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
    // Its answer is a stranger's by now, and dropping it must not withdraw the third.
    let late = answer_to(&second.asked, "code=late");
    assert!(matches!(consents.hear(&late), Err(ConsentError::NotOurs)));
    drop(second);
    consents.hear(&answer_to(&third.asked, "code=abc")).unwrap();
}

#[tokio::test]
async fn it_can_be_cancelled_from_both_sides() {
    let (_, consents, party) = desk();
    let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
    let cancel = CancellationToken::new();
    cancel.cancel();
    assert!(matches!(waiting.answer(&cancel).await, Err(ConsentError::Cancelled)));
    assert!(consents.cancel(waiting.asked.id));
    assert!(!consents.cancel(waiting.asked.id), "it is over");
    let ended = waiting.answer(&CancellationToken::new()).await;
    assert!(matches!(ended, Err(ConsentError::Cancelled)));
}

#[tokio::test]
async fn the_providers_words_come_through() {
    let (_, consents, party) = desk();
    let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
    let words = "error=access_denied&error_subcode=cancel&error_description=AADSTS65004%3A+User+\
                 declined+to+consent.%0D%0ATrace+ID%3A+t-1%0D%0ACorrelation+ID%3A+c-1";
    consents.hear(&answer_to(&waiting.asked, words)).unwrap();
    let Err(ConsentError::Refused(refusal)) = waiting.answer(&CancellationToken::new()).await
    else {
        panic!("a refusal");
    };
    assert!(refusal.is("access_denied") && refusal.has(65004));
    assert_eq!(refusal.suberror.as_deref(), Some("cancel"));
    assert_eq!(refusal.trace_id.as_deref(), Some("t-1"));
    assert_eq!(refusal.correlation_id.as_deref(), Some("c-1"));
    assert_eq!(refusal.host, "login.example");
}
