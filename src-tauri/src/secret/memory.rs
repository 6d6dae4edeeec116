//! A vault in memory: tests and the demo.
