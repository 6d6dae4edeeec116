//! TLS: which certificates are trusted, which versions are spoken.
