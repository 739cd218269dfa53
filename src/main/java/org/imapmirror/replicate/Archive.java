package org.imapmirror.replicate;

import org.imapmirror.audit.AuditEntry;
import org.imapmirror.audit.AuditOutbox;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.Origin;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.StoredForms;
import org.imapmirror.replicate.ArchiveRows.Spot;
import org.imapmirror.replicate.MessageRow.State;
import org.imapmirror.replicate.Place.Archived;
import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// What a lane does differently whose target is an archive: every message stays where it was first
/// stored, and what happens to it on the primary is a row and a line of the audit log.
///
/// The map is a mirror's, with this difference: a row that is mapped and has no UID of the target
/// is a reference; its [Place] tells where the archive has the message.
final class Archive {
    /// Our own doing.
    private static final Origin ARCHIVE = new Origin("archive", "");

    private final Work work;
    private final Map<Long, Map<Long, Known>> known = new HashMap<>();

    /// What it holds already.
    final ArchiveFinds finds;

    Archive(Work work) {
        this.work = work;
        this.finds = new ArchiveFinds(work, this);
    }

    /// What is known of a message that is about to be mapped, beyond its row.
    private record Known(Arrival arrival, Supplier<@Nullable String> digest) {}

    ArchiveRows rows(LaneTx tx) {
        return new ArchiveRows(tx.connection(), work.lane.id());
    }

    <T> T read(Query<T> query) {
        return work.store.read(db -> query.of(new ArchiveRows(db, work.lane.id())));
    }

    interface Query<T> {
        T of(ArchiveRows rows) throws SQLException;
    }

    void enter(LaneTx tx, AuditEntry entry) throws SQLException {
        AuditOutbox.enter(tx.connection(), work.lane.key().mirror(), entry);
    }

    AuditEntry entry(Instant time, Origin origin, String event) {
        return new AuditEntry(time, work.account(), origin, event);
    }

    /// A lane that was a mirror until now: what it has mapped is what the archive has.
    void adopt() {
        if (work.map.all().isEmpty() || !read(ArchiveRows::isNew)) {
            return;
        }
        work.store.change(
                work.lane,
                tx -> {
                    for (MailboxRow m : work.map.all()) {
                        rows(tx).take(m.target());
                        for (MessageRow row : work.store.messages(m)) {
                            if (row.state() == State.MAPPED) {
                                mapped(tx, m, row, "found");
                            }
                        }
                    }
                });
    }

    /// Whether a mailbox that is made now came after the account's first listing. While that is
    /// still to come, no other doubt about the tree takes its place.
    boolean isLate() {
        return !TreeSync.isFirst(work);
    }

    /// The archive's name for a new mailbox of the primary: its own, or one like `Work (2)` where
    /// that was ever given to another one.
    String freeBox(MailboxName name) {
        for (int n = 1; ; n++) {
            MailboxName numbered = n == 1 ? name : new MailboxName(name + " (" + n + ")");
            String box = work.lane.names().toTarget(numbered);
            if (read(rows -> rows.isFree(box))) {
                return box;
            }
        }
    }

    /// The stream to send to the archive in place of a body.
    InputStream reading(MailboxRow m, long uid, Arrival arrival, InputStream body) {
        DigestingStream stream = new DigestingStream(body);
        know(m, uid, new Known(arrival, stream::digest));
        return stream;
    }

    /// What is known of messages that the archive holds before they are mapped.
    ///
    /// @param uid the primary's
    void know(MailboxRow m, long uid, Arrival arrival, @Nullable String digest) {
        know(m, uid, new Known(arrival, () -> digest));
    }

    private void know(MailboxRow m, long uid, Known what) {
        known.computeIfAbsent(m.id(), _ -> new HashMap<>()).put(uid, what);
    }

    /// A message was stored.
    void stored(LaneTx tx, MailboxRow m, MessageRow row) throws SQLException {
        mapped(tx, m, row, "stored");
    }

    /// A message was in the archive's mailbox already.
    void found(LaneTx tx, MailboxRow m, MessageRow row) throws SQLException {
        mapped(tx, m, row, "found");
    }

