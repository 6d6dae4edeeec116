//! The declarative file: apply and export.
