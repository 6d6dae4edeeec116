//! TCP connections: names looked up, addresses tried in turn, TCP_NODELAY on.
