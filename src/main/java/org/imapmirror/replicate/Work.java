package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.PayloadRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.journal.Journal;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Selected;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.reconcile.StoredForms;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.stream.Stream;

/// What the parts of a lane share during one run.
final class Work {
    final LaneStore store;
    final Journal journal;
    final Hands hands;
    final Brake brake;
    final Clock clock;
    final SteadyClock steady;
    final Deletions deletions;
    final RetryRules retry;
    final SweepRules sweeps;
    final ComparedStore compared;
    final HeldStore held;
    final Refusals refusals;
    final LaneMap map;
    final Horizon horizon;
    private final LaneEnvironment env;

    /// Null for a mirror.
    final @Nullable Archive archive;

    LaneRow lane;

    /// True where something was removed from the mirror, so that what was over quota may fit.
    boolean madeRoom;

    Work(LaneEnvironment env, Hands hands, Refusals refusals, LaneRow lane) {
        this.env = env;
        this.store = env.store();
        this.journal = env.journal();
        this.hands = hands;
        this.brake = env.brake().get();
        this.clock = env.clock();
        this.steady = env.steady();
        this.deletions = env.deletions().apply(lane.key().mirror());
        this.retry = env.retry();
        this.sweeps = env.sweeps().get();
        this.compared = store.compared();
        this.held = store.held();
        this.refusals = refusals;
        this.lane = lane;
        this.horizon = new Horizon(store, lane);
        this.map = new LaneMap(store.mailboxes(lane));
        this.archive = env.isArchive(lane.key()) ? new Archive(this) : null;
        if (archive != null) {
            archive.adopt();
        }
    }

    Agenda agenda() {
        return store.agenda(lane, steady.millis());
    }

    Account account() {
        return lane.key().account();
    }

    /// Lets the first client of an account that nobody used yet be the first.
    ///
    /// @throws StoreException of kind RACE where that takes too long
    void awaitFirstUse() throws StoreException {
        env.await(env.sessions().begun().apply(account()), hands.primary());
    }

    /// Waits for the commands of clients that are outstanding now, but not for long.
    void letSettle(Duration longest) {
        env.await(env.sessions().settled().apply(account()), longest);
    }

