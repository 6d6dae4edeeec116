//! Files that are refused.

use super::*;

#[test]
#[rustfmt::skip]
fn every_fault_says_where_and_what_would_be_right() {
    let table = [
        // in place of                  stands                                 line col field                  the remedy names
        ("redirect =",                  "redirct =",                              9,  1, "redirct",             "redirect"),
        ("imap = { host",               "imap = { hots",                         28, 10, "imap.hots",           "imap.host"),
        ("port = 465",                  "port = 70000",                          27, 41, "smtp.port",           "1 to 65535"),
        ("port = 465",                  "port = \"465\"",                        27, 41, "smtp.port",           "whole number"),
        ("{ env = \"KESTREL_SECRET\" }","\"hunter2\"",                            7, 17, "client_secret",       "{ env"),
        ("KESTREL_SECRET",              "OTHER",                                  7, 17, "client_secret",       "secret"),
        ("relay.txt",                   "gone.txt",                              26, 12, "password",            "secret"),
        ("{ file = \"relay.txt\" }",    "{ file = \"a\", env = \"b\" }",         26, 12, "password",            "{ env"),
        ("\"Kestrel\"",                 "\"Kestral\"",                           14, 16, "registration",        "kestrel"),
        ("backup = \"relay\"",          "backup = \"relays\"",                   18, 10, "backup",              "Relay"),
        ("tenant = \"kestrel.example\"","tenant = \"kestrel.example/..\"",        5, 10, "tenant",              "GUID"),
        ("name = \"Relay\"",            "name = \"INVOICES\"",                   22,  8, "name",                "name of its own"),
        ("[[profile]]\nname = \"Relay\"", "[[profil]]\nname = \"Relay\"",        21,  3, "profil",              "profile"),
        ("enabled = false",             "enabled = flase",                       23, 11, "file",                "TOML"),
    ];
    let place = Place::new();
    for (old, new, line, column, field, remedy) in table {
        let text = KESTREL.replacen(old, new, 1);
        assert_ne!(text, KESTREL, "{old}");
        let faults = place.faults(&text);
        let found = faults.iter().find(|one| one.fault.field == field).unwrap_or_else(|| panic!("{new}: {faults:?}"));
        assert_eq!((found.line, found.column), (line, column), "{new}: {found:?}");
        assert!(found.fault.remedy.contains(remedy), "{new}: {}", found.fault.remedy);
        assert!(!format!("{faults:?}").contains("hunter2"), "a secret is not repeated");
        assert_eq!(place.all(), (vec![], vec![]), "{new}: nothing is written");
        assert!(place.vault.keys().is_empty(), "{new}: nothing is in the vault");
    }
}

#[test]
fn a_file_that_changes_the_host_has_to_allow_clear_text_anew() {
    let place = Place::new();
    let clear = "port = 25, security = \"none\", allow_plaintext = \"relay.example\"";
    let text = KESTREL.replace("port = 465", clear);
    place.apply(&text).unwrap();
    assert!(place.export().contains("allow_plaintext = \"relay.example\""), "{}", place.export());

    let moved = text.replace("host = \"relay.example\"", "host = \"evil.example\"");
    let before = place.all();
    let faults = place.faults(&moved);
    let [PlacedFault { fault, .. }] = &faults[..] else { panic!("{faults:?}") };
    assert_eq!(fault.field, "smtp.allow_plaintext");
    assert!(fault.fault.contains("relay.example") && fault.fault.contains("evil.example"));
    assert_eq!(place.all(), before, "nothing is written");
    place.apply(&moved.replace("plaintext = \"relay", "plaintext = \"evil")).unwrap();
}

#[test]
fn all_faults_come_at_once() {
    let text =
        KESTREL.replace("port = 465", "port = 0").replace("@kestrel.example\"\nfrom", "\"\nfrom");
    let faults = Place::new().faults(&text);
    assert_eq!(fields(&faults), ["mailbox", "smtp.port"]);
    assert_eq!(faults[1].table, "profile \"Relay\"");
}

#[test]
#[rustfmt::skip]
fn what_cannot_be_read_hides_no_fault_of_another_table() {
    let table = [
        // in place of               stands                       beside what is wrong already
        ("enabled = false",          "enabled = 1\nsmpt = 2",     &["mailbox", "enabled", "smpt", "tags"][..]),
        ("token_grace_seconds = 60", "token_grace_seconds = \"\"", &["token_grace_seconds", "smtp.port", "tags"]),
        ("redirect = \"",            "redirekt = \"",             &["redirekt", "smtp.port", "tags"]),
        ("name = \"kestrel\"",       "name = 5",                  &["name", "tags"]),
        ("[[profile]]",              "[[profil]]",                &["profil", "tags"]),
    ];
    let wrong = KESTREL.replace("port = 465", "port = 0").replace("@kestrel.example\"\nfrom", "\"\nfrom");
    for (old, new, expected) in table {
        let text = wrong.replacen(old, new, 1) + "[[profile]]\nname = \"Third\"\ntags = 1\n";
        assert_eq!(fields(&Place::new().faults(&text)), expected, "{new}");
    }
}

fn fields(faults: &[PlacedFault]) -> Vec<&str> {
    faults.iter().map(|one| one.fault.field.as_str()).collect()
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = Place::new().apply(&text);
    }

    #[test]
    fn no_cut_or_flipped_character_makes_it_panic(at in 0..KESTREL.len(), with in "\\PC?") {
        let mut text = KESTREL.to_owned();
        text.replace_range(at..=at, &with);
        let _ = Place::new().apply(&text);
        let _ = Place::new().apply(&KESTREL[..at]);
    }
}
