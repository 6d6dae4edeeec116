//! The inbox over HTTP: for checks from outside.

use crate::sandbox::World;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use std::{io, sync::Arc};
use uuid::Uuid;

/// `GET /inbox`, `/inbox/{id}`, `/inbox/{id}/source`.
pub(in crate::sandbox) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/inbox", get(list))
        .route("/inbox/{id}", get(detail))
        .route("/inbox/{id}/source", get(source))
}

async fn list(State(world): State<Arc<World>>) -> Response {
    Json(world.inbox.list()).into_response()
}

async fn detail(State(world): State<Arc<World>>, Path(id): Path<Uuid>) -> Response {
    found(off_the_runtime(move || world.inbox.get(id)).await, |mail| Json(mail).into_response())
}

async fn source(State(world): State<Arc<World>>, Path(id): Path<Uuid>) -> Response {
    found(off_the_runtime(move || world.inbox.source(id)).await, |source| {
        ([(header::CONTENT_TYPE, "message/rfc822")], source).into_response()
    })
}

/// Reads from disk and parses where that holds nobody up.
async fn off_the_runtime<T: Send + 'static>(
    read: impl FnOnce() -> io::Result<Option<T>> + Send + 'static,
) -> io::Result<Option<T>> {
    tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
}

fn found<T>(read: io::Result<Option<T>>, show: impl FnOnce(T) -> Response) -> Response {
    match read {
        Ok(Some(value)) => show(value),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
