//! What was changed since a sender failed: the failure may lie behind it.

use super::Known;
use crate::{clock::Timestamp, explain::Code, outbox::Record, profile::SignIn, secret::SecretName};

impl Known {
    /// That a sender was not tested since something changed with which it `failed`.
    pub(super) fn not_tested_since(&self, failed: &Record) -> Option<String> {
        let mut changes = vec![("its settings changed".to_owned(), self.changed_at)];
        if looks_at_credentials(failed) {
            changes.extend(self.sign_ins());
        }
        let dated = changes.into_iter().filter_map(|(what, at)| Some((at?, what)));
        let newest = dated.max().filter(|(at, _)| *at > failed.started_at);
        newest.map(|(at, what)| format!("not tested since {what} {at}"))
    }

    /// What it signs in with, and since when. A refresh token comes with a sign-in and changes by itself.
    fn sign_ins(&self) -> impl Iterator<Item = (String, Option<Timestamp>)> {
        let sign_in = self.sign_in.as_ref().filter(|_| self.profile.sign_in == SignIn::Delegated);
        let secrets = self.secrets.iter();
        let used =
            secrets.filter(|(name, _)| self.uses(*name) && *name != SecretName::RefreshToken);
        let stored = used.map(|(name, at)| {
            (format!("the {} was stored", name.as_str().replace('-', " ")), Some(*at))
        });
        let signed_in =
            sign_in.map(|known| ("somebody signed in".to_owned(), Some(known.signed_in_at)));
        stored.chain(signed_in)
    }
}

/// Whether it came to where somebody looks at what the sender signs in with, or to where there was
/// nothing to show.
fn looks_at_credentials(failed: &Record) -> bool {
    let Some(problem) = &failed.problem else { return true };
    let network = Code::NoConnection.exit_code();
    problem.code.exit_code() != network || problem.code == Code::ProxyAuthRefused
}
