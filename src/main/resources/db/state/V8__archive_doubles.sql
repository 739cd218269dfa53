ALTER TABLE archive_mailbox DROP COLUMN late;

-- By the steady clock in ms: when the mirror was first looked at for what became of it.
ALTER TABLE attempt ADD COLUMN looked BIGINT;

-- Messages that the archive's server stored once more, late, when they had been sent again: nothing is
-- removed from an archive. box_*: as in archive_place.
CREATE TABLE archive_double (
    lane BIGINT NOT NULL REFERENCES lane (id),
    box TEXT NOT NULL,
    box_uid_validity BIGINT NOT NULL,
    box_uid BIGINT NOT NULL,
    PRIMARY KEY (lane, box, box_uid_validity, box_uid)
);

-- What the messages of a mirror's mailbox are like that is about to be renamed, on a server that numbers them anew
-- then. date: INTERNALDATE in epoch seconds.
CREATE TABLE renumbering (
    mailbox BIGINT NOT NULL,
    target_uid BIGINT NOT NULL,
    message_id TEXT,
    headers TEXT NOT NULL,
    date BIGINT,
    size BIGINT NOT NULL,
    PRIMARY KEY (mailbox, target_uid)
);
