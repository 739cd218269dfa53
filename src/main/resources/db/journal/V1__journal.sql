-- The journal itself: one row.
-- clean:  1 only between a clean stop and the next start
-- probes: counted up by a probe, so that it writes something
CREATE TABLE journal (
    id      BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch   TEXT    NOT NULL,
    created BIGINT  NOT NULL,
    clean   INTEGER NOT NULL,
    probes  BIGINT  NOT NULL
);

-- Accounts are never removed: their heads must not go back.
-- low:        every entry up to here was trimmed, every one from here to head is there
-- bytes:      of the account's entries and payloads
-- generation: counts the write-intent marks; marked_at is NULL while there is none
CREATE TABLE account (
    id         BIGINT NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL UNIQUE,
    head       BIGINT NOT NULL,
    low        BIGINT NOT NULL,
    bytes      BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    marked_at  BIGINT
);

CREATE INDEX account_marked ON account (id) WHERE marked_at IS NOT NULL;

CREATE TABLE entry (
    account BIGINT NOT NULL REFERENCES account (id),
    seq     BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    session TEXT   NOT NULL,
    client  TEXT   NOT NULL,
    payload TEXT,
    event   TEXT   NOT NULL,
    PRIMARY KEY (account, seq)
);

-- refs: the entries that name it; body: NULL where it is a file of the spool.
CREATE TABLE payload (
    id      TEXT   NOT NULL PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    size    BIGINT NOT NULL,
    refs    BIGINT NOT NULL,
    body    ${blob}
);

-- Who keeps a payload although no entry may name it any more.
CREATE TABLE retention (
    payload TEXT NOT NULL REFERENCES payload (id),
    holder  TEXT NOT NULL,
    PRIMARY KEY (payload, holder)
);
