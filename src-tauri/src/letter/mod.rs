//! A message as it goes over the wire.
