//! A code that is typed on another device, against a provider that says what the test wants.

use super::{Scene, party, refused, tokens};
use crate::world::token_endpoint::{Say, TokenEndpoint};
use sendright::{
    explain::{Code, Problem},
    net::{http::Http, limits::Limits, route::Route, tls::Trust},
    oauth::{ConsentError, Device, DeviceGrant},
    profile::{ClientAuthentication, Provider, Redirect},
    secret::Secret,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The answer to the question for a code that is asked about every second.
fn code(more: &str) -> Say {
    Say::Json(
        200,
        format!(
            r#"{{"device_code":"device-geheim","user_code":"ABCD-EFGH","verification_uri":"https://login.example/device","expires_in":900,"interval":1{more}}}"#
        ),
    )
}

/// A scene whose clock runs, and whose provider has a place to ask for codes.
async fn scene(provider: Provider, answers: Vec<Say>) -> Scene {
    let mut scene = Scene::new(provider, answers).await;
    scene.consents = sendright::oauth::Consents::new(sendright::clock::Clock::system());
    let place = format!("{}/device", scene.provider.authority);
    scene.party.endpoints.device = Some(place.parse().unwrap());
    scene
}

async fn asked(scene: &Scene) -> Device {
    scene.consents.ask_device(&scene.party).await.unwrap()
}

/// What comes of it when the provider says `answers`, the code first.
async fn ended(scene: &Scene) -> Result<DeviceGrant, ConsentError> {
    let mut device = asked(scene).await;
    device.answer(&scene.party, &CancellationToken::new()).await
}

#[tokio::test]
async fn a_typed_code_brings_tokens_into_the_vault() {
    let complete = r#","verification_uri_complete":"https://login.example/device?c=ABCD-EFGH""#;
    let answers = vec![
        code(complete),
        refused("authorization_pending"),
        Say::Json(200, tokens("access-1", "refresh-1")),
    ];
    let mut scene = scene(Provider::Microsoft, answers).await;
    scene.party.client_secret = Some(Secret::new("client-geheim"));
    let mut device = asked(&scene).await;
    let shown = device.shown.clone();
    assert_eq!(shown.user_code, "ABCD-EFGH");
    assert_eq!(shown.verification_uri.as_str(), "https://login.example/device");
    assert!(shown.verification_uri_complete.unwrap().as_str().ends_with("?c=ABCD-EFGH"));
    assert_eq!(shown.ends_at.since(shown.asked_at), Duration::from_secs(900));
    assert!(!format!("{device:?}").contains("geheim"));
    let grant = device.answer(&scene.party, &CancellationToken::new()).await.unwrap();
    let signed_in = scene.wallet.accept(&scene.party, grant).await.unwrap();
    assert!(signed_in.renews_itself && signed_in.missing.is_empty());
    assert_eq!(scene.kept().as_deref(), Some("refresh-1"));
    let held = scene.wallet.held_by(scene.party.profile).unwrap();
    assert_eq!(held.value.expose(), "access-1", "in memory");
    let seen = scene.provider.asked();
    let scope = "https://outlook.office.com/SMTP.Send offline_access openid profile";
    assert_eq!(seen[0]["scope"], scope);
    for poll in &seen[1..] {
        assert_eq!(poll["grant_type"], "urn:ietf:params:oauth:grant-type:device_code");
        assert_eq!(poll["device_code"], "device-geheim");
        assert_eq!((&*poll["client_id"], &*poll["scope"]), ("client-1", scope));
    }
    // Without a redirect Entra takes the app for a public client.
    assert!(seen.iter().all(|asked| !asked.contains_key("client_secret")));
}

#[tokio::test]
async fn a_custom_client_shows_its_secret_each_time() {
    for way in [ClientAuthentication::Post, ClientAuthentication::Basic] {
        let answers = vec![code(""), Say::Json(200, tokens("access-1", "refresh-1"))];
        let mut scene = scene(Provider::Custom, answers).await;
        scene.party.client_secret = Some(Secret::new("a+b&c"));
        scene.party.authentication = way;
        ended(&scene).await.unwrap();
        for asked in scene.provider.asked() {
            assert!(super::shows_secret(&asked, way), "{way}: {asked:?}");
        }
    }
}

#[tokio::test]
async fn trouble_on_the_line_ends_nothing_and_slow_down_is_heeded() {
    let answers = vec![
        code(""),
        refused("slow_down"),
        Say::HangUp,
        Say::Json(200, tokens("access-1", "refresh-1")),
    ];
    let scene = scene(Provider::Microsoft, answers).await;
    let begun = Instant::now();
    ended(&scene).await.unwrap();
    // 1 s, then 1 + 5 s for good, then twice that.
    let took = begun.elapsed().as_secs();
    assert!((19..30).contains(&took), "{took} s");
}

#[tokio::test]
async fn a_server_that_is_busy_in_the_middle_is_asked_again() {
    let busy = "HTTP/1.1 503 Busy\r\nretry-after: 3\r\ncontent-length: 4\r\n\r\nBusy";
    let answers = vec![
        code(""),
        Say::Raw(busy.to_owned()),
        Say::Json(500, r#"{"error":"server_error"}"#.to_owned()),
        Say::Json(200, tokens("access-1", "refresh-1")),
    ];
    let scene = scene(Provider::Microsoft, answers).await;
    let begun = Instant::now();
    ended(&scene).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1 + 3 + 4), "Retry-After, then backing off");
}

