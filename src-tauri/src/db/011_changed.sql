-- When settings last changed that may decide whether a message goes out; NULL: not that anybody knows.
ALTER TABLE profiles ADD COLUMN changed_at INTEGER;      -- ms
ALTER TABLE registrations ADD COLUMN changed_at INTEGER; -- ms
