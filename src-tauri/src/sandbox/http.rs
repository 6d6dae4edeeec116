//! HTTP: one set of addresses, over `http://` for browsers and `https://` for programs.

use super::{World, certificates, graph, idp, inbox};
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use rustls::ServerConfig;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// How long a client may take for a handshake, a request's head, or the next part of its body.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of a body that is too long is read and thrown away, so that the client hears why.
const LONGEST_THROWN_AWAY: usize = 64 * 1024 * 1024;

/// All addresses.
pub(super) fn routes(world: Arc<World>) -> Router {
    Router::new()
        .merge(idp::routes())
        .merge(graph::routes())
        .merge(inbox::routes())
        .merge(certificates::routes())
        .layer(middleware::from_fn(guard))
        .with_state(world)
}

/// Refuses a web page that reached us under a name of its own (DNS rebinding), and labels answers.
async fn guard(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let mut response = match host {
        Some(host) if is_loopback(host) => next.run(request).await,
        _ => (StatusCode::MISDIRECTED_REQUEST, "The sandbox answers to loopback names only.\n")
            .into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::SERVER, HeaderValue::from_static("Sendright sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn is_loopback(host: &str) -> bool {
    Url::parse(&format!("http://{host}/")).is_ok_and(|url| crate::net::http::is_this_computer(&url))
}

/// Serves one `http://` connection.
pub(super) async fn serve_plain(stream: TcpStream, routes: Router) {
    serve(stream, routes).await;
}

/// Serves one `https://` connection.
pub(super) async fn serve_tls(stream: TcpStream, tls: Arc<ServerConfig>, routes: Router) {
    if let Ok(Ok(stream)) = timeout(PATIENCE, TlsAcceptor::from(tls).accept(stream)).await {
        serve(stream, routes).await;
    }
}

async fn serve<S>(stream: S, routes: Router)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the sandbox ended early");
    }
}

/// The body of a request; `None` when it is longer than was wanted.
pub(super) struct Body(pub(super) Option<Vec<u8>>);

impl Body {
    /// Reads up to `longest` octets.
    ///
    /// # Errors
    /// The answer to give when the body does not come, or does not end.
    pub(super) async fn read(request: Request, longest: usize) -> Result<Self, Response> {
        let mut parts = request.into_body().into_data_stream();
        let (mut body, mut total) = (Vec::new(), 0);
        loop {
            let part = match timeout(PATIENCE, parts.next()).await {
                Ok(None) => break,
                Ok(Some(Ok(part))) => part,
                Ok(Some(Err(_))) => return Err(StatusCode::BAD_REQUEST.into_response()),
                Err(_) => return Err(StatusCode::REQUEST_TIMEOUT.into_response()),
            };
            total += part.len();
            if total > LONGEST_THROWN_AWAY {
                return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
            }
            if total <= longest {
                body.extend_from_slice(&part);
            } else {
                body = Vec::new();
            }
        }
        Ok(Self((total <= longest).then_some(body)))
    }
}
