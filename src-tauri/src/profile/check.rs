//! Whether settings can be accepted, and if not which, why, and what would be right.
