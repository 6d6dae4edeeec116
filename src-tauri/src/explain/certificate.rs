//! Certificates that are not believed, with what they say of themselves.

use super::{Cause, Code, Fix, Likelihood, Problem, tls::Server};
use crate::net::tls::{Certificate, CertificateFault, Chain, day};

/// How the system's authorities come to be read.
pub(super) const READ_THEM: &str = "On Linux they come with the package ca-certificates. Where SSL_CERT_FILE \
     or SSL_CERT_DIR is set, they are read from there and nowhere else: correct or unset it.";

/// The verifier's words, then what each certificate says of itself.
fn evidence(said: &str, chain: &Chain) -> String {
    std::iter::once(said.to_owned()).chain(chain.lines()).collect::<Vec<_>>().join("\n")
}

/// A certificate that is not believed: who shows it, what is wrong with it, and what came along.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) host: &'a str,
    pub(super) fault: &'a CertificateFault,
    pub(super) chain: &'a Chain,
    pub(super) server: Server,
}

/// Why the certificate is not believed; `unread` says why the system's authorities were not asked.
pub(super) fn distrusted(shown: Shown<'_>, said: &str, unread: Option<&str>) -> Problem {
    let Shown { fault, chain, server, .. } = shown;
    let (title, means) = words(shown);
    let mut problem =
        Problem::new(Code::CertificateNotTrusted, title, means).said(evidence(said, chain));
    if let Some((code, title, who, fix)) = cause(fault) {
        let text = fix.replace("{ca_file}", server.ca_file());
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

fn words(shown: Shown<'_>) -> (String, String) {
    let Shown { host, fault, chain, .. } = shown;
    let server = chain.server();
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
                Some(from) => {
                    format!("The certificate of {host} is not valid before {}", day(*from))
                }
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
        | CertificateFault::Authority => nobody_vouches(shown, issuer),
        CertificateFault::Revoked => (
            format!("The certificate of {host} was revoked"),
            format!("{issuer} took it back. Its key may be in other hands: send nothing there."),
        ),
        _ => badly_made(host, fault),
    }
}

/// It is not as a server's certificate has to be, whoever issued it.
fn badly_made(host: &str, fault: &CertificateFault) -> (String, String) {
    match fault {
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
        CertificateFault::Version1 => (
            format!("The certificate of {host} is of X.509 version 1"),
            format!(
                "Such a certificate cannot say which hosts it is for, and is not accepted. The server's \
                 owner has to make one of version 3 with {host} among its subject alternative names."
            ),
        ),
        _ => (
            format!("The certificate of {host} is not trusted"),
            "Something about it cannot be accepted; the words below say what.".to_owned(),
        ),
    }
}

/// What is usually wrong where a certificate comes without its issuer's.
const ALONE: &str = " The server sent no other certificate with it. Where a root authority is trusted \
     already, that is usually the fault: the server has to send the intermediate certificates too \
     (fullchain.pem).";

/// Nobody who is trusted vouches for it.
fn nobody_vouches(shown: Shown<'_>, issuer: &str) -> (String, String) {
    let Shown { host, fault, chain, server } = shown;
    let ca_file = server.ca_file();
    match fault {
        CertificateFault::SelfSigned => (
            format!("The certificate of {host} is signed by itself"),
            format!(
                "Nobody vouches for it. If the server is yours, save the certificate as a file and name \
                 it as {ca_file}; if not, somebody may be listening in."
            ),
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
                "It was issued by {issuer}.{} If {issuer} is your organisation's own root authority, name \
                 its certificate as {ca_file}; if not, somebody may be listening in.",
                if chain.0.len() == 1 { ALONE } else { "" }
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
            "Compare the SHA-256 with the server's owner, then name the certificate as {ca_file}",
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
            "Ask your administrator for the authority's certificate and name it as {ca_file}",
        ),
        CertificateFault::Authority => (
            "certificate-is-authority",
            "The server uses an authority's certificate",
            OWNER,
            "Issue a certificate for the server itself",
        ),
        CertificateFault::Version1 => (
            "certificate-version-1",
            "The certificate is of version 1",
            OWNER,
            "Make one of version 3 with the server's name in it",
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
        let (host, server) = ("mail.example", Server::Mail);
        let shown = Shown { host, fault: &fault, chain: &chain, server };
        let problem = distrusted(shown, "Revoked", None);
        assert_eq!(problem.code, Code::CertificateNotTrusted);
        assert_eq!(problem.title, "The certificate of mail.example was revoked");
        assert!(problem.means.ends_with("send nothing there."), "{}", problem.means);
    }
}
