//! The certificates that the program registered as "Web" may prove itself with: what a portal's page
//! *Certificates & secrets* is elsewhere.

use super::World;
use crate::certificate::{Certificate, hex};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// So many are kept, the newest.
const MOST: usize = 20;
/// The longest upload that is read, in octets.
const LONGEST: usize = 64 * 1024;

/// The uploaded certificates; they outlive a restart.
pub(super) struct Certificates {
    file: PathBuf,
    known: Mutex<Vec<Certificate>>,
}

impl Certificates {
    /// Those that stand in `dir`.
    pub(super) fn open(dir: &Path) -> Self {
        let file = dir.join("certificates.pem");
        let kept = fs::read(&file).ok().and_then(|pem| Certificate::read_all(&pem).ok());
        Self { file, known: Mutex::new(kept.unwrap_or_default()) }
    }

    /// All of them, oldest first.
    pub(super) fn all(&self) -> Vec<Certificate> {
        self.known().clone()
    }

    fn add(&self, new: Vec<Certificate>) -> io::Result<()> {
        let mut known = self.known();
        known.retain(|one| !new.contains(one));
        known.extend(new);
        let surplus = known.len().saturating_sub(MOST);
        known.drain(..surplus);
        fs::write(&self.file, known.iter().map(Certificate::pem).collect::<String>())
    }

    fn known(&self) -> MutexGuard<'_, Vec<Certificate>> {
        // Each holder replaces the list as a whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET` and `POST /certificates`.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/certificates", get(list).post(upload))
        .layer(DefaultBodyLimit::max(LONGEST))
}

async fn list(State(world): State<Arc<World>>) -> Response {
    let all: Vec<Value> = world.certificates.all().iter().map(shown).collect();
    Json(all).into_response()
}

/// Takes the public part of a certificate, PEM or DER.
async fn upload(State(world): State<Arc<World>>, body: axum::body::Bytes) -> Response {
    let read = match Certificate::read_all(&body) {
        Ok(read) => read,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    let told: Vec<Value> = read.iter().map(shown).collect();
    match world.certificates.add(read) {
        Ok(()) => (StatusCode::CREATED, Json(told)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

fn shown(one: &Certificate) -> Value {
    json!({
        "subject": one.subject, "thumbprint": hex(&one.sha1()), "sha256": hex(&one.sha256()),
        "not_after": one.not_after,
    })
}
