-- Profiles and registrations are kept as JSON documents beside the columns that are searched or
-- must be unique; `document` is what `profile::store` writes and no secret is ever in it.
CREATE TABLE registrations (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE profiles (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    registration TEXT REFERENCES registrations (id) ON DELETE RESTRICT,
    position     INTEGER NOT NULL,
    document     TEXT NOT NULL,
    removed_at   INTEGER                 -- ms; set while a removal can still be undone
) STRICT;
-- A removed profile gives its name away; putting it back finds out whether it is still free.
CREATE UNIQUE INDEX profiles_by_name ON profiles (name COLLATE NOCASE) WHERE removed_at IS NULL;

-- Which secrets an owner has, so that they can be listed and removed without asking the vault.
CREATE TABLE secrets (
    owner  TEXT NOT NULL,
    name   TEXT NOT NULL,
    set_at INTEGER NOT NULL,             -- ms
    PRIMARY KEY (owner, name)
) STRICT;

-- What is known of a sign-in; the tokens themselves are in the vault or in memory.
CREATE TABLE sign_ins (
    profile           TEXT PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    account           TEXT,              -- who signed in, as the provider names them
    scopes            TEXT NOT NULL,     -- granted, space separated
    signed_in_at      INTEGER NOT NULL,  -- ms
    refreshed_at      INTEGER NOT NULL,  -- ms
    needs_sign_in     TEXT               -- why only the person can renew it; NULL: it renews itself
) STRICT;

-- Every send, written before its first byte leaves.
CREATE TABLE sends (
    id           TEXT PRIMARY KEY,
    profile      TEXT,                   -- kept when the profile goes
    profile_name TEXT NOT NULL,
    started_at   INTEGER NOT NULL,       -- ms
    took_ms      INTEGER,
    transport    TEXT NOT NULL,
    from_address TEXT NOT NULL,
    recipients   TEXT NOT NULL,          -- JSON: [{address, outcome, reply}]
    subject      TEXT NOT NULL,
    message_id   TEXT NOT NULL,
    size         INTEGER NOT NULL,       -- octets on the wire
    outcome      TEXT NOT NULL,          -- sending until it ends
    stage        TEXT NOT NULL,
    reply        TEXT,
    problem      TEXT,                   -- JSON
    transcript   TEXT,                   -- JSON lines, secrets struck out on the way in
    worker       TEXT NOT NULL,          -- whose lock is held while it is sending
    sandbox      INTEGER NOT NULL
) STRICT;
CREATE INDEX sends_by_time ON sends (started_at DESC);
CREATE INDEX sends_by_profile ON sends (profile, started_at DESC);

-- Choices for the app as a whole.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