#[tokio::test]
async fn who_says_no_is_quoted_and_a_code_that_is_gone_explained() {
    let said = "AADSTS7000218: The request body must contain 'client_assertion' or \
                'client_secret'. device-geheim";
    let closed = format!(r#"{{"error":"invalid_client","error_description":"{said}"}}"#);
    let table = [
        (refused("authorization_declined"), Code::ConsentDeclined, "declined"),
        (refused("access_denied"), Code::ConsentDeclined, "declined"),
        (refused("expired_token"), Code::ConsentTimedOut, "run out"),
        (refused("bad_verification_code"), Code::ProviderRefused, "does not know the code"),
        (refused("invalid_scope"), Code::ProviderRefused, "scopes"),
        (Say::Json(401, closed), Code::ClientRejected, "with a code"),
        (Say::Json(200, "<html>hotel</html>".to_owned()), Code::NotTheProtocol, "token endpoint"),
        (
            Say::Json(200, r#"{"access_token":7}"#.to_owned()),
            Code::NotTheProtocol,
            "token endpoint",
        ),
    ];
    for (answer, expected, words) in table {
        let scene = scene(Provider::Microsoft, vec![code(""), answer]).await;
        let failed = ended(&scene).await.unwrap_err();
        assert!(!format!("{failed:?} {failed}").contains("geheim"), "{failed:?}");
        let problem = Problem::from(failed);
        assert_eq!(problem.code, expected, "{problem:?}");
        assert!(problem.title.contains(words), "{}", problem.title);
        assert!(!format!("{problem:?}").contains("geheim"));
        assert_eq!(scene.provider.asked().len(), 2, "{words}");
        assert_eq!(scene.kept(), None);
    }
}

#[tokio::test]
async fn a_code_that_nobody_types_runs_out() {
    let short = r#"{"device_code":"device-geheim","user_code":"A","verification_uri":"https://login.example/","expires_in":"2"}"#;
    let scene = scene(Provider::Microsoft, vec![Say::Json(200, short.to_owned())]).await;
    let begun = Instant::now();
    let failed = ended(&scene).await;
    assert!(matches!(failed, Err(ConsentError::CodeExpired)), "{failed:?}");
    assert!(begun.elapsed() < Duration::from_secs(5), "at its end, not at the next question");
}

#[tokio::test]
async fn what_is_no_code_is_not_shown() {
    let said = |uri: &str, user_code: &str| {
        let answer = serde_json::json!({
            "device_code": "device-geheim", "user_code": user_code, "verification_uri": uri, "expires_in": 900,
        });
        Say::Json(200, answer.to_string())
    };
    let table = [
        said("http://login.example/device", "ABCD"),
        said("javascript:alert(1)", "ABCD"),
        said("https://anna@login.example/", "ABCD"),
        said("not an address", "ABCD"),
        said("https://login.example/", "\u{1b}\n "),
        Say::Json(200, r#"{"user_code":"ABCD","expires_in":900}"#.to_owned()),
        Say::Json(200, "<html>hotel</html>".to_owned()),
    ];
    for answer in table {
        let scene = scene(Provider::Microsoft, vec![answer]).await;
        let failed = scene.consents.ask_device(&scene.party).await.unwrap_err();
        assert!(!format!("{failed:?} {failed}").contains("geheim"), "{failed:?}");
        assert_eq!(Problem::from(failed).code, Code::NotTheProtocol);
    }
    let escaped = vec![said("https://login.example/", "A\u{1b}[1mB\nC")];
    let scene = scene(Provider::Microsoft, escaped).await;
    assert_eq!(asked(&scene).await.shown.user_code, "A\u{fffd}[1mB C");
}

#[tokio::test]
async fn it_is_the_one_question_of_its_sender_and_can_be_cancelled_at_once() {
    let gate = Arc::new(Notify::new());
    let answers = vec![code(""), Say::When(Arc::clone(&gate), tokens("access-1", "refresh-1"))];
    let scene = scene(Provider::Microsoft, answers).await;
    let mut device = asked(&scene).await;
    let again = scene.consents.ask_device(&scene.party).await;
    assert!(matches!(again, Err(ConsentError::Busy)), "{again:?}");
    let browser = scene.consents.ask(&scene.party, &Redirect::DeepLink, None);
    assert!(matches!(browser, Err(ConsentError::Busy)), "{browser:?}");
    scene.provider.is_asked().await;
    let cancel = CancellationToken::new();
    let stop = async {
        scene.provider.is_asked().await;
        cancel.cancel();
    };
    // The provider does not answer before it is cancelled.
    let (failed, ()) = tokio::join!(device.answer(&scene.party, &cancel), stop);
    assert!(matches!(failed, Err(ConsentError::Cancelled)), "{failed:?}");
    drop(device);
    scene.consents.ask(&scene.party, &Redirect::DeepLink, None).unwrap();
}

#[tokio::test]
async fn where_there_is_no_place_for_codes_nobody_is_asked() {
    for (provider, words) in [(Provider::Google, "Google"), (Provider::Custom, "This provider")] {
        let mut scene = Scene::new(provider, Vec::new()).await;
        scene.party.endpoints.device = None;
        let failed = scene.consents.ask_device(&scene.party).await.unwrap_err();
        let problem = Problem::from(failed);
        assert_eq!((problem.code, problem.code.exit_code()), (Code::InvalidSettings, 2));
        assert!(problem.title.starts_with(words), "{}", problem.title);
        assert!(scene.provider.asked().is_empty());
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_while_asking_is_asked_until_the_code_runs_out() {
    // The code is asked for at one place; where the tokens would come from nobody listens.
    let short = r#"{"device_code":"device-geheim","user_code":"A","verification_uri":"https://login.example/","expires_in":4,"interval":1}"#;
    let place = TokenEndpoint::saying(vec![Say::Json(200, short.to_owned())]).await;
    let mut party = party(Provider::Microsoft, "http://127.0.0.1:1");
    party.endpoints.device = Some(place.authority.parse().unwrap());
    party.http = Http::new(Route::Direct, &Trust::system(), &Limits::default()).unwrap();
    let consents = sendright::oauth::Consents::new(sendright::clock::Clock::system());
    let mut device = consents.ask_device(&party).await.unwrap();
    let failed = device.answer(&party, &CancellationToken::new()).await;
    assert!(matches!(failed, Err(ConsentError::CodeExpired)), "{failed:?}");
}
