//! What the person chose for the app as a whole.
