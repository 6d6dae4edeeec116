//! Rows in, rows out; keys to secrets, never secrets.
