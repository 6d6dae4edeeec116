//! The vault in a file: what it keeps, what it refuses, and what two processes do to it.

use sendright::secret::{
    Secret, SecretKey, SecretName, SecretStore as _, VaultError, file::FileVault,
};
use std::{fs, path::Path, thread, time::Instant};
use uuid::Uuid;

fn key(n: u128) -> SecretKey {
    SecretKey::new(Uuid::from_u128(n), SecretName::RefreshToken)
}

fn vault(path: &Path, passphrase: &str) -> FileVault {
    FileVault::new(path, Some(Secret::new(passphrase)))
}

#[test]
fn a_secret_comes_back_in_another_process_and_nowhere_in_the_clear() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vault.age");
    let long = Secret::new("marked-secret ".repeat(2_000));
    let first = vault(&path, "correct horse");
    assert!(first.get(&key(1)).unwrap().is_none(), "a vault that is not there yet is empty");
    first.put(&key(1), &long, "").unwrap();
    first.put(&key(2), &Secret::new("other"), "").unwrap();
    first.forget(&key(2)).unwrap();
    first.forget(&key(3)).unwrap();

    let second = vault(&path, "correct horse");
    assert_eq!(second.get(&key(1)).unwrap().unwrap().expose(), long.expose());
    assert!(second.get(&key(2)).unwrap().is_none());
    for file in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("marked-secret") && !text.contains(&key(1).owner.to_string()));
    }
}

#[test]
fn the_passphrase_is_paid_for_once() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(&dir.path().join("vault.age"), "correct horse");
    let began = Instant::now();
    vault.put(&key(1), &Secret::new("one"), "").unwrap();
    let first = began.elapsed();
    let began = Instant::now();
    for n in 0..10 {
        vault.put(&key(n), &Secret::new("more"), "").unwrap();
        vault.get(&key(n)).unwrap().unwrap();
    }
    assert!(began.elapsed() < first * 5, "20 accesses took {:?}", began.elapsed());
}

#[test]
fn what_cannot_be_opened_says_why_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vault.age");
    vault(&path, "right").put(&key(1), &Secret::new("one"), "").unwrap();
    let good = fs::read_to_string(&path).unwrap();

    let wrong = vault(&path, "wrong").put(&key(1), &Secret::new("two"), "");
    assert!(matches!(wrong, Err(VaultError::WrongPassphrase { .. })), "{wrong:?}");
    for none in [None, Some(Secret::new(""))] {
        let none = FileVault::new(&path, none).get(&key(1));
        assert!(matches!(none, Err(VaultError::NoPassphrase)), "{none:?}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), good);

    let middle = good.len() / 2;
    let table = [
        ("empty", String::new()),
        ("cut off", good[..good.len() - 40].to_owned()),
        ("only a head", good.split_inclusive("FILE-----\n").take(2).collect()),
        ("changed", format!("{}A{}", &good[..middle], &good[middle + 1..])),
        ("another file", "hello\n".to_owned()),
        ("binary", "\0\0\0".to_owned()),
    ];
    for (name, text) in table {
        fs::write(&path, &text).unwrap();
        for error in [
            vault(&path, "right").get(&key(1)).unwrap_err(),
            vault(&path, "right").put(&key(1), &Secret::new("two"), "").unwrap_err(),
        ] {
            let VaultError::Damaged { path: named, said } = error else {
                panic!("{name}: {error:?}");
            };
            assert!(named.ends_with("vault.age") && !said.is_empty(), "{name}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "{name}: nothing was overwritten");
    }
}

#[test]
fn a_place_that_cannot_be_used_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing").join("vault.age");
    let error = vault(&missing, "right").put(&key(1), &Secret::new("one"), "").unwrap_err();
    assert!(matches!(&error, VaultError::File { path, .. } if path.ends_with("vault.age")));
    // A directory where the file should be.
    let error = vault(dir.path(), "right").get(&key(1)).unwrap_err();
    assert!(matches!(error, VaultError::File { .. }), "{error:?}");
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vault.age");
    thread::scope(|scope| {
        for writer in 0..4_u128 {
            let path = &path;
            // Each has its own file handles, as separate processes have.
            scope.spawn(move || {
                let vault = vault(path, "shared");
                for n in 0..10 {
                    let value = Secret::new(format!("{writer}/{n}"));
                    vault.put(&key(writer * 100 + n), &value, "").unwrap();
                }
            });
        }
    });
    let reader = vault(&path, "shared");
    for (writer, n) in (0..4_u128).flat_map(|writer| (0..10).map(move |n| (writer, n))) {
        let kept = reader.get(&key(writer * 100 + n)).unwrap().expect("nothing was lost");
        assert_eq!(kept.expose(), format!("{writer}/{n}"));
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    vault(&dir.path().join("vault.age"), "p").put(&key(1), &Secret::new("one"), "").unwrap();
    for file in fs::read_dir(dir.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
