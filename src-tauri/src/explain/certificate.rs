//! Certificates that are not believed, with what they say of themselves.

use super::{Cause, Code, Fix, Likelihood, Problem};
use crate::net::tls::{Certificate, CertificateFault, Chain, day};

/// How the system's authorities come to be read.
pub(super) const READ_THEM: &str = "On Linux they come with the package ca-certificates. Where SSL_CERT_FILE \
     or SSL_CERT_DIR is set, they are read from there and nowhere else: correct or unset it.";

/// The verifier's words, then what each certificate says of itself.
fn evidence(said: &str, chain: &Chain) -> String {
    std::iter::once(said.to_owned()).chain(chain.lines()).collect::<Vec<_>>().join("\n")
}

/// Why the certificate that `host` shows is not believed; `unread` says why the system's authorities
/// were not asked.
pub(super) fn distrusted(
    host: &str,
    fault: &CertificateFault,
    chain: &Chain,
    said: &str,
    unread: Option<&str>,
) -> Problem {
    let server = chain.server();
    let (title, means) = words(host, fault, server);
    let mut problem =
        Problem::new(Code::CertificateNotTrusted, title, means).said(evidence(said, chain));
    if let Some((code, title, who, fix)) = cause(fault) {
        let text = fix.to_owned();
        problem.causes.push(Cause {
            code: code.to_owned(),
            title: title.to_owned(),
            likelihood: Likelihood::VeryLikely,
            why: vec![said.to_owned()],
            fixes: vec![Fix {
                who: who.to_owned(),
                kind: "setting".to_owned(),
                title: fix_title(who).to_owned(),
                text,
            }],
        });
    }
    if let Some(why) = unread {
        problem.means = format!("{} The system may trust it, but {why}.", problem.means);
        problem.causes.push(not_asked(why));
    }
    problem
}

/// The system's authorities cannot be read, who may know the issuer.
fn not_asked(why: &str) -> Cause {
    Cause {
        code: "system-authorities-unread".to_owned(),
        title: "This computer's certificate authorities cannot be read".to_owned(),
        likelihood: Likelihood::Possible,
        why: vec![why.to_owned()],
        fixes: vec![Fix {
            who: "you".to_owned(),
            kind: "setting".to_owned(),
            title: "Make them readable".to_owned(),
            text: READ_THEM.to_owned(),
        }],
    }
}

fn words(host: &str, fault: &CertificateFault, server: Option<&Certificate>) -> (String, String) {
    let issuer = server.map_or("an unknown issuer", |one| one.issuer.as_str());
    match fault {
        CertificateFault::Expired { since } => (
            match since {
                Some(since) => format!("The certificate of {host} expired on {}", day(*since)),
                None => format!("The certificate of {host} has expired"),
            },
            "The server's owner has to renew it. If it is valid elsewhere, check this computer's \
             clock."
                .to_owned(),
        ),
        CertificateFault::NotYetValid { from } => (
            match from {
                Some(from) => format!("The certificate of {host} is not valid before {}", day(*from)),
                None => format!("The certificate of {host} is not valid yet"),
            },
            "Check this computer's clock first: a wrong date is the usual reason.".to_owned(),
        ),
        CertificateFault::WrongName => (
            format!("The certificate is not for {host}"),
            format!(
                "It is for {}. Use a name that stands in the certificate as the host; if none of \
                 them is your server, somebody else answers.",
                names(server)
            ),
        ),
        CertificateFault::SelfSigned
        | CertificateFault::UnknownIssuer { .. }
        | CertificateFault::Authority => nobody_vouches(host, fault, issuer),
        CertificateFault::Revoked => (
            format!("The certificate of {host} was revoked"),
            format!("{issuer} took it back. Its key may be in other hands: send nothing there."),
        ),
        CertificateFault::WeakKey { bits } => (
            format!("The certificate of {host} has a key that is too short"),
            format!("An RSA key of {bits} bits can be forged; 2048 is the least that is accepted."),
        ),
        CertificateFault::WeakSignature => (
            format!("The certificate of {host} is signed in a way that is not trusted any more"),
            "Its issuer used an algorithm that can be forged, for example SHA-1. The server's owner \
             has to renew it."
                .to_owned(),
        ),
        CertificateFault::OtherPurpose => (
            format!("The certificate of {host} is not for servers"),
            "It was issued for another purpose, for example to sign mail. The server's owner has to \
             get one for TLS servers."
                .to_owned(),
        ),
        CertificateFault::Unreadable => (
            format!("The certificate of {host} is not trusted"),
            "Something about it cannot be accepted; the words below say what.".to_owned(),
        ),
    }
}

