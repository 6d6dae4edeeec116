-- What is newest is written most: in ascending order it lands at an index's end, where SQLite has
-- the least to move (balance_quick in its btree.c). Read backwards, such an index gives the newest first,
-- and of one moment what was written last.
DROP INDEX sends_by_time;
DROP INDEX sends_by_profile;
CREATE INDEX sends_by_time ON sends (started_at);
CREATE INDEX sends_by_profile ON sends (profile, started_at);

-- What a program that went away was sending is looked for at every start, however long the history.
CREATE INDEX sends_under_way ON sends (worker) WHERE outcome = 'sending';
