-- Whether the person was shown that nobody knows how a send ended.
ALTER TABLE sends ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sends_unseen ON sends (id) WHERE outcome = 'uncertain' AND NOT seen;
