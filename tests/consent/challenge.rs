//! What Graph wants proved is asked of the provider at the next sign-in (Conditional Access, step-up).

use crate::world::{
    graph_script::{GraphScript, answer},
    sendright::Sendright,
    token_endpoint::{Say, TokenEndpoint},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use url::Url;

const WANTED: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
const SEND_MAIL: &str = "POST /v1.0/me/sendMail";

/// What the address that the browser opens wants proved.
fn claims(url: &Url) -> Option<String> {
    url.query_pairs().find(|(name, _)| name == "claims").map(|(_, value)| value.into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_graph_wants_proved_is_asked_for_at_the_next_sign_in_and_then_no_more() {
    let tokens = r#"{"access_token":"acce55","token_type":"Bearer","expires_in":3600,"refresh_token":"refre5h"}"#;
    let provider = TokenEndpoint::start(|_| Say::Json(200, tokens.to_owned())).await;
    let challenge = format!(
        "www-authenticate: Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{}\"\r\n",
        BASE64_STANDARD.encode(WANTED),
    );
    let refusal = r#"{"error":{"code":"InvalidAuthenticationToken","message":"step up"}}"#;
    let graph = GraphScript::start([
        (SEND_MAIL, answer("401 Unauthorized", &challenge, refusal)),
        (SEND_MAIL, answer("202 Accepted", "", "")),
    ])
    .await;
    let toml = format!(
        "[[registration]]\nname = \"kestrel\"\nprovider = \"microsoft\"\ntenant = \"kestrel.example\"\n\
         client_id = \"11111111-2222-3333-4444-555555555555\"\nauthority = \"{}\"\ngraph_url = \"{}\"\n\
         [[profile]]\nname = \"Ana\"\nregistration = \"kestrel\"\ntransport = \"graph\"\nmailbox = \"ana@kestrel.example\"\n",
        provider.authority, graph.url,
    );
    tokio::task::spawn_blocking(move || {
        let sendright = Sendright::new();
        sendright.write("graph.toml", &toml);
        sendright.json(&["apply", "-f", "graph.toml"]);
        let signs_in = || {
            let (url, ended) = sendright.consent("Ana", &["code=c0de&state=STATE"]);
            assert_eq!(ended.code, 0, "{}", ended.stdout);
            claims(&url)
        };
        let sends = || sendright.run(&["send", "Ana", "--to", "bo@kestrel.example", "--text", "x"]);
        assert_eq!(signs_in(), None);
        assert_eq!(sends().code, 3, "a sign-in is needed");
        assert_eq!(signs_in().as_deref(), Some(WANTED));
        assert_eq!(sends().code, 0);
        assert_eq!(signs_in(), None, "it has been proved");
    })
    .await
    .unwrap();
    assert_eq!(graph.asked().len(), 2);
}
