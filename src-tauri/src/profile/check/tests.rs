mod registration;
mod trust;

use super::*;
use crate::profile::Mailbox;

/// A registration that is in order.
pub(crate) fn registration_draft() -> RegistrationDraft {
    RegistrationDraft {
        name: "kestrel".into(),
        provider: "microsoft".into(),
        tenant: "kestrel.example".into(),
        client_id: "11111111-2222-3333-4444-555555555555".into(),
        ..RegistrationDraft::default()
    }
}

/// A profile that is in order, signed in through [`registration`].
pub(crate) fn profile_draft() -> ProfileDraft {
    ProfileDraft {
        name: "Invoices".into(),
        registration: uuid::Uuid::from_u128(1).to_string(),
        mailbox: "invoices@kestrel.example".into(),
        ..ProfileDraft::default()
    }
}

pub(crate) fn registration() -> Registration {
    registration_draft().check(RegistrationId(uuid::Uuid::from_u128(1))).unwrap()
}

pub(crate) fn profile() -> Profile {
    profile_draft().check(crate::profile::ProfileId::new(), &[registration()]).unwrap()
}

type Change<T> = fn(&mut T);

fn faults_of_registration(change: Change<RegistrationDraft>) -> Vec<Fault> {
    let mut draft = registration_draft();
    change(&mut draft);
    draft.check(RegistrationId::new()).err().unwrap_or_default()
}

fn faults_of_profile(change: Change<ProfileDraft>) -> Vec<Fault> {
    let mut draft = profile_draft();
    change(&mut draft);
    draft.check(crate::profile::ProfileId::new(), &[registration()]).err().unwrap_or_default()
}

fn fields(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.field.as_str()).collect()
}

#[test]
fn graph_is_a_way_out_wherever_the_registration_has_its_address() {
    let custom = |graph_url: &str| {
        let draft = RegistrationDraft {
            provider: "custom".into(),
            authorize_endpoint: "https://id.example/a".into(),
            token_endpoint: "https://id.example/t".into(),
            graph_url: graph_url.into(),
            ..registration_draft()
        };
        draft.check(RegistrationId(uuid::Uuid::from_u128(1))).unwrap()
    };
    let draft = ProfileDraft { transport: "graph".into(), ..profile_draft() };
    let check = |registration| draft.check(crate::profile::ProfileId::new(), &[registration]);
    assert!(check(custom("https://graph.example")).is_ok());
    assert_eq!(fields(&check(custom("")).unwrap_err()), ["transport"]);
}

