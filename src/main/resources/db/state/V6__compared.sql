-- What the last comparison of a mailbox found, beside seen_* of its row.
-- since: wall clock in ms before seen_* was read; rows of messages that are newer were changed after it.
-- full_at: when all messages of the primary's mailbox were last compared, by the steady clock in ms.
-- mailbox_id: what the primary calls the mailbox whatever its name is (RFC 8474).
-- target_*: what STATUS of the mirror told before everything was found in order there.
CREATE TABLE compared (
    mailbox BIGINT PRIMARY KEY REFERENCES mailbox (id),
    since BIGINT NOT NULL DEFAULT 0,
    full_at BIGINT NOT NULL DEFAULT 0,
    mailbox_id TEXT,
    target_uid_validity BIGINT NOT NULL DEFAULT 0,
    target_uid_next BIGINT NOT NULL DEFAULT 0,
    target_messages BIGINT NOT NULL DEFAULT 0,
    target_modseq BIGINT NOT NULL DEFAULT 0
);