    /// Selects the mirror's mailbox, makes it where it is missing, and learns its UIDVALIDITY.
    ///
    /// @throws StoreException of kind RACE where the UIDVALIDITY is another than the map's: the map
    ///   was forgotten and the mailbox will be matched anew
    Selected selectTarget(MailboxRow m) throws StoreException {
        ImapStore target = hands.target();
        Selected s;
        try {
            s = target.select(m.target());
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED) {
                throw e;
            }
            target.create(m.target(), m.specialUse());
            s = target.select(m.target());
        }
        MailboxRow now = current(m);
        if (now.targetUidValidity() == 0) {
            save(now.withTargetUidValidity(s.uidValidity()));
        } else if (now.targetUidValidity() != s.uidValidity()) {
            forget(now);
            throw new StoreException(
                    Kind.RACE, target.server(), null, "UIDVALIDITY of " + m.target() + " changed");
        }
        return s;
    }

    /// Opens the primary's mailbox for reading and learns its UIDVALIDITY, as [#selectTarget].
    Selected examinePrimary(MailboxRow m) throws StoreException {
        ImapStore primary = hands.primary();
        Selected s = primary.examine(m.name().value());
        MailboxRow now = current(m);
        if (now.uidValidity() == 0) {
            save(now.withUidValidity(s.uidValidity()));
        } else if (now.uidValidity() != s.uidValidity()) {
            if (archive == null) {
                forget(now);
            } else {
                archive.changed(now);
            }
            throw new StoreException(
                    Kind.RACE, primary.server(), null, "UIDVALIDITY of " + m.name() + " changed");
        }
        return s;
    }

    /// Drops what is known of a mailbox's UIDs; its next first copy matches what the mirror holds.
    void forget(MailboxRow m) {
        MailboxRow blank = m.forgotten();
        store.change(
                lane,
                tx -> {
                    if (archive != null) {
                        archive.targetRenumbered(tx, m);
                    }
                    tx.forgetMessages(m);
                    tx.update(blank);
                });
        map.put(blank);
    }

    /// The row as it is now; rows are values and an earlier one may be out of date.
    MailboxRow current(MailboxRow m) {
        MailboxRow now = map.byId(m.id());
        return now == null ? m : now;
    }

    /// Messages that are to be stored and are known to be gone already. Answers to concurrent
    /// commands may come in such an order; a comparison makes sure.
    void doubtGone(MailboxRow m, Collection<MessageRow> rows) {
        if (rows.stream().anyMatch(row -> row.state() == MessageRow.State.GONE)) {
            store.change(
                    lane,
                    tx -> tx.doubt(Doubt.MEMBERSHIP, m.name(), "a message came after it had gone"));
        }
    }

    void save(MailboxRow m) {
        store.change(lane, tx -> tx.update(m));
        map.put(m);
    }

    /// The row of a mailbox of the mirror in which these UIDs were stored by us, to be saved with
    /// them.
    MailboxRow grown(MailboxRow m, Stream<Long> targetUids) {
        MailboxRow now = current(m);
        long next = targetUids.mapToLong(uid -> uid + 1).max().orElse(0);
        return next > now.targetUidNext() ? now.withTargetUidNext(next) : now;
    }

    /// Of these UIDs of the mirror, those that no row claims.
    UidSet unmapped(MailboxRow m, UidSet onTarget) {
        UidSet.Builder mapped = new UidSet.Builder();
        for (MessageRow row : store.messages(m)) {
            if (row.targetUid() != 0) {
                mapped.add(row.targetUid());
            }
        }
        UidSet unmapped = onTarget.minus(mapped.build()).minus(held.in(m));
        return archive == null ? unmapped : archive.unknown(m, unmapped);
    }

    /// Stores how far UIDs were seen, which is kept in memory during a run, where it is worth it:
    /// what is not stored is told by the rows as well.
    void keepSeen() {
        for (MailboxRow m : map.farAhead()) {
            store.change(lane, tx -> tx.update(m));
        }
    }

    /// The digests of a body in the spool.
    StoredForms spooled(PayloadRef payload) throws StoreException {
        try (InputStream body = journal.openPayload(payload)) {
            return StoredForms.of(body);
        } catch (IOException e) {
            throw new StoreException(
                    Kind.GONE,
                    hands.target().server(),
                    null,
                    "the spool cannot be read: " + e.getMessage(),
                    e);
        }
    }

    /// The stream to store in place of a body: an archive takes its digest.
    InputStream reading(MailboxRow m, long uid, Arrival arrival, InputStream body) {
        return archive == null ? body : archive.reading(m, uid, arrival, body);
    }

    /// A message of the mirror has its row: the archive notes where it is.
    void stored(LaneTx tx, MailboxRow m, MessageRow row) throws SQLException {
        if (archive != null) {
            archive.stored(tx, m, row);
        }
    }

    /// The row for a mailbox that an event or a listing names, made where it is new.
    ///
    /// @param copied true where the mailbox is known to be empty, as after CREATE
    MailboxRow ensure(MailboxName name, @Nullable String specialUse, boolean copied)
            throws StoreException {
        MailboxRow known = map.get(name);
        if (known != null) {
            return known;
        }
        String usual = lane.names().toTarget(name);
        String target = archive == null ? usual : archive.freeBox(name);
        String use = target.equals(usual) ? specialUse : null;
        if (archive == null) {
            new Graves(this).clear(target);
        }
        hands.target().create(target, use);
        MailboxRow made =
                store.compute(
                        lane,
                        tx -> {
                            if (archive != null) {
                                archive.rows(tx).take(target);
                            }
                            return tx.insertMailbox(name, target, use, copied);
                        });
        map.put(made);
        return made;
    }
}
