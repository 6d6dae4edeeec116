use super::*;
use crate::{
    clock::Timestamp,
    profile::{
        Basis, ProfileId, Registration,
        check::tests::{profile, registration},
    },
    secret::{SecretKey, SecretName},
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).unwrap()
}

/// One registration, and one profile that signs in through it.
fn store() -> (Profiles, ProfileId) {
    let profiles = Profiles::new(Db::in_memory().unwrap());
    let invoices = profile();
    profiles
        .change::<_, StoreError>(|rows| {
            rows.insert_registration(&registration())?;
            rows.insert_profile(&invoices)
        })
        .unwrap();
    (profiles, invoices.id)
}

#[test]
fn what_goes_in_comes_out() {
    let (profiles, id) = store();
    profiles
        .look::<_, StoreError>(|rows| {
            assert_eq!(rows.registrations()?, [registration()]);
            assert_eq!(rows.profiles()?, [crate::profile::Profile { id, ..profile() }]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_profile_is_found_by_id_and_by_name_in_any_case() {
    let (profiles, id) = store();
    let find = |asked: &str| profiles.look(|rows| rows.profile_id(asked));
    for asked in ["Invoices", "iNVOICES", " invoices ", &id.to_string()] {
        assert_eq!(find(asked).unwrap(), id, "{asked}");
    }
    let Err(StoreError::NoProfile { nearest, .. }) = find("Invoice") else { panic!("found") };
    assert_eq!(nearest.as_deref(), Some("Invoices"));
    let Err(StoreError::NoProfile { nearest, .. }) = find("Zebra") else { panic!("found") };
    assert_eq!(nearest, None);
}

#[test]
fn copies_get_names_of_their_own_and_no_secrets() {
    let (profiles, id) = store();
    let key = SecretKey::new(id, SecretName::RefreshToken);
    let copies = profiles.change::<_, StoreError>(|rows| {
        rows.secret_is_set(key, at(1))?;
        let copies = [rows.duplicate_profile(id)?, rows.duplicate_profile(id)?];
        assert!(rows.secrets_of(copies[0].id)?.is_empty());
        Ok(copies.map(|copy| copy.name))
    });
    assert_eq!(copies.unwrap(), ["Invoices copy", "Invoices copy 2"]);
}

#[test]
fn a_name_is_given_once_in_any_case() {
    let (profiles, _) = store();
    let again = crate::profile::Profile { name: "INVOICES".into(), ..profile() };
    let refused = profiles.change(|rows| rows.insert_profile(&again));
    assert!(matches!(refused, Err(StoreError::NameTaken { name }) if name == "INVOICES"));
}

#[test]
fn a_removed_profile_can_be_put_back_unless_its_name_went() {
    let (profiles, id) = store();
    profiles
        .change::<_, StoreError>(|rows| {
            rows.remove_profile(id, at(100))?;
            assert!(rows.profiles()?.is_empty());
            assert_eq!(rows.removed_profiles(at(99))?, []);
            assert_eq!(rows.removed_profiles(at(100))?, [id]);
            rows.restore_profile(id)?;
            assert_eq!(rows.profiles()?.len(), 1);
            rows.remove_profile(id, at(200))?;
            rows.insert_profile(&profile())?;
            assert!(matches!(rows.restore_profile(id), Err(StoreError::NameTaken { .. })));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_registration_in_use_stays_and_names_its_users() {
    let (profiles, id) = store();
    let remove = || profiles.change(|rows| rows.remove_registration(registration().id));
    let Err(StoreError::InUse { by, .. }) = remove() else { panic!("removed") };
    assert_eq!(by, ["Invoices"]);
    profiles.change(|rows| rows.remove_profile(id, at(1))).unwrap();
    assert!(matches!(remove(), Err(StoreError::InUse { .. })), "it can still be put back");
    profiles.change(|rows| rows.purge_profile(id)).unwrap();
    remove().unwrap();
    assert!(matches!(remove(), Err(StoreError::NoRegistration { .. })));
}

#[test]
fn a_registration_cannot_change_under_its_profiles_into_one_they_cannot_use() {
    let (profiles, _) = store();
    let other = crate::profile::Registration { sandbox: true, ..registration() };
    let refused =
        profiles.change(|rows| rows.update_registration(&other, Timestamp::from_unix(0).unwrap()));
    assert!(matches!(refused, Err(StoreError::WouldBreak { .. })), "{refused:?}");
    let kept = profiles.look(|rows| rows.registration(registration().id)).unwrap();
    assert_eq!(kept, registration(), "nothing was written");
}

#[test]
fn secrets_stay_on_record_until_the_vault_has_let_go() {
    let (profiles, id) = store();
    let key = SecretKey::new(id, SecretName::Password);
    profiles
        .change::<_, StoreError>(|rows| {
            rows.secret_is_set(key, at(5))?;
            rows.purge_profile(id)?;
            assert_eq!(rows.secrets_of(id)?, [(SecretName::Password, at(5))]);
            rows.secret_is_gone(key)?;
            assert!(rows.secrets_of(id)?.is_empty());
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_sign_in_is_replaced_and_goes_with_its_profile() {
    let (profiles, id) = store();
    let known = SignedIn {
        account: Some("invoices@kestrel.example".into()),
        tenant: Some("11111111-2222-3333-4444-555555555555".into()),
        asked: Some(vec!["openid".into(), "email".into()]),
        scopes: vec!["openid".into(), "https://outlook.office.com/SMTP.Send".into()],
        missing: vec!["https://outlook.office.com/IMAP.AccessAsUser.All".into()],
        signed_in_at: at(1),
        refreshed_at: at(2),
        needs_sign_in: None,
        basis: Some(Basis::of(&registration())),
    };
    let later =
        SignedIn { refreshed_at: at(3), needs_sign_in: Some("revoked".into()), ..known.clone() };
    profiles
        .change::<_, StoreError>(|rows| {
            rows.put_sign_in(id, &known)?;
            assert_eq!(rows.sign_in(id)?, Some(known));
            rows.put_sign_in(id, &later)?;
            assert_eq!(rows.sign_in(id)?, Some(later));
            rows.purge_profile(id)?;
            assert_eq!(rows.sign_in(id)?, None);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_sign_in_that_did_not_ask_for_all_that_is_needed_now_has_to_be_repeated() {
    let (profiles, id) = store();
    let known = SignedIn {
        account: None,
        tenant: None,
        asked: None,
        scopes: Vec::new(),
        missing: Vec::new(),
        signed_in_at: at(1),
        refreshed_at: at(1),
        needs_sign_in: None,
        basis: Some(Basis::of(&registration())),
    };
    let asked = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let elsewhere = Registration { client_id: "another".into(), ..registration() };
    let table = [
        (Some("mail offline_access"), "mail", registration(), vec![]),
        (Some("mail offline_access"), "mail mail.read", registration(), vec!["scopes"]),
        (Some("mail"), "mail mail.read", elsewhere, vec!["client_id"]),
        (None, "mail", registration(), vec![]),
    ];
    profiles
        .change::<_, StoreError>(|rows| {
            for (number, (before, now, through, expected)) in table.into_iter().enumerate() {
                rows.put_sign_in(id, &SignedIn { asked: before.map(asked), ..known.clone() })?;
                let scopes = asked(now);
                let profile = crate::profile::Profile { scopes, ..rows.profile(id)? };
                let kept = rows.sign_in(id)?.expect("it was put there");
                assert_eq!(kept.changed(&profile, &through), expected, "row {number}");
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_claims_challenge_is_kept_until_it_is_answered() {
    let (profiles, id) = store();
    profiles
        .change::<_, StoreError>(|rows| {
            assert_eq!(rows.claims_challenge(id)?, None);
            for claims in [r#"{"id_token":{}}"#, r#"{"access_token":{}}"#] {
                rows.keep_claims_challenge(id, claims)?;
                assert_eq!(rows.claims_challenge(id)?.as_deref(), Some(claims));
            }
            rows.forget_claims_challenge(id)?;
            assert_eq!(rows.claims_challenge(id)?, None);
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_a_hand_changed_in_the_file_is_not_believed() {
    let (profiles, id) = store();
    let tampered = profiles.change::<_, StoreError>(|rows| {
        rows.0.execute(
            "UPDATE registrations SET document = json_set(document, '$.tenant', 'evil.example/x?')",
            [],
        )?;
        Ok(())
    });
    tampered.unwrap();
    let read = profiles.look(|rows| rows.profile(id));
    let Err(StoreError::Unreadable { name, faults }) = read else { panic!("{read:?}") };
    assert_eq!((name.as_str(), faults[0].field.as_str()), ("kestrel", "tenant"));
}

#[test]
fn what_an_administrator_allowed_counts_for_the_same_client_and_tenant() {
    let (profiles, id) = store();
    let app = registration();
    let known = AdminConsent { tenant: None, scopes: vec!["a".to_owned()], granted_at: at(1) };
    profiles
        .change::<_, StoreError>(|rows| {
            assert_eq!(rows.admin_consent(&app)?, None);
            rows.put_admin_consent(&app, &known)?;
            let known = AdminConsent { tenant: Some("t-1".to_owned()), granted_at: at(2), ..known };
            rows.put_admin_consent(&app, &known)?;
            assert_eq!(rows.admin_consent(&app)?, Some(known));
            for change in [
                |app: &mut Registration| "another".clone_into(&mut app.client_id),
                |app: &mut Registration| app.tenant = Some("other.example".to_owned()),
            ] {
                let mut changed = app.clone();
                change(&mut changed);
                assert_eq!(rows.admin_consent(&changed)?, None);
            }
            rows.remove_profile(id, at(3))?;
            rows.purge_profile(id)?;
            rows.remove_registration(app.id)?;
            rows.insert_registration(&app)?;
            assert_eq!(rows.admin_consent(&app)?, None, "it goes with the registration");
            Ok(())
        })
        .unwrap();
}
