-- Every message of the mirror's mailbox below this UID is known to the map, or was looked at.
ALTER TABLE mailbox ADD COLUMN target_uid_next BIGINT NOT NULL DEFAULT 0;

-- One row: the last start, at random; the journal remembers the same one.
CREATE TABLE run (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    run TEXT NOT NULL
);