#[test]
#[rustfmt::skip]
#[allow(clippy::too_many_lines, clippy::unnecessary_wraps)] // a table
fn a_profiles_faults_are_named() {
    fn smtp(host: &str, port: i64, security: &str) -> Option<SmtpDraft> {
        Some(SmtpDraft { host: host.into(), port: Some(port), security: security.into(), ..SmtpDraft::default() })
    }
    fn allowed(host: &str, allowed: &str) -> Option<SmtpDraft> {
        smtp(host, 2525, "none").map(|smtp| SmtpDraft { allow_plaintext: allowed.into(), ..smtp })
    }
    let table: &[(Change<ProfileDraft>, &[&str])] = &[
        (|_| {},                                                              &[]),
        (|p| p.registration = "nobody".into(),                                &["registration"]),
        (|p| p.registration.clear(),                                          &["smtp"]),
        (|p| { p.registration.clear(); p.sign_in = "app-only".into() },       &["registration", "smtp"]),
        (|p| p.sign_in = "password".into(),                                   &["registration"]),
        (|p| p.sign_in = "oauth".into(),                                      &["sign_in"]),
        (|p| p.mailbox = "invoices".into(),                                   &["mailbox"]),
        (|p| p.mailbox = "a@b.example\r\nRCPT TO:<x@y.example>".into(),       &["mailbox"]),
        (|p| p.mailbox = "a@b.example> SIZE=1".into(),                        &["mailbox"]),
        (|p| p.mailbox = "<a@b.example>".into(),                              &["mailbox"]),
        (|p| p.mailbox = ".a@b.example".into(),                               &["mailbox"]),
        (|p| p.mailbox = "käthe@kästrel.example".into(),                      &[]),
        (|p| p.from = "Kestrel, Invoices <invoices@kestrel.example>".into(),  &[]),
        (|p| p.from = "Kestrel <invoices@kestrel.example> x".into(),          &["from"]),
        (|p| p.from = "Kestrel\nBcc: x@y.example <a@b.example>".into(),       &["from"]),
        (|p| p.from = "Kestrel <b@c.example> <a@b.example>".into(),           &["from"]),
        (|p| p.reply_to = "nobody".into(),                                    &["reply_to"]),
        (|p| p.send_as = vec!["*".into()],                                    &[]),
        (|p| p.send_as = vec!["*".into(), "a@b.example".into()],              &["send_as"]),
        (|p| p.send_as = vec!["a@b.example".into(), "b".into()],              &["send_as"]),
        (|p| p.send_as = vec!["a@b.example".into(); 500],                     &[]),
        (|p| p.send_as = vec!["a@b.example".into(); 501],                     &["send_as"]),
        (|p| p.smtp = smtp("smtp.example", 587, "starttls"),                  &[]),
        (|p| p.smtp = smtp("smtp.example", 0, ""),                            &["smtp.port"]),
        (|p| p.smtp = smtp("smtp.example", 70_000, ""),                       &["smtp.port"]),
        (|p| p.smtp = smtp("smtp.example", 465, "starttls"),                  &["smtp.port"]),
        (|p| p.smtp = smtp("smtp.example", 587, "tls"),                       &["smtp.port"]),
        (|p| p.smtp = smtp("smtp.example", 2525, "ssl"),                      &["smtp.security"]),
        (|p| p.smtp = smtp("https://smtp.example", 587, ""),                  &["smtp.host"]),
        (|p| p.smtp = smtp("smtp.example:587", 587, ""),                      &["smtp.host"]),
        (|p| p.smtp = smtp("smtp example", 587, ""),                          &["smtp.host"]),
        (|p| p.smtp = smtp("", 587, ""),                                      &["smtp.host"]),
        (|p| p.smtp = smtp("300.1.1.1", 587, ""),                             &["smtp.host"]),
        (|p| p.smtp = smtp("::1", 2525, "none"),                              &[]),
        (|p| p.smtp = smtp("mail_relay", 2525, "none"),                       &[]),
        (|p| p.imap = Some(ImapDraft { port: Some(-1), ..ImapDraft::default() }), &["imap.host", "imap.port"]),
        (|p| p.route = "socks5://proxy.example:1080".into(),                  &[]),
        (|p| p.route = "http://[::1]:8080".into(),                            &[]),
        (|p| p.route = "socks5://proxy.example".into(),                       &["route"]),
        (|p| p.route = "socks5://me@proxy.example:1080".into(),               &[]),
        (|p| p.route = "http://corp%5Cme@[2001:db8::1]:3128".into(),          &[]),
        (|p| p.route = "socks5://me:pw@proxy.example:1080".into(),            &["route"]),
        (|p| p.route = "http://me%3Apw@proxy.example:3128".into(),            &["route"]),
        (|p| p.route = "ftp://proxy.example:1".into(),                        &["route"]),
        (|p| p.smtp = allowed("bücher.example", "bücher.example"),            &[]),
        (|p| p.smtp = allowed("bücher.example", "BÜCHER.example"),            &[]),
        (|p| p.smtp = allowed("relay.example.", "relay.example."),            &[]),
        (|p| p.smtp = allowed("relay.example.", "relay.example"),             &[]),
        (|p| p.smtp = allowed("[fd00::1]", "[fd00::1]"),                      &[]),
        (|p| p.smtp = allowed("[fd00::1]", "fd00:0::1"),                      &[]),
        (|p| p.smtp = allowed("[fd00::1]", "[fd00::2]"),                      &["smtp.allow_plaintext"]),
        (|p| p.smtp = allowed("relay.example", "relay example"),              &["smtp.allow_plaintext"]),
        (|p| p.transport = "graph".into(),                                    &[]),
        (|p| p.transport = "pigeon".into(),                                   &["transport"]),
        (|p| { p.registration.clear(); p.transport = "graph".into() },        &["transport"]),
        (|p| p.scopes = vec!["https://outlook.office.com/SMTP.Send,offline_access".into()], &["scopes"]),
        (|p| p.scopes = vec!["https://outlook.office.com/SMTP.Send offline_access".into()], &["scopes"]),
        (|p| p.scopes = vec!["SMTP.Send".into(), "offline_access".into()],    &["scopes"]),
        (|p| p.scopes = vec!["openid".into()],                                &["scopes"]),
        (|p| p.scopes = vec!["https://outlook.office.com/SMTP.Send".into(), "Mail.Send".into()], &[]),
        (|p| p.scopes = vec!["https://outlook.office365.com/.default".into()], &["scopes"]),
        (|p| { p.sign_in = "app-only".into(); p.scopes = vec!["https://outlook.office365.com/.default".into()] }, &[]),
        (|p| { p.sign_in = "app-only".into(); p.scopes = vec!["https://outlook.office.com/SMTP.Send".into()] }, &["scopes"]),
        (|p| p.token_grace_seconds = -1,                                      &["token_grace_seconds"]),
        (|p| p.token_grace_seconds = 1_000_000,                               &["token_grace_seconds"]),
        (|p| p.tags = vec!["a".into(), "a".into()],                           &[]),
        (|p| p.tags = vec![String::new()],                                    &["tags"]),
        (|p| p.technical_mail = "ops".into(),                                 &["technical_mail"]),
        (|p| p.backup = "Nobody".into(),                                      &["backup"]),
        (|p| p.sandbox = true,                                                &["sandbox"]),
    ];
    for (row, (change, expected)) in table.iter().enumerate() {
        assert_eq!(fields(&faults_of_profile(*change)), *expected, "row {row}");
    }
}

