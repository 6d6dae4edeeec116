-- What an administrator allowed an app registration for a whole organisation, as the answer said. It
-- counts while the registration asks as the same client in the same tenant.
CREATE TABLE admin_consents (
    registration TEXT PRIMARY KEY REFERENCES registrations (id) ON DELETE CASCADE,
    client_id    TEXT NOT NULL,
    asked_tenant TEXT,                   -- as the registration names it
    tenant       TEXT,                   -- as the answer names it
    scopes       TEXT NOT NULL,          -- space separated
    granted_at   INTEGER NOT NULL        -- ms
) STRICT;
