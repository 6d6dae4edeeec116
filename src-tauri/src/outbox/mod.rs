//! Every send, written down before it leaves.
