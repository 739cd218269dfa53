package org.imapmirror.replicate;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.replicate.MessageRow.State;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Removes from the mirror what it stored twice because it was late.
///
/// A connection that is given up, for want of an answer or because it was cut, may have left a
/// command behind that the server has read and only does later, when [Recovery] has looked and
/// found nothing, and the message was sent again. So for some time after such an attempt the
/// mailbox is looked at for messages that came since, that no row maps, and whose body is that of a
/// message of the attempt, which is there already: they are the lane's own doing, and the only ones
/// on a mirror that are removed without a row. The equal message stays. In an archive both stay:
/// the late one is noted as what it is.
final class Echoes {
    private static final Logger LOG = LoggerFactory.getLogger(Echoes.class);

    /// When it is looked after the attempt, each time from the look before.
    private static final List<Duration> PAUSES =
            List.of(
                    Duration.ZERO,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(10),
                    Duration.ofHours(1));

    /// So many looks are awaited before the lane says that all is done.
    static final int AWAITED = 2;

    private final Work work;

    Echoes(Work work) {
        this.work = work;
    }

    private record Echo(
            long id, long mailbox, long uidValidity, long uidNext, UidSet uids, int checks) {}

    /// To be stored together with the end of the attempt.
    ///
    /// @param uids of the primary, of the messages that were not found on the mirror
    /// @param steady now, in the time of [SteadyClock]
    static void expect(Connection db, long lane, Attempt attempt, UidSet uids, long steady)
            throws SQLException {
        if (uids.isEmpty()) {
            return;
        }
        Sql.update(
                db,
                "INSERT INTO echo (lane, mailbox, target_uid_validity, target_uid_next, uids,"
                        + " checks, next) VALUES (?, ?, ?, ?, ?, 0, ?)",
                lane,
                attempt.mailbox(),
                attempt.targetUidValidity(),
                attempt.targetUidNext(),
                uids.toString(),
                steady);
    }

    /// Looks once, where it is time.
    ///
    /// @return false where it is not
    boolean step() throws StoreException {
        long now = work.steady.millis();
        Echo echo = work.store.read(db -> due(db, work.lane.id(), now));
        if (echo == null) {
            return false;
        }
        MailboxRow m = work.map.byId(echo.mailbox());
        if (m != null && m.targetUidValidity() == echo.uidValidity()) {
            look(m, echo);
        }
        int checks = echo.checks() + 1;
        if (m == null || checks == PAUSES.size()) {
            work.store.change(work.lane, tx -> tx.echoOver(echo.id()));
        } else {
            long next = now + PAUSES.get(checks).toMillis();
            work.store.change(work.lane, tx -> tx.echoLater(echo.id(), checks, next));
        }
        return true;
    }

    private static @Nullable Echo due(Connection db, long lane, long now) throws SQLException {
        return Sql.one(
                        db,
                        "SELECT * FROM echo WHERE lane = ? AND next <= ? ORDER BY next",
                        r ->
                                new Echo(
                                        r.getLong("id"),
                                        r.getLong("mailbox"),
                                        r.getLong("target_uid_validity"),
                                        r.getLong("target_uid_next"),
                                        UidSet.parse(r.getString("uids")),
                                        r.getInt("checks")),
                        lane,
                        now)
                .orElse(null);
    }

    private void look(MailboxRow m, Echo echo) throws StoreException {
        if (work.selectTarget(m).uidValidity() != echo.uidValidity()) {
            return;
        }
        UidSet twins = work.archive == null ? onMirror(m, echo) : inArchive(work.archive, m, echo);
        UidSet since = UidSet.range(Math.max(1, echo.uidNext()), UidSet.MAX);
        UidSet strangers = work.unmapped(m, work.hands.target().uids().intersect(since));
        if (strangers.isEmpty() || twins.isEmpty()) {
            return;
        }
        Map<Long, String> ours = new TreeMap<>(work.hands.target().digests(twins));
        UidSet.Builder again = new UidSet.Builder();
        new TreeMap<>(work.hands.target().digests(strangers))
                .forEach((uid, digest) -> {
                    // Each message of the attempt came once more at most.
                    if (ours.values().remove(digest)) {
                        again.add(uid);
                    }
                });
        UidSet uids = again.build();
        if (!uids.isEmpty() && work.archive != null) {
            LOG.warn(
                    "lane={} mailbox={} the archive stored {} messages late that had been sent"
                            + " again: they stay there as UID {}",
                    work.lane.key(),
                    m.name(),
                    uids.size(),
                    uids);
            work.archive.doubled(m, uids);
        } else if (!uids.isEmpty()) {
            LOG.warn(
                    "lane={} mailbox={} the mirror stored {} messages late that had been sent"
                            + " again: removed there as UID {}",
                    work.lane.key(),
                    m.name(),
                    uids.size(),
                    uids);
            work.hands.target().expunge(uids);
            work.madeRoom = true;
        }
    }

    private UidSet onMirror(MailboxRow m, Echo echo) {
        UidSet.Builder twins = new UidSet.Builder();
        for (MessageRow row : work.store.messages(m, echo.uids()).values()) {
            if (row.state() == State.MAPPED) {
                twins.add(row.targetUid());
            }
        }
        return twins.build();
    }

    /// Also of those that left the primary since.
    private UidSet inArchive(Archive archive, MailboxRow m, Echo echo) {
        String box = work.current(m).target();
        UidSet.Builder twins = new UidSet.Builder();
        for (Place place : archive.read(rows -> rows.places(m, echo.uids())).values()) {
            if (place.archived().box().equals(box)
                    && place.archived().uidValidity() == echo.uidValidity()) {
                twins.add(place.archived().uid());
            }
        }
        return twins.build();
    }
}