#[test]
fn an_app_signs_in_to_one_tenant() {
    for word in crate::profile::presets::TENANT_WORDS {
        let shared = Registration { tenant: Some(word.into()), ..registration() };
        let app = ProfileDraft { sign_in: "app-only".into(), ..profile_draft() };
        let refused = app.check(crate::profile::ProfileId::new(), &[shared]).unwrap_err();
        assert_eq!(fields(&refused), ["sign_in"], "{word}");
    }
}

#[test]
fn a_password_servers_user_need_not_be_an_address_when_the_sender_is_given() {
    let relay = ProfileDraft {
        registration: String::new(),
        mailbox: "AKIAEXAMPLE".into(),
        from: "Kestrel <invoices@kestrel.example>".into(),
        smtp: Some(SmtpDraft { host: "relay.example".into(), ..SmtpDraft::default() }),
        ..profile_draft()
    };
    let checked = relay.check(crate::profile::ProfileId::new(), &[]).unwrap();
    assert_eq!(checked.mailbox, "AKIAEXAMPLE");
    let bare = ProfileDraft { from: String::new(), ..relay };
    let refused = bare.check(crate::profile::ProfileId::new(), &[]).unwrap_err();
    assert_eq!(fields(&refused), ["mailbox"]);
}

#[test]
fn what_is_checked_reads_back_as_the_same() {
    let full = ProfileDraft {
        tags: vec!["production".into()],
        scopes: vec!["https://outlook.office.com/SMTP.Send".into()],
        from: "Kestrel Invoices <invoices@kestrel.example>".into(),
        send_as: vec!["anna@kestrel.example".into()],
        smtp: Some(SmtpDraft {
            host: "mäil.example".into(),
            min_tls: "1.3".into(),
            ..SmtpDraft::default()
        }),
        imap: Some(ImapDraft { host: "imap.example".into(), ..ImapDraft::default() }),
        route: "socks5://[::1]:1080".into(),
        ..profile_draft()
    };
    let once = full.check(crate::profile::ProfileId::new(), &[registration()]).unwrap();
    let smtp = once.smtp.as_ref().unwrap();
    assert_eq!((smtp.host.as_str(), smtp.port), ("xn--mil-qla.example", 587));
    let twice = ProfileDraft::from(&once).check(once.id, &[registration()]).unwrap();
    assert_eq!(once, twice);
    let again = RegistrationDraft::from(&registration()).check(registration().id).unwrap();
    assert_eq!(again, registration());
}

#[test]
fn what_has_no_behaviour_yet_says_so() {
    assert!(profile().not_yet().is_empty());
    let used = ProfileDraft { technical_mail: "ops@kestrel.example".into(), ..profile_draft() };
    let said = used.check(crate::profile::ProfileId::new(), &[registration()]).unwrap().not_yet();
    assert!(said[0].starts_with("technical_mail:"), "{said:?}");
}

#[test]
fn a_certificate_file_must_hold_certificates() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("corp.pem");
    let with = Registration { ca_file: Some(file.clone()), ..registration() };
    assert_eq!(fields(&with.files()), ["ca_file"], "missing");
    std::fs::write(&file, "not PEM").unwrap();
    assert_eq!(fields(&with.files()), ["ca_file"], "not PEM");
    let made = rcgen::generate_simple_self_signed(["ca.example".to_owned()]).unwrap();
    std::fs::write(&file, made.cert.pem()).unwrap();
    assert_eq!(with.files(), []);
}

proptest::proptest! {
    #[test]
    fn checking_never_panics_and_what_passes_stays(words in proptest::collection::vec("\\PC{0,40}", 14)) {
        let word = |at: usize| words[at].clone();
        let registration = RegistrationDraft {
            provider: "custom".into(), tenant: word(0), client_id: word(1), authority: word(2),
            authorize_endpoint: word(3), token_endpoint: format!("https://{}", word(4)),
            redirect: word(5), name: word(6), ..RegistrationDraft::default()
        };
        if let Ok(checked) = registration.check(RegistrationId::new()) {
            crate::profile::presets::endpoints(&checked);
        }
        let profile = ProfileDraft {
            name: word(7), mailbox: word(8), from: word(9), send_as: vec![word(10)],
            smtp: Some(SmtpDraft { host: word(11), ..SmtpDraft::default() }),
            route: word(12), tags: vec![word(13)], ..ProfileDraft::default()
        };
        let id = crate::profile::ProfileId::new();
        if let Ok(checked) = profile.check(id, &[]) {
            proptest::prop_assert_eq!(ProfileDraft::from(&checked).check(id, &[]), Ok(checked));
        }
    }

    #[test]
    fn no_address_breaks_out_of_a_command(text in "[a-z@.<>\\r\\n \\x00ö]{1,30}") {
        if let Ok(Mailbox { address, .. }) = mailbox(&text) {
            proptest::prop_assert!(!address.contains(['<', '>', '\r', '\n', ' ', '\0']));
        }
    }
}