    private void mapped(LaneTx tx, MailboxRow m, MessageRow row, String event) throws SQLException {
        MailboxRow now = work.current(m);
        Map<Long, Known> ofMailbox = known.get(m.id());
        Known what = ofMailbox == null ? null : ofMailbox.remove(row.uid());
        String digest = what == null ? null : what.digest().get();
        Arrival arrival = what == null ? Arrival.UNKNOWN : what.arrival();
        Archived at =
                new Archived(
                        now.target(), now.targetUidValidity(), row.targetUid(), row.size(), digest);
        rows(tx).put(
                        now,
                        new Place(row.uid(), at, row.flags(), arrival, false),
                        work.clock.millis(),
                        false);
        enter(
                tx,
                entry(work.clock.instant(), ARCHIVE, event)
                        .with("mailbox", now.name().value())
                        .with("uidvalidity", now.uidValidity())
                        .with("uid", row.uid())
                        .with("archive", List.of(at(at.box(), at.uidValidity(), at.uid() + "")))
                        .with("size", row.size())
                        .with("date", arrival.date())
                        .with("flags", row.flags().list())
                        .with("sha256", digest));
    }

    /// Where the archive has these messages, grouped by its mailboxes.
    static List<Map<String, Object>> whereabouts(Iterable<Place> places) {
        Map<String, Map<Long, UidSet.Builder>> boxes = new TreeMap<>();
        for (Place p : places) {
            boxes.computeIfAbsent(p.archived().box(), _ -> new TreeMap<>())
                    .computeIfAbsent(p.archived().uidValidity(), _ -> new UidSet.Builder())
                    .add(p.archived().uid());
        }
        List<Map<String, Object>> out = new ArrayList<>();
        boxes.forEach((box, validities) ->
                validities.forEach(
                        (validity, uids) -> out.add(at(box, validity, uids.build().toString()))));
        return out;
    }

    private static Map<String, Object> at(String box, long uidValidity, String uids) {
        Map<String, Object> at = new LinkedHashMap<>();
        at.put("mailbox", box);
        at.put("uidvalidity", uidValidity);
        at.put("uids", uids);
        return at;
    }

    /// A message of the primary is one that the archive has already.
    ///
    /// @param found nobody was seen to copy or move it
    void refer(LaneTx tx, MailboxRow m, long uid, Place of, boolean found) throws SQLException {
        Archived at = of.archived();
        tx.put(m, new MessageRow(uid, 0, State.MAPPED, at.size(), of.flags()));
        Place here = new Place(uid, at, of.flags(), of.arrival(), false);
        rows(tx).put(m, here, work.clock.millis(), found);
    }

    /// Messages that are about to be read from the primary and turn out to be copies of what the
    /// archive has: same size, date and digest. They come from copies and moves that nobody was
    /// seen to make, before our time or when the proxy was killed, and are kept once, in two
    /// places.
    ///
    /// @return those that are not
    UidSet withoutCopies(MailboxRow m, Map<Long, Summary> found, UidSet uids)
            throws StoreException {
        Map<Long, List<Place>> candidates = new TreeMap<>();
        for (var i = uids.iterator(); i.hasNext(); ) {
            Summary s = found.get(i.nextLong());
            if (s != null) {
                Instant date = FirstCopy.instant(s.internalDate());
                List<Place> alike = read(rows -> rows.alike(s.size(), date));
                if (!alike.isEmpty()) {
                    candidates.put(s.uid(), alike);
                }
            }
        }
        if (candidates.isEmpty()) {
            return uids;
        }
        Map<Long, StoredForms> forms =
                StoredForms.of(work.hands.primary(), UidSet.of(candidates.keySet()));
        UidSet.Builder copies = new UidSet.Builder();
        for (Map.Entry<Long, List<Place>> c : candidates.entrySet()) {
            long uid = c.getKey();
            StoredForms wanted = forms.get(uid);
            Summary s = found.get(uid);
            Place original =
                    c.getValue().stream()
                            .filter(p -> wanted != null && wanted.isStoredAs(p.archived().digest()))
                            .findFirst()
                            .orElse(null);
            if (original != null && s != null) {
                Place here =
                        new Place(
                                uid,
                                original.archived(),
                                s.flags(),
                                Arrival.certain(s.internalDate()),
                                false);
                work.store.change(
                        work.lane,
                        tx -> {
                            refer(tx, m, uid, here, true);
                            enter(
                                    tx,
                                    entry(work.clock.instant(), Origin.SWEEP, "found-copy")
                                            .with("mailbox", m.name().value())
                                            .with("uidvalidity", work.current(m).uidValidity())
                                            .with("uid", uid)
                                            .with("archive", whereabouts(List.of(here))));
                        });
                copies.add(uid);
            }
        }
        return uids.minus(copies.build());
    }

