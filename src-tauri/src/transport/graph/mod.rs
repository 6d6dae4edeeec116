//! Microsoft Graph: `sendMail` with the whole message in MIME form.

mod refusal;

pub use refusal::Refusal;

use super::{
    Credentials, Delivery, Recipient, SendError, Stage, Watch,
    transcript::{Veil, bounded},
};
use crate::{letter::Letter, net::http::Http, secret::Secret};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, Request, Response, header};
use std::time::Duration;
use url::Url;
use uuid::Uuid;

/// The longest request that `sendMail` takes, in octets: "The maximum request length supported is
/// 4MB" (Graph's own answer; microsoft-graph-docs issue 9834).
pub const LONGEST_REQUEST: u64 = 4 * 1024 * 1024;

/// The headers of an answer that explain it.
const TELLING: [&str; 4] = ["request-id", "client-request-id", "retry-after", "www-authenticate"];

/// Where a sender's mail goes in.
#[derive(Debug, Clone)]
pub struct Graph {
    /// The service, for example `https://graph.microsoft.com`.
    pub url: Url,
    /// Whose mailbox sends; `None`: that of the account the token was made for (`/me`).
    pub mailbox: Option<String>,
}

impl Graph {
    fn send_mail(&self) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1.0");
            match &self.mailbox {
                None => path.push("me"),
                Some(mailbox) => path.push("users").push(mailbox),
            };
            path.push("sendMail");
        }
        url
    }

    fn host(&self) -> String {
        self.url.host_str().unwrap_or_default().to_owned()
    }
}

/// Hands `letter` over with a [`Credentials::Bearer`] token, once: a request that may have arrived is
/// never repeated, and from its first byte on it cannot be cancelled.
pub async fn send(
    http: &Http,
    graph: &Graph,
    credentials: &Credentials,
    letter: &Letter,
    watch: &Watch,
) -> Result<Delivery, SendError> {
    let sent = hand_over(http, graph, credentials, letter, watch).await;
    sent.inspect_err(|error| watch.failed(error))
}

async fn hand_over(
    http: &Http,
    graph: &Graph,
    credentials: &Credentials,
    letter: &Letter,
    watch: &Watch,
) -> Result<Delivery, SendError> {
    credentials.check()?;
    let Credentials::Bearer { token, .. } = credentials else {
        let (host, wanted) = (graph.host(), "sign-in without an access token");
        return Err(SendError::AuthMissing {
            host,
            wanted: wanted.to_owned(),
            offered: vec!["Bearer".to_owned()],
        });
    };
    watch.reached(Stage::Message);
    let body = encoded(letter, graph).await?;
    let id = Uuid::new_v4().to_string();
    let (url, total) = (graph.send_mail(), letter.size_with_bcc());
    watch.transcript.client(format!("POST {}", url.path()));
    watch.transcript.client("content-type: text/plain");
    watch.transcript.client(format!("client-request-id: {id}"));
    watch.transcript.note(format!("the message, {total} octets, {} in base64", body.len()));
    let request = request(&url, token, &id, body)?;
    if watch.cancel.is_cancelled() {
        return Err(SendError::Cancelled { stage: Stage::Message });
    }
    watch.handed_over(0, total, false);
    let answer = http.send(request).await?;
    watch.handed_over(total, total, false);
    let mut veil = Veil::default();
    veil.hide(token.clone());
    judge(&answer, letter, &veil, id, watch)
}

fn request(
    url: &Url,
    token: &Secret,
    id: &str,
    body: Vec<u8>,
) -> Result<Request<Vec<u8>>, SendError> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))
        .map_err(|_| SendError::CredentialsUnusable { what: "token" })?;
    bearer.set_sensitive(true);
    Request::post(url.as_str())
        .header(header::AUTHORIZATION, bearer)
        .header(header::CONTENT_TYPE, "text/plain")
        .header("client-request-id", id)
        .header("return-client-request-id", "true")
        .body(body)
        .map_err(|_| SendError::CredentialsUnusable { what: "address of Graph" })
}

/// The whole message in base64, as Graph wants it, hidden copies included: it takes them out.
async fn encoded(letter: &Letter, graph: &Graph) -> Result<Vec<u8>, SendError> {
    let address = letter.needs_smtputf8().map(str::to_owned);
    if let Some(address) = address {
        return Err(SendError::SmtpUtf8Missing { host: graph.host(), address });
    }
    let size = letter.size_with_bcc().div_ceil(3) * 4;
    if size > LONGEST_REQUEST {
        let (host, limit) = (graph.host(), LONGEST_REQUEST);
        return Err(SendError::TooLarge { host, size, limit, graph: true });
    }
    let mut message = Vec::new();
    let mut reader = letter.read_with_bcc();
    while let Some(block) = reader.next().await? {
        message.extend_from_slice(block);
    }
    Ok(STANDARD.encode(message).into_bytes())
}

/// Writes the answer down and says what it means.
fn judge(
    answer: &Response<Vec<u8>>,
    letter: &Letter,
    veil: &Veil,
    client_request_id: String,
    watch: &Watch,
) -> Result<Delivery, SendError> {
    let status = answer.status();
    let header = |name: &str| {
        let value = answer.headers().get(name)?.as_bytes();
        Some(bounded(&veil.strike(&String::from_utf8_lossy(value))))
    };
    watch.transcript.server(status.to_string(), !status.is_success());
    for (name, value) in TELLING.into_iter().filter_map(|name| Some((name, header(name)?))) {
        watch.transcript.server(format!("{name}: {value}"), false);
    }
    let words = bounded(&veil.strike(String::from_utf8_lossy(answer.body()).trim()));
    if !words.is_empty() {
        watch.transcript.server(&words, !status.is_success());
    }
    if status.is_success() {
        let accepted = |to: &lettre::Address| Recipient {
            address: to.to_string(),
            accepted: true,
            reply: None,
        };
        let recipients = letter.envelope().to.iter().map(accepted).collect();
        return Ok(Delivery { recipients, reply: status.to_string() });
    }
    Err(SendError::Graph(Refusal {
        status: status.as_u16(),
        request_id: header("request-id"),
        client_request_id,
        retry_after: header("retry-after").and_then(|s| s.parse().ok()).map(Duration::from_secs),
        ..Refusal::read(answer.body(), |text| bounded(&veil.strike(text)))
    }))
}
