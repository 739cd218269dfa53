package org.imapmirror.replicate;

import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.LongSupplier;

/// A time in which ages are measured: it starts as the wall clock and then does not jump, so that a
/// wall clock that is set ahead by years makes nothing due that was to be kept for a week.
///
/// While the process runs, it goes as the monotonic clock does. For the time that it did not run
/// only the wall clock can be asked; it is believed up to a day, and never backwards. So what is
/// kept for a time may be kept longer where imapmirror stands still for days, and is never given up
/// much earlier.
final class SteadyClock extends Clock {
    static final long LONGEST_STOP_MILLIS = 86_400_000L;

    private final Database database;
    private final Clock wall;
    private final LongSupplier nanos;
    private final long startMillis;
    private final long startNanos;

    /// @param nanos a monotonic clock
    SteadyClock(Database database, Clock wall, LongSupplier nanos) {
        this.database = database;
        this.wall = wall;
        this.nanos = nanos;
        long now = wall.millis();
        this.startMillis =
                database.query(db ->
                        Sql.one(
                                        db,
                                        "SELECT wall, steady FROM steady WHERE id = 1",
                                        r -> afterStop(r.getLong(1), r.getLong(2), now))
                                .orElse(now));
        this.startNanos = nanos.getAsLong();
        save();
    }

    /// @param wall what the wall clock showed when `steady` was
    /// @param now what it shows
    static long afterStop(long wall, long steady, long now) {
        return steady + Math.clamp(now - wall, 0, LONGEST_STOP_MILLIS);
    }

    /// To be called from time to time: a crash forgets what passed since.
    void save() {
        database.write(db ->
                Sql.update(
                        db,
                        "INSERT INTO steady (id, wall, steady) VALUES (1, ?, ?) ON CONFLICT (id) DO"
                                + " UPDATE SET wall = excluded.wall, steady = excluded.steady",
                        wall.millis(),
                        millis()));
    }

    /// When a moment of this time will be for the wall clock, as that goes now.
    Instant onWall(long steady) {
        return wall.instant().plusMillis(steady - millis());
    }

    /// What the wall clock shows, for people.
    long wallMillis() {
        return wall.millis();
    }

    @Override
    public long millis() {
        return startMillis + (nanos.getAsLong() - startNanos) / 1_000_000;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return wall.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("bug: a steady clock has no other zone");
    }
}
