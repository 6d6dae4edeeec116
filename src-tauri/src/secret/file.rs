//! The passphrase-encrypted vault, for machines without a keychain.
