//! Why a message cannot be composed, in words.

use super::{Code, FieldFault, Problem};
use crate::letter::LetterError;
use std::path::Path;

impl From<LetterError> for Problem {
    fn from(error: LetterError) -> Self {
        match error {
            LetterError::Field { field, fault, remedy } => {
                Self::invalid(vec![FieldFault { field, fault, remedy }])
            }
            LetterError::File { path, source } => Self::reading(Path::new(&path), &source),
            LetterError::Changed { path } => Self::new(
                Code::FileUnreadable,
                format!("{path} changed while it was being sent"),
                "The message was not sent: half of the old file and half of the new one would have \
                 arrived. Send it again once nothing writes to the file.",
            ),
        }
    }
}