/// Nobody who is trusted vouches for it.
fn nobody_vouches(host: &str, fault: &CertificateFault, issuer: &str) -> (String, String) {
    match fault {
        CertificateFault::SelfSigned => (
            format!("The certificate of {host} is signed by itself"),
            "Nobody vouches for it. If the server is yours, save the certificate as a file and name \
             it as the extra CA file (ca_file); if not, somebody may be listening in."
                .to_owned(),
        ),
        CertificateFault::UnknownIssuer { intermediate_missing: true, .. } => (
            format!("{host} does not send its issuer's certificate"),
            format!(
                "Its own was issued by {issuer}, whom this computer does not know, and the \
                 certificate between that issuer and a known one is missing. Browsers fetch it by \
                 themselves; mail programs do not."
            ),
        ),
        CertificateFault::UnknownIssuer { issuer, .. } => (
            format!("The certificate of {host} is from an issuer whom this computer does not trust"),
            format!(
                "It was issued by {issuer}. If that is your organisation's own authority, name its \
                 certificate as the extra CA file (ca_file); if not, somebody may be listening in."
            ),
        ),
        _ => (
            format!("{host} shows a certificate authority's certificate as its own"),
            "Such a certificate (CA:TRUE) is for issuing others and is not accepted as a server's, \
             not even as the extra CA file (ca_file). The server needs a certificate of its own, issued by \
             that authority or made without CA:TRUE."
                .to_owned(),
        ),
    }
}

fn names(server: Option<&Certificate>) -> String {
    let names = server.map(|one| one.names.as_slice()).unwrap_or_default();
    match names {
        [] => "no host at all".to_owned(),
        some if some.len() > 8 => format!("{} and {} more", some[..8].join(", "), some.len() - 8),
        some => some.join(", "),
    }
}

/// Code, title, who can end it, and how.
fn cause(
    fault: &CertificateFault,
) -> Option<(&'static str, &'static str, &'static str, &'static str)> {
    const OWNER: &str = "server-owner";
    Some(match fault {
        CertificateFault::Expired { .. } => (
            "certificate-expired",
            "It was not renewed in time",
            OWNER,
            "Renew the certificate and load it",
        ),
        CertificateFault::NotYetValid { .. } => (
            "clock-wrong",
            "This computer's clock is behind",
            "you",
            "Set date and time, best automatically",
        ),
        CertificateFault::WrongName => (
            "certificate-wrong-name",
            "The server is called by another name",
            "you",
            "Enter one of the names in the certificate as the host",
        ),
        CertificateFault::SelfSigned => (
            "certificate-self-signed",
            "The server vouches for itself",
            "you",
            "Compare the SHA-256 with the server's owner, then name the certificate as the extra CA file",
        ),
        CertificateFault::UnknownIssuer { intermediate_missing: true, .. } => (
            "certificate-intermediate-missing",
            "The server sends an incomplete chain",
            OWNER,
            "Configure the full chain (fullchain.pem) instead of the certificate alone",
        ),
        CertificateFault::UnknownIssuer { .. } => (
            "certificate-unknown-issuer",
            "A private authority issued it",
            "you",
            "Ask your administrator for the authority's certificate and name it as the extra CA file",
        ),
        CertificateFault::Authority => (
            "certificate-is-authority",
            "The server uses an authority's certificate",
            OWNER,
            "Issue a certificate for the server itself",
        ),
        CertificateFault::WeakKey { .. } | CertificateFault::WeakSignature => (
            "certificate-weak",
            "The certificate is from another age",
            OWNER,
            "Renew it with a key of 2048 bits or more and SHA-256",
        ),
        _ => return None,
    })
}

fn fix_title(who: &str) -> &'static str {
    match who {
        "you" => "Change it here",
        _ => "Ask the server's owner",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revoked_certificate_is_not_to_be_sent_anything() {
        let (fault, chain) = (CertificateFault::Revoked, Chain::default());
        let problem = distrusted("mail.example", &fault, &chain, "Revoked", None);
        assert_eq!(problem.code, Code::CertificateNotTrusted);
        assert_eq!(problem.title, "The certificate of mail.example was revoked");
        assert!(problem.means.ends_with("send nothing there."), "{}", problem.means);
    }
}
