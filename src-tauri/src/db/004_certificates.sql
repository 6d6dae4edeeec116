-- The public half of an app registration's certificate: what it says of itself is read from it. The
-- private key is in the vault.
CREATE TABLE certificates (
    registration TEXT PRIMARY KEY REFERENCES registrations (id) ON DELETE CASCADE,
    der          BLOB NOT NULL
) STRICT;
