//! Somebody who signs in without a browser: for the demo and for tests. Does what a person's clicks
//! do, form by form, and follows the way back.

use super::SandboxError;
use crate::net::{
    http::{Http, HttpError},
    limits::Limits,
    route::Route,
    tls::Trust,
};
use http::{Request, Response, header};
use url::{Url, form_urlencoded};

/// How many times a browser is sent on before it gives up.
const MOST_REDIRECTS: usize = 5;

/// Opens `url`, the sandbox's sign-in page, as `user`, allows what is asked, and goes back to the
/// program that asked. Gives the address where it ended.
///
/// # Errors
/// The sandbox's words, when it does not send the visitor back.
pub async fn sign_in(url: &Url, user: &str) -> Result<Url, SandboxError> {
    let http = Http::new(Route::Direct, &Trust::system(), &Limits::default())?;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("user", user)
        .append_pair("decision", "allow")
        .finish();
    let posted = Request::post(url.as_str())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.into_bytes())
        .expect("an address and a constant header make a request");
    let mut answer = http.send(posted).await?;
    let mut at = url.clone();
    for _ in 0..MOST_REDIRECTS {
        let Some(next) = sent_on(&at, &answer) else { break };
        at = next;
        let request = Request::get(at.as_str()).body(Vec::new());
        answer = http.send(request.expect("a parsed address makes a request")).await?;
    }
    if answer.status().is_success() && at != *url {
        return Ok(at);
    }
    Err(SandboxError::NotLetIn { said: String::from_utf8_lossy(answer.body()).into_owned() })
}

fn sent_on(from: &Url, answer: &Response<Vec<u8>>) -> Option<Url> {
    let location = answer.headers().get(header::LOCATION)?.to_str().ok()?;
    answer.status().is_redirection().then(|| from.join(location).ok())?
}

impl From<HttpError> for SandboxError {
    fn from(error: HttpError) -> Self {
        Self::NotLetIn { said: error.to_string() }
    }
}