    /// Messages that the primary no longer has and the archive never had.
    void unseen(LaneTx tx, MailboxRow m, UidSet uids) throws SQLException {
        if (!uids.isEmpty()) {
            enter(
                    tx,
                    entry(work.clock.instant(), ARCHIVE, "unseen")
                            .with("mailbox", m.name().value())
                            .with("uidvalidity", work.current(m).uidValidity())
                            .with("uids", uids));
        }
    }

    /// A comparison found other flags.
    void flagsFound(MailboxRow m, UidSet uids, Flags flags) {
        work.store.change(
                work.lane,
                tx -> {
                    for (MessageRow row : work.store.messages(m, uids).values()) {
                        if (row.state() != State.GONE) {
                            tx.reflag(m, row.withFlags(flags));
                            rows(tx).flags(m, row.uid(), flags);
                        }
                    }
                    enter(
                            tx,
                            entry(work.clock.instant(), Origin.SWEEP, "flags")
                                    .with("mailbox", m.name().value())
                                    .with("uidvalidity", m.uidValidity())
                                    .with("uids", uids)
                                    .with("change", "now")
                                    .with("flags", flags.list()));
                });
    }

    /// A comparison found that messages are no longer on the primary.
    void vanished(MailboxRow m, UidSet uids) {
        Map<Long, Place> places = read(rows -> rows.places(m, uids));
        long now = work.clock.millis();
        work.store.change(
                work.lane,
                tx -> {
                    for (var i = uids.iterator(); i.hasNext(); ) {
                        tx.gone(m, i.nextLong());
                    }
                    UidSet known = UidSet.of(places.keySet());
                    rows(tx).end(m, known, now, ArchiveRows.VANISHED);
                    if (!known.isEmpty()) {
                        enter(
                                tx,
                                entry(work.clock.instant(), Origin.SWEEP, "expunged")
                                        .with("mailbox", m.name().value())
                                        .with("uidvalidity", m.uidValidity())
                                        .with("uids", known)
                                        .with("archive", whereabouts(places.values())));
                    }
                    unseen(tx, m, uids.minus(known));
                });
    }

    /// A comparison found that a mailbox is no longer on the primary.
    void mailboxVanished(MailboxRow m) {
        work.store.change(
                work.lane,
                tx -> {
                    enter(
                            tx,
                            entry(work.clock.instant(), Origin.SWEEP, "mailbox-deleted")
                                    .with("mailbox", m.name().value())
                                    .with("uidvalidity", m.uidValidity()));
                    drop(tx, m, work.clock.millis());
                });
        work.map.remove(m);
    }

    /// Forgets a mailbox of the primary; the archive's stays.
    void drop(LaneTx tx, MailboxRow m, long at) throws SQLException {
        rows(tx).endMailbox(m, at, ArchiveRows.MAILBOX_DELETED);
        tx.deleteMailbox(m);
    }

    /// The primary's mailbox is another one than the map's, by its UIDVALIDITY. That is so with
    /// every event of a mailbox that was deleted and made again since; only when the lane has
    /// applied everything does it mean that nobody was seen to do it.
    void changed(MailboxRow m) throws StoreException {
        if (work.journal.count(work.account(), work.lane.position()) > 0) {
            throw new StoreException(
                    Kind.REFUSED,
                    work.hands.primary().server(),
                    "INUSE",
                    m.name() + " is another mailbox by now");
        }
        renew(m);
    }

