//! A sign-in whose answer a person or a program brings on stdin.

use crate::world::{
    sendright::Sendright,
    token_endpoint::{Say, TokenEndpoint},
};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::Stdio,
};
use url::Url;

/// Pastes the answer `code` to a sign-in of `sender`, after which the input ends; gives the exit code
/// and the last line.
fn paste(sendright: &Sendright, sender: &str, code: &str) -> (Option<i32>, Value) {
    let arguments = ["consent", sender, "--no-browser", "--route", "paste", "--json"];
    let mut command = sendright.command(&arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    stdout.read_line(&mut printed).unwrap();
    let open: Value = serde_json::from_str(&printed).unwrap();
    let url: Url = open["url"].as_str().unwrap().parse().unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let address = format!("{}?{code}&state={state}", open["redirect_uri"].as_str().unwrap());
    writeln!(child.stdin.take().unwrap(), "{address}").unwrap();
    stdout.read_to_string(&mut printed).unwrap();
    let last = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    (child.wait().unwrap().code(), last)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_ends_after_the_answer_does_not_cancel_the_sign_in() {
    let tokens =
        r#"{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r"}"#;
    let provider = TokenEndpoint::start(|_| Say::Json(200, tokens.to_owned())).await;
    let toml = format!(
        "[[registration]]\nname = \"kestrel\"\nprovider = \"microsoft\"\ntenant = \"kestrel.example\"\n\
         client_id = \"11111111-2222-3333-4444-555555555555\"\nauthority = \"{}\"\n\
         [[profile]]\nname = \"Ana\"\nregistration = \"kestrel\"\nmailbox = \"ana@kestrel.example\"\n",
        provider.authority,
    );
    let ended = tokio::task::spawn_blocking(move || {
        let sendright = Sendright::new();
        sendright.write("ana.toml", &toml);
        sendright.json(&["apply", "-f", "ana.toml"]);
        let denied = paste(&sendright, "Ana", "error=access_denied");
        (denied, paste(&sendright, "Ana", "code=c0de"))
    });
    let ((code, denied), signed_in) = ended.await.unwrap();
    assert_eq!(
        (code, &denied["problem"]["code"]),
        (Some(3), &"consent-declined".into()),
        "{denied}"
    );
    assert_eq!((signed_in.0, &signed_in.1["ok"]), (Some(0), &true.into()), "{}", signed_in.1);
}
