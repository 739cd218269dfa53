package org.imapmirror.reconcile.sync;

import org.imapmirror.reconcile.sync.SyncOptions.Limits;

import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// What may still be brought over: in this run, and on this day in UTC. What was spent on the day
/// is kept in the state file, with the messages that it was spent on.
final class Budget {
    private final Limits limits;
    private final Clock clock;
    private final SyncState state;
    private String day;
    private long octetsToday;
    private long messagesToday;
    private long octets;

    Budget(Limits limits, SyncState state, Clock clock) {
        this.limits = limits;
        this.clock = clock;
        this.state = state;
        this.day = today();
        load();
    }

    private void load() {
        long[] spent = state.spent(day);
        octetsToday = spent[0];
        messagesToday = spent[1];
    }

    private String today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString();
    }

    /// Octets that may still go; 0 or less where the run has to end. A message that is larger than
    /// what is left still goes, because else it never would.
    synchronized long octetsLeft() {
        turn();
        long left = Long.MAX_VALUE;
        if (limits.stopAfterBytes() > 0) {
            left = Math.min(left, limits.stopAfterBytes() - octets);
        }
        if (limits.bytesPerDay() > 0) {
            left = Math.min(left, limits.bytesPerDay() - octetsToday);
        }
        return left;
    }

    synchronized long messagesLeft() {
        turn();
        return limits.messagesPerDay() > 0
                ? limits.messagesPerDay() - messagesToday
                : Long.MAX_VALUE;
    }

    /// Takes it from what is left, before it is sent.
    synchronized void take(long count, long size) {
        octets += size;
        octetsToday += size;
        messagesToday += count;
    }

    /// What was taken and not sent.
    synchronized void giveBack(long count, long size) {
        take(-count, -size);
    }

    /// Writes down what was sent.
    void spend(SyncTx tx, long count, long size) throws SQLException {
        if (count > 0 && (limits.bytesPerDay() > 0 || limits.messagesPerDay() > 0)) {
            tx.spend(today(), size, count);
        }
    }

    private void turn() {
        if (limits.bytesPerDay() <= 0 && limits.messagesPerDay() <= 0) {
            return;
        }
        String now = today();
        if (!now.equals(day)) {
            day = now;
            load();
        }
    }
}
