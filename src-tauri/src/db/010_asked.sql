-- The scopes that the sign-in asked for, space separated; NULL: nobody wrote them down.
ALTER TABLE sign_ins ADD COLUMN asked TEXT;
