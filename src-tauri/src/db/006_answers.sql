-- What the provider's answer to a sign-in says.
ALTER TABLE sign_ins ADD COLUMN tenant TEXT;                      -- where the account lives, as it says
ALTER TABLE sign_ins ADD COLUMN missing TEXT NOT NULL DEFAULT ''; -- asked and not granted, space separated

-- What a provider or a resource wants the next sign-in to prove: a claims challenge, JSON. It goes
-- with the sign-in that answers it.
CREATE TABLE claims_challenges (
    profile TEXT PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    claims  TEXT NOT NULL
) STRICT;
