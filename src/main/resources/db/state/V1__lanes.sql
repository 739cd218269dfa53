-- One row per (account, mirror). position: the last journal entry whose effect is on the mirror;
-- it means something only together with the journal's epoch.
CREATE TABLE lane (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    mirror TEXT NOT NULL,
    epoch TEXT NOT NULL,
    position BIGINT NOT NULL,
    planned INTEGER NOT NULL,
    primary_prefix TEXT NOT NULL,
    primary_separator TEXT NOT NULL,
    target_prefix TEXT NOT NULL,
    target_separator TEXT NOT NULL,
    fingerprint TEXT,
    UNIQUE (account, mirror)
);

-- A mailbox of the primary and its mailbox on the mirror. id is ours and survives a rename.
-- seen_*: what STATUS told before the last complete comparison; equal again means unchanged.
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY,
    lane BIGINT NOT NULL REFERENCES lane (id),
    name TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    uid_seen BIGINT NOT NULL,
    target_name TEXT NOT NULL,
    target_uid_validity BIGINT NOT NULL,
    special_use TEXT,
    copied INTEGER NOT NULL,
    extra BIGINT NOT NULL,
    seen_uid_next BIGINT NOT NULL,
    seen_messages BIGINT NOT NULL,
    seen_modseq BIGINT NOT NULL,
    UNIQUE (lane, name)
);

-- state: 0 mapped, 1 gone, 2 import-pending, 3 parked. uid is the primary's.
CREATE TABLE message (
    mailbox BIGINT NOT NULL REFERENCES mailbox (id),
    uid BIGINT NOT NULL,
    target_uid BIGINT,
    state INTEGER NOT NULL,
    size BIGINT NOT NULL,
    flags TEXT NOT NULL,
    since BIGINT NOT NULL,
    reason TEXT,
    PRIMARY KEY (mailbox, uid)
) WITHOUT ROWID;

-- One message of the mirror stands for one message of the primary, ever.
CREATE UNIQUE INDEX message_target ON message (mailbox, target_uid) WHERE target_uid IS NOT NULL;
CREATE INDEX message_open ON message (state, mailbox) WHERE state IN (2, 3);

-- Mailboxes with messages that were read from the primary ahead of the lane's position.
CREATE TABLE ahead (
    mailbox BIGINT PRIMARY KEY REFERENCES mailbox (id)
);

-- What is about to be stored on the mirror; looked at after a crash before anything is sent again.
CREATE TABLE attempt (
    lane BIGINT PRIMARY KEY REFERENCES lane (id),
    mailbox BIGINT NOT NULL,
    target_uid_validity BIGINT NOT NULL,
    target_uid_next BIGINT NOT NULL,
    items TEXT NOT NULL
);

-- What a comparison with the primary has to settle. name is empty for the tree and the account.
CREATE TABLE doubt (
    lane BIGINT NOT NULL REFERENCES lane (id),
    level TEXT NOT NULL,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (lane, level, name)
);

-- Events that a mirror refused for good, and deletions that the brake holds.
CREATE TABLE parked (
    lane BIGINT NOT NULL REFERENCES lane (id),
    item TEXT NOT NULL,
    what TEXT NOT NULL,
    reason TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (lane, item)
);
