-- The two accounts that this file is about: one row.
CREATE TABLE pair (
    source TEXT NOT NULL,
    target TEXT NOT NULL
);

-- A mailbox of the target. made: a run made it.
CREATE TABLE target (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    uid_validity BIGINT NOT NULL,
    made INTEGER NOT NULL
);

-- A mailbox of the source, and the one that it is brought to.
-- matched: what the target held below target_uid_next was compared with it.
-- options: of the last run that brought everything over, empty where that is to be done; the
-- numbers of STATUS from then on both sides, equal again means unchanged.
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    target BIGINT NOT NULL REFERENCES target (id),
    matched INTEGER NOT NULL,
    target_uid_next BIGINT NOT NULL,
    options TEXT NOT NULL,
    seen_uid_next BIGINT NOT NULL,
    seen_messages BIGINT NOT NULL,
    seen_modseq BIGINT NOT NULL,
    target_seen_uid_next BIGINT NOT NULL,
    target_seen_messages BIGINT NOT NULL,
    target_seen_modseq BIGINT NOT NULL,
    UNIQUE (name, target)
);

-- state: 0 mapped, 1 failed, 2 in another mailbox of the target, 3 equal to another one,
-- 4 removed from the source by a run. uid is the source's. flags: what the target's message has;
-- aside: what it should have and the target does not keep. identity: of the header, null where
-- it was not needed.
CREATE TABLE message (
    mailbox BIGINT NOT NULL REFERENCES mailbox (id),
    uid BIGINT NOT NULL,
    target_uid BIGINT,
    state INTEGER NOT NULL,
    size BIGINT NOT NULL,
    flags TEXT NOT NULL,
    aside TEXT NOT NULL,
    identity BIGINT,
    PRIMARY KEY (mailbox, uid)
) WITHOUT ROWID;

CREATE UNIQUE INDEX message_target ON message (mailbox, target_uid) WHERE target_uid IS NOT NULL;
CREATE INDEX message_identity ON message (mailbox, identity) WHERE identity IS NOT NULL;
CREATE INDEX message_left ON message (mailbox, state) WHERE state = 1 OR aside <> '';

-- What is about to be stored on the target; looked at after a crash before anything is sent again.
CREATE TABLE attempt (
    target BIGINT PRIMARY KEY REFERENCES target (id),
    mailbox BIGINT NOT NULL REFERENCES mailbox (id),
    uid_validity BIGINT NOT NULL,
    uid_next BIGINT NOT NULL,
    items TEXT NOT NULL
);

-- What daily budgets have spent, by day in UTC.
CREATE TABLE spent (
    day TEXT PRIMARY KEY,
    octets BIGINT NOT NULL,
    messages BIGINT NOT NULL
);
