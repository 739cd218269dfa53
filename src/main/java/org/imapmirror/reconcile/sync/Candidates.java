package org.imapmirror.reconcile.sync;

import org.imapmirror.reconcile.Matcher.Candidate;
import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/// The messages of a mailbox's two sides that may be the same, sorted by what they have in common.
/// They are in the state file, because in the heap they would need room by the size of the mailbox.
/// What a run that was killed left there is cleared by the next one.
final class Candidates {
    private static final int SOURCE = 0;
    private static final int TARGET = 1;
    private static final long NO_DATE = 0;

    /// Rows that have a counterpart on the other side.
    private static final String WITH_OTHERS =
            " FROM candidate c WHERE c.mailbox = ? AND c.side = ? AND c.bucket > ? AND c.bucket <="
                    + " ? AND EXISTS (SELECT 1 FROM candidate o WHERE o.mailbox = c.mailbox AND"
                    + " o.side = 1 - c.side AND o.bucket = c.bucket) ORDER BY c.bucket, c.uid";

    private final Database database;
    private final long mailbox;

    /// @param bucket holds all messages that could be the same
    /// @param late the bucket where headers do not count
    /// @param named the bucket is the administrator's, or a Message-ID
    /// @param seconds of INTERNALDATE since 1970, 0 for none
    record Entry(
            long bucket,
            long late,
            long headers,
            boolean named,
            long uid,
            long seconds,
            long size) {
        /// @param key who it is, as far as 64 bits go
        static Entry of(
                long key,
                long headers,
                boolean named,
                long uid,
                @Nullable Instant date,
                long size) {
            long seconds = date == null ? NO_DATE : Math.max(1, date.getEpochSecond());
            return new Entry(
                    ordered(key),
                    ordered(31 * seconds + size + (named ? key : 0)),
                    headers,
                    named,
                    uid,
                    seconds,
                    size);
        }

        /// Above the least number, behind which a walk over all begins.
        private static long ordered(long key) {
            return Math.max(key, Long.MIN_VALUE + 1);
        }

        boolean isDated() {
            return seconds != NO_DATE;
        }

        Candidate candidate() {
            return new Candidate(
                    uid,
                    named ? Long.toHexString(bucket) : null,
                    Long.toHexString(headers),
                    isDated() ? Instant.ofEpochSecond(seconds) : null,
                    size);
        }
    }

    /// Some buckets, whole, that have messages of both sides.
    ///
    /// @param last the bucket after which the next window begins
    record Window(List<Entry> source, List<Entry> target, long last) {}

    Candidates(Database database, MapBox box) {
        this.database = database;
        this.mailbox = box.id();
    }

    void clear() {
        change(c -> Sql.update(c, "DELETE FROM candidate WHERE mailbox = ?", mailbox));
        while (database.shrink()) {
            // It gives back some of the file at a time.
        }
    }

    void addSource(List<Entry> entries) {
        add(SOURCE, entries);
    }

    void addTarget(List<Entry> entries) {
        add(TARGET, entries);
    }

    private void add(int side, List<Entry> entries) {
        change(c -> {
            try (PreparedStatement insert =
                    c.prepareStatement(
                            "INSERT INTO candidate (mailbox, side, bucket, uid, late, headers,"
                                    + " named, seconds, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                    + " ON CONFLICT DO NOTHING")) {
                for (Entry e : entries) {
                    Sql.bind(
                                    insert,
                                    mailbox,
                                    side,
                                    e.bucket(),
                                    e.uid(),
                                    e.late(),
                                    e.headers(),
                                    e.named(),
                                    e.seconds(),
                                    e.size())
                            .executeUpdate();
                }
            }
        });
    }

    /// The next buckets in their order.
    ///
    /// @param after Long.MIN_VALUE to begin
    /// @param about messages of the source; more where a bucket holds more
    /// @return null where there are no more
    @Nullable Window next(long after, int about) {
        return database.read(c -> {
            List<Long> buckets =
                    Sql.list(
                            c,
                            "SELECT c.bucket" + WITH_OTHERS + " LIMIT ?",
                            row -> row.getLong(1),
                            mailbox,
                            SOURCE,
                            after,
                            Long.MAX_VALUE,
                            about);
            if (buckets.isEmpty()) {
                return null;
            }
            long last = buckets.getLast();
            return new Window(side(c, SOURCE, after, last), side(c, TARGET, after, last), last);
        });
    }

    private List<Entry> side(Connection c, int side, long after, long last) throws SQLException {
        return Sql.list(
                c, "SELECT c.*" + WITH_OTHERS, Candidates::entry, mailbox, side, after, last);
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getLong("bucket"),
                row.getLong("late"),
                row.getLong("headers"),
                row.getBoolean("named"),
                row.getLong("uid"),
                row.getLong("seconds"),
                row.getLong("size"));
    }

    /// Those of a window that are paired count no more.
    void remove(Window window, Collection<Long> sourceUids, Collection<Long> targetUids) {
        change(c -> {
            remove(c, SOURCE, window.source(), sourceUids);
            remove(c, TARGET, window.target(), targetUids);
        });
    }

    private void remove(Connection c, int side, List<Entry> entries, Collection<Long> uids)
            throws SQLException {
        try (PreparedStatement delete =
                c.prepareStatement(
                        "DELETE FROM candidate WHERE mailbox = ? AND side = ? AND bucket = ? AND"
                                + " uid = ?")) {
            for (Entry e : entries) {
                if (uids.contains(e.uid())) {
                    Sql.bind(delete, mailbox, side, e.bucket(), e.uid()).executeUpdate();
                }
            }
        }
    }

    /// What is left goes into buckets of what changed headers have in common; nothing without a
    /// date.
    void regroup() {
        change(c -> {
            Sql.update(
                    c, "DELETE FROM candidate WHERE mailbox = ? AND seconds = ?", mailbox, NO_DATE);
            Sql.update(c, "UPDATE candidate SET bucket = late WHERE mailbox = ?", mailbox);
        });
    }

    private interface Change {
        void on(Connection c) throws SQLException;
    }

    /// Without waiting for the disk: after a failure of power they are found anew.
    private void change(Change change) {
        database.writeInOrder(c -> {
            change.on(c);
            return 0;
        });
    }
}
