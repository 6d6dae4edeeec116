-- The settings of the registration that a sign-in rests on, as JSON; NULL: nobody wrote them down.
ALTER TABLE sign_ins ADD COLUMN basis TEXT;
