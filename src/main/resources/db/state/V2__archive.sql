-- Archive mailboxes that have been given out, for ever: no two mailboxes of the primary share one.
-- late: 1 where the primary's mailbox came after the account's first listing
CREATE TABLE archive_mailbox (
    lane BIGINT NOT NULL REFERENCES lane (id),
    name TEXT NOT NULL,
    late INTEGER NOT NULL,
    PRIMARY KEY (lane, name)
);

-- A message that is or was on the primary, and where the archive has it. Never removed. A copy or
-- a move adds a row that refers to the same message of the archive.
-- mailbox, uid: the primary's, as in the table message; mailbox is NULL when it is no more
-- name:         the mailbox's last known one
-- box_*:        the archive's
-- digest:       SHA-256 in canonical form, NULL where it was never read
-- date:         INTERNALDATE on the primary as text; instant: the same, epoch seconds
-- flags:        the last known
-- found:        1 where a comparison found it to be a copy of what the archive had: copied or moved
--               by somebody who was not seen
-- lost:         1 where somebody removed the message from the archive
-- ended, how:   when it left the primary (epoch milliseconds), and how
CREATE TABLE archive_place (
    id INTEGER PRIMARY KEY,
    lane BIGINT NOT NULL REFERENCES lane (id),
    mailbox BIGINT,
    uid BIGINT NOT NULL,
    name TEXT NOT NULL,
    box TEXT NOT NULL,
    box_uid_validity BIGINT NOT NULL,
    box_uid BIGINT NOT NULL,
    size BIGINT NOT NULL,
    digest TEXT,
    date TEXT,
    instant BIGINT,
    flags TEXT NOT NULL,
    since BIGINT NOT NULL,
    found INTEGER NOT NULL,
    lost INTEGER NOT NULL DEFAULT 0,
    ended BIGINT,
    how TEXT
);
CREATE UNIQUE INDEX archive_place_live ON archive_place (mailbox, uid) WHERE mailbox IS NOT NULL;
CREATE INDEX archive_place_size ON archive_place (lane, size);
CREATE INDEX archive_place_box ON archive_place (lane, box);

-- The audit log of each archive. entered: number of the last entry in the outbox, ever;
-- written, hash: the last line that is known to be in the file.
CREATE TABLE audit_chain (
    archive TEXT NOT NULL PRIMARY KEY,
    entered BIGINT NOT NULL,
    written BIGINT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE audit_outbox (
    archive TEXT NOT NULL,
    n BIGINT NOT NULL,
    account TEXT NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (archive, n)
) WITHOUT ROWID;