    /// A mailbox of the primary is another one now: it gets an archive mailbox of its own, unless
    /// the old one is empty.
    MailboxRow renew(MailboxRow m) throws StoreException {
        boolean empty = read(rows -> rows.stored(m.target(), m.targetUidValidity()).isEmpty());
        String box = empty ? m.target() : freeBox(m.name());
        work.hands.target().create(box, null);
        MailboxRow blank = m.forgotten().withName(m.name(), box);
        work.store.change(
                work.lane,
                tx -> {
                    rows(tx).take(box);
                    renumbered(tx, m, "mailbox-renumbered", box);
                    tx.forgetMessages(m);
                    tx.update(blank);
                });
        work.map.put(blank);
        return blank;
    }

    /// The archive's own mailbox has another UIDVALIDITY: somebody made it anew.
    void targetRenumbered(LaneTx tx, MailboxRow m) throws SQLException {
        renumbered(tx, m, "archive-renumbered", m.target());
    }

    private void renumbered(LaneTx tx, MailboxRow m, String event, String box) throws SQLException {
        rows(tx).endMailbox(m, work.clock.millis(), ArchiveRows.RENUMBERED);
        enter(
                tx,
                entry(work.clock.instant(), ARCHIVE, event)
                        .with("mailbox", m.name().value())
                        .with("uidvalidity", m.uidValidity())
                        .with("archive", List.of(Map.of("mailbox", box))));
    }

    /// What the archive must still have in a mailbox.
    private UidSet kept(MailboxRow m) {
        return read(rows -> rows.stored(m.target(), work.current(m).targetUidValidity()));
    }

    /// What the archive's mailbox must not be matched with: it is some message's already.
    UidSet taken(MailboxRow m) {
        return kept(m).union(doubles(m));
    }

    private UidSet doubles(MailboxRow m) {
        return read(rows -> rows.doubles(m.target(), work.current(m).targetUidValidity()));
    }

    /// Of messages in a mailbox of the archive, those that nothing is known of.
    UidSet unknown(MailboxRow m, UidSet uids) {
        return uids.isEmpty() ? uids : uids.minus(taken(m));
    }

    /// Messages of the archive that are there already, and that its server stored once more when it
    /// was late.
    void doubled(MailboxRow m, UidSet uids) {
        MailboxRow now = work.current(m);
        String box = now.target();
        long validity = now.targetUidValidity();
        work.store.change(
                work.lane,
                tx -> {
                    for (var i = uids.iterator(); i.hasNext(); ) {
                        rows(tx).doubled(box, validity, i.nextLong());
                    }
                    enter(
                            tx,
                            entry(work.clock.instant(), ARCHIVE, "doubled")
                                    .with("mailbox", now.name().value())
                                    .with("uidvalidity", now.uidValidity())
                                    .with("archive", List.of(at(box, validity, uids + ""))));
                });
    }

    /// Looks whether the archive still has what it must have. What is gone there and still on the
    /// primary is stored again; that anything was gone at all stays named.
    void inspect(MailboxRow m) throws StoreException {
        work.selectTarget(m);
        UidSet there = work.hands.target().uids();
        UidSet lost = kept(m).minus(there);
        if (lost.isEmpty()) {
            return;
        }
        String box = m.target();
        long validity = work.current(m).targetUidValidity();
        work.store.change(
                work.lane,
                tx -> {
                    for (var i = lost.iterator(); i.hasNext(); ) {
                        for (Spot spot : rows(tx).lose(box, validity, i.nextLong())) {
                            again(tx, spot);
                        }
                    }
                    tx.park(
                            "archive mailbox " + box,
                            "archive",
                            "somebody removed UIDs " + lost + " from the archive");
                    enter(
                            tx,
                            entry(work.clock.instant(), ARCHIVE, "missing")
                                    .with("archive", List.of(at(box, validity, lost + ""))));
                });
    }

    private void again(LaneTx tx, Spot spot) throws SQLException {
        MailboxRow m = work.map.byId(spot.mailbox());
        if (m != null) {
            tx.put(m, new MessageRow(spot.uid(), 0, State.PENDING, 0, Flags.NONE));
        }
    }
}
