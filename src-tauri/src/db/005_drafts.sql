-- The draft in the sender's mailbox that a large message was sent from by Graph: kept until it was sent
-- or removed, so that one that is left behind can be told and removed.
ALTER TABLE sends ADD COLUMN draft TEXT;
