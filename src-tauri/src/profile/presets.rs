//! What is known of each provider: a table with its sources.
