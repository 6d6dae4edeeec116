//! What Graph refuses, in its words.
//! Source: <https://learn.microsoft.com/graph/errors> and the texts reported from its answers, 2026-11.

use crate::clock::Timestamp;
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use uuid::Uuid;

/// Why Graph did not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    NoToken,
    BadToken,
    MeNeedsPerson,
    UnknownUser(String),
    UnknownPath(String),
    AccessDenied,
    SendAsDenied,
    NotBase64,
    NotMime,
    NoRecipients,
    NotJson(String),
    BadHeader(String),
    TooBig,
    BadFilter,
    Unfinished,
    NoSuchItem,
    NoSuchUpload,
    BadUploadSize,
    BadRange,
    TokenAtUpload,
    Throttled,
}

impl Refusal {
    #[rustfmt::skip]
    fn says(&self) -> (StatusCode, &'static str, String) {
        use StatusCode as S;
        match self {
            Self::NoToken => (S::UNAUTHORIZED, "InvalidAuthenticationToken", "Access token is empty.".into()),
            Self::BadToken => (S::UNAUTHORIZED, "InvalidAuthenticationToken", "Access token validation failure. It is not for this audience, has expired, or was not issued by the sandbox.".into()),
            Self::MeNeedsPerson => (S::BAD_REQUEST, "BadRequest", "/me request is only valid with delegated authentication flow.".into()),
            Self::UnknownUser(user) => (S::NOT_FOUND, "ErrorInvalidUser", format!("The requested user '{user}' is invalid.")),
            Self::UnknownPath(path) => (S::BAD_REQUEST, "BadRequest", format!("Resource not found for the segment '{path}'. The sandbox knows me, sendMail and messages with their attachments.")),
            Self::AccessDenied => (S::FORBIDDEN, "ErrorAccessDenied", "Access is denied. Check credentials and try again.".into()),
            Self::SendAsDenied => (S::FORBIDDEN, "ErrorSendAsDenied", "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message.".into()),
            Self::NotBase64 => (S::BAD_REQUEST, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.".into()),
            Self::NotMime => (S::BAD_REQUEST, "ErrorMimeContentInvalid", "The MIME content is invalid.".into()),
            Self::NoRecipients => (S::BAD_REQUEST, "ErrorInvalidRecipients", "At least one recipient is not valid., A message can't be sent because it contains no recipients.".into()),
            Self::NotJson(said) => (S::BAD_REQUEST, "RequestBodyRead", format!("The request body could not be read: {said}")),
            Self::BadHeader(name) => (S::BAD_REQUEST, "InvalidInternetMessageHeader", format!("The internet message header name '{name}' should start with 'x-' or 'X-'.")),
            Self::TooBig => (S::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "The maximum request length supported is 4MB.".into()),
            Self::BadFilter => (S::BAD_REQUEST, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.".into()),
            Self::NoSuchItem => (S::NOT_FOUND, "ErrorItemNotFound", "The specified object was not found in the store.".into()),
            Self::NoSuchUpload => (S::NOT_FOUND, "itemNotFound", "The upload session was not found.".into()),
            Self::BadUploadSize => (S::BAD_REQUEST, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize", "Attachment size must be between 2 MB and 150 MB for an upload session.".into()),
            Self::BadRange => (S::RANGE_NOT_SATISFIABLE, "invalidRange", "The range is not the one that is expected next, or does not fit its body.".into()),
            Self::TokenAtUpload => (S::UNAUTHORIZED, "unauthenticated", "An upload address takes no Authorization header.".into()),
            Self::Throttled => (S::TOO_MANY_REQUESTS, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.".into()),
            Self::Unfinished => (S::INTERNAL_SERVER_ERROR, "ErrorInternalServerError", "The message could not be kept.".into()),
        }
    }

    /// The answer to the program.
    pub(super) fn answer(&self, now: Timestamp) -> Response {
        let (status, code, message) = self.says();
        let id = Uuid::new_v4().to_string();
        let body = Json(json!({ "error": {
            "code": code,
            "message": message,
            "innerError": { "date": now, "request-id": id, "client-request-id": id },
        } }));
        let mut answer = (status, [("request-id", id)], body).into_response();
        if *self == Self::Throttled {
            answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Bearer error=\"invalid_token\"");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
