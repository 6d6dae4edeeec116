//! Where there is no keychain: a vault file, offered, made, and opened again at the next start.

use crate::{servers::servers, session::Session};
use std::fs;

const PASSPHRASE: &str = "correct horse battery staple";

#[test]
fn without_a_keychain_secrets_go_to_a_file_whose_passphrase_the_window_asks_for() {
    let session = Session::without_keyring(servers());
    let file = session.home().join("data/sendright/vault.age");
    {
        let (_driver, window) = session.window();
        window.see("There is no keychain in this session");
        assert!(!file.exists(), "nothing is made that nobody asked for");
        window.press("Make a vault file…");
        window.fill("Passphrase", PASSPHRASE);
        window.fill("The same again", "correct horse");
        window.press("Make the vault file");
        window.see("The two differ.");
        session.picture("vault-new");
        window.fill("The same again", PASSPHRASE);
        window.press("Make the vault file");
        window.see("The vault file is made");
        assert!(
            fs::read_to_string(&file).is_ok_and(|text| text.contains("BEGIN AGE ENCRYPTED FILE"))
        );
    }
    let (_driver, window) = session.window();
    window.see("Passwords and tokens of your senders are in a file");
    window.fill("Passphrase", "correct horse");
    window.press("Open");
    window.see("This passphrase does not open it. Try again.");
    session.picture("vault-wrong");
    window.fill("Passphrase", PASSPHRASE);
    window.press("Open");
    window.see("The vault file is open");
    assert!(!session.log().contains("correct horse"), "a passphrase is never logged");
}
