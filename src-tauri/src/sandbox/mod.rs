//! A mail world on loopback.
