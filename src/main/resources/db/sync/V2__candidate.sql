-- Messages of both sides while they are compared, so that they need not be in the heap; empty when
-- no run compares. side: 0 the source's, 1 the target's. bucket: all that could be the same have
-- the same one; late: the bucket where headers do not count. seconds: 0 for no date.
CREATE TABLE candidate (
    mailbox BIGINT NOT NULL,
    side INTEGER NOT NULL,
    bucket BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    late BIGINT NOT NULL,
    headers BIGINT NOT NULL,
    named INTEGER NOT NULL,
    seconds BIGINT NOT NULL,
    size BIGINT NOT NULL,
    PRIMARY KEY (mailbox, side, bucket, uid)
) WITHOUT ROWID;
