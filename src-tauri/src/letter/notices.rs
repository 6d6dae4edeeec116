//! Notices of delivery (RFC 3461): what a message asks the servers on its way to report.

use super::LetterError;
use crate::profile::{Notice, Returned};

/// What is asked for; nothing by default, and the servers do as they are used to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notices {
    /// When to report.
    pub on: Vec<Notice>,
    /// How much of the message comes back; `None`: as the server is used to.
    pub returned: Option<Returned>,
}

impl Notices {
    /// Whether anything is asked for.
    pub fn are_wanted(&self) -> bool {
        !self.on.is_empty() || self.returned.is_some()
    }

    /// The words of NOTIFY (RFC 3461 §4.1); `None` when nothing is asked for.
    pub fn notify(&self) -> Option<String> {
        let words: Vec<_> = Notice::ALL
            .iter()
            .filter(|one| self.on.contains(one))
            .map(|one| one.as_str())
            .collect();
        (!words.is_empty()).then(|| words.join(",").to_ascii_uppercase())
    }

    /// The word of RET (RFC 3461 §4.3).
    pub fn ret(&self) -> Option<&'static str> {
        self.returned.map(|returned| match returned {
            Returned::Full => "FULL",
            Returned::Headers => "HDRS",
        })
    }

    pub(super) fn check(&self) -> Result<(), LetterError> {
        if self.on.contains(&Notice::Never) && self.on.iter().any(|one| *one != Notice::Never) {
            let fault = "never stands beside other notices";
            return Err(LetterError::field("dsn", fault, "Either never, or some of the others"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_rfc() {
        let on = vec![Notice::Delay, Notice::Success, Notice::Delay];
        let some = Notices { on, returned: Some(Returned::Headers) };
        assert_eq!((some.notify().as_deref(), some.ret()), (Some("SUCCESS,DELAY"), Some("HDRS")));
        let none = Notices::default();
        assert!(!none.are_wanted() && none.notify().is_none() && none.ret().is_none());
    }

    #[test]
    fn never_stands_alone() {
        let both = Notices { on: vec![Notice::Never, Notice::Failure], returned: None };
        assert!(both.check().is_err());
        assert!(Notices { on: vec![Notice::Never], returned: None }.check().is_ok());
    }
}
