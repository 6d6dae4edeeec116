use super::*;
use crate::secret::SecretName;
use std::sync::atomic::AtomicUsize;
use uuid::Uuid;

const KEY: SecretKey = SecretKey { owner: Uuid::nil(), name: SecretName::Password };

fn over_mock(patience: Duration) -> Keychain {
    let store = keyring_core::mock::Store::new().unwrap();
    Keychain::over(move || Ok(Arc::clone(&store) as _), |_| HashMap::new(), 256, patience)
}

#[test]
fn a_store_of_small_entries_keeps_a_long_secret() {
    let keychain = over_mock(Duration::from_secs(10));
    let long = Secret::new("s".repeat(20_000));
    keychain.put(&KEY, &long, "Invoices: password").unwrap();
    assert_eq!(keychain.get(&KEY).unwrap().unwrap().expose(), long.expose());
    keychain.forget(&KEY).unwrap();
    assert!(keychain.get(&KEY).unwrap().is_none());
}

#[test]
fn nobody_waits_for_ever_and_the_next_call_has_its_own_chance() {
    let calls = AtomicUsize::new(0);
    let (let_go, stuck) = mpsc::channel::<()>();
    let stuck = Mutex::new(stuck);
    let store = keyring_core::mock::Store::new().unwrap();
    let keychain = Keychain::over(
        move || {
            if calls.fetch_add(1, Ordering::SeqCst) == 0 {
                let _ = stuck.lock().unwrap().recv();
            }
            Ok(Arc::clone(&store) as _)
        },
        |_| HashMap::new(),
        256,
        Duration::from_secs(1),
    );
    let first = keychain.put(&KEY, &Secret::new("late"), "");
    assert!(matches!(first, Err(VaultError::Locked { .. })), "{first:?}");
    keychain.put(&KEY, &Secret::new("in time"), "").unwrap();
    drop(let_go);
    assert_eq!(keychain.get(&KEY).unwrap().unwrap().expose(), "in time");
}

#[test]
fn a_keychain_that_was_prepared_is_connected_to_once_and_one_that_was_not_there_again() {
    let (calls, told) = mpsc::channel();
    let store = keyring_core::mock::Store::new().unwrap();
    let absent = AtomicBool::new(true);
    let connect = move || {
        let _ = calls.send(());
        if absent.swap(false, Ordering::SeqCst) {
            return Err(Error::NoDefaultStore);
        }
        Ok(Arc::clone(&store) as _)
    };
    let keychain = Keychain::over(connect, |_| HashMap::new(), 256, Duration::from_secs(10));
    let connected = || told.recv_timeout(Duration::from_secs(10));
    keychain.prepare();
    connected().expect("it was not there");
    keychain.prepare();
    connected().expect("it was tried again");
    keychain.get(&KEY).unwrap();
    assert!(told.try_recv().is_err(), "it was connected already");
}

#[test]
fn no_store_is_absent() {
    let keychain = Keychain::over(
        || Err(Error::NoDefaultStore),
        platform::modifiers,
        256,
        Duration::from_secs(10),
    );
    assert!(matches!(keychain.get(&KEY), Err(VaultError::Absent { .. })));
}

#[test]
#[rustfmt::skip]
fn locked_absent_and_refused_are_told_apart() {
    let table = [
        (Error::NoStorageAccess("Windows ERROR_NO_SUCH_LOGON_SESSION".into()),           "absent"),
        (Error::NoStorageAccess("SS error: result not returned from SS API".into()),     "absent"),
        (Error::PlatformFailure("Error { code: -25308, message: \"…\" }".into()),        "locked"),
        (Error::PlatformFailure("stub received bad data (1783)".into()),                 "refused"),
        (Error::TooLong("secret".to_owned(), 2560),                                      "refused"),
    ];
    for (error, expected) in table {
        let kind = match told(&error) {
            VaultError::Locked { .. } => "locked",
            VaultError::Absent { .. } => "absent",
            _ => "refused",
        };
        assert_eq!(kind, expected, "{error}");
    }
}
