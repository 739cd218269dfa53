-- Messages that are not simply mapped: few, and looked for at every step of a lane. A query has to say "state > 0" itself,
-- or SQLite does not see that this index holds all it asks for.
DROP INDEX message_open;
DROP INDEX message_skipped;
CREATE INDEX message_open ON message (mailbox, state) WHERE state > 0;
