-- message.state 4: skipped, parked and never tried again until somebody wants it.
-- again: when a parked message is tried again by itself: 0 never, 1 when there may be room, 2 daily.
ALTER TABLE message ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_skipped ON message (mailbox) WHERE state = 4;
CREATE INDEX message_again ON message (mailbox) WHERE again > 0;

-- scope: mailboxes that a parked journal entry names, one a line; NULL for the tree.
-- detail: what exactly the brake holds. approved: 1 that much, 2 also where a side became empty.
ALTER TABLE parked ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parked ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parked ADD COLUMN scope TEXT;
ALTER TABLE parked ADD COLUMN detail TEXT;
ALTER TABLE parked ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;

-- A mailbox that the primary deleted and that stays on the mirror for the messages held in it.
-- name: the primary's when it was deleted. aside: the name it is being moved to.
CREATE TABLE grave (
    id INTEGER PRIMARY KEY,
    lane BIGINT NOT NULL REFERENCES lane (id),
    name TEXT NOT NULL,
    target_name TEXT NOT NULL,
    aside TEXT,
    UNIQUE (lane, target_name)
);

-- Messages that are gone from the primary and stay on the mirror for a time, in a mailbox or a
-- grave. deleted: epoch milliseconds, for people; due: in the time of table steady, NULL for never.
CREATE TABLE held (
    id INTEGER PRIMARY KEY,
    lane BIGINT NOT NULL REFERENCES lane (id),
    mailbox BIGINT REFERENCES mailbox (id),
    grave BIGINT REFERENCES grave (id),
    uid BIGINT NOT NULL,
    target_uid_validity BIGINT NOT NULL,
    target_uid BIGINT NOT NULL,
    size BIGINT NOT NULL,
    deleted BIGINT NOT NULL,
    due BIGINT,
    CHECK ((mailbox IS NULL) <> (grave IS NULL))
);
CREATE INDEX held_mailbox ON held (mailbox);
CREATE INDEX held_lane ON held (lane, due);

-- A time that does not jump: what the wall clock showed, and the steady time then. One row.
CREATE TABLE steady (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    wall BIGINT NOT NULL,
    steady BIGINT NOT NULL
);

-- Attempts of which a server may still do what it was sent when they were given up: what appears
-- late is our own doing. uids: the primary's. next: in the time of table steady.
CREATE TABLE echo (
    id INTEGER PRIMARY KEY,
    lane BIGINT NOT NULL REFERENCES lane (id),
    mailbox BIGINT NOT NULL,
    target_uid_validity BIGINT NOT NULL,
    target_uid_next BIGINT NOT NULL,
    uids TEXT NOT NULL,
    checks INTEGER NOT NULL,
    next BIGINT NOT NULL
);
CREATE INDEX echo_lane ON echo (lane, next);
