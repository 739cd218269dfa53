package org.imapmirror.replicate;

import org.imapmirror.audit.AuditEntry;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagsChanged;
import org.imapmirror.event.MailboxEvent.MailboxCreated;
import org.imapmirror.event.MailboxEvent.MailboxDeleted;
import org.imapmirror.event.MailboxEvent.MailboxRenamed;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.MailboxEvent.MessagesCopied;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.MailboxEvent.MessagesMoved;
import org.imapmirror.event.MailboxEvent.Subscribed;
import org.imapmirror.event.MailboxEvent.Unsubscribed;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Journal entries on their way into an archive, in two steps. [#apply] does what needs a server:
/// it stores messages that the archive does not have, and makes mailboxes. [#settle] runs in the
/// transaction that moves the lane's position: it changes the map and makes the entries of the
/// audit log, from the event and the map alone, so that there is one for each event whatever
/// happened in between.
final class ArchiveEvents {
    private final Work work;
    private final Archive archive;
    private final ArchiveImports imports;

    ArchiveEvents(Work work, Archive archive) {
        this.work = work;
        this.archive = archive;
        this.imports = new ArchiveImports(work, archive);
    }

    /// @param run one entry, or several appends into one mailbox
    void apply(List<Entry> run) throws StoreException {
        switch (run.get(0).event()) {
            case MessageAppended a -> imports.appended(mailbox(a.mailbox(), true), run);
            case MessagesCopied c -> {
                MailboxRow to = mailbox(c.target(), false);
                if (to != null) {
                    work.map.touch(to, c.targetUids());
                    MailboxRow from = mailbox(c.source(), false);
                    imports.transferred(from, c.sourceUids(), to, c.targetUids());
                }
            }
            case MessagesMoved v -> {
                MailboxRow from = mailbox(v.source(), false);
                MailboxRow to = mailbox(v.target(), false);
                if (from != null) {
                    work.map.touch(from, v.sourceUids());
                }
                if (to != null) {
                    work.map.touch(to, v.targetUids());
                    imports.transferred(from, v.sourceUids(), to, v.targetUids());
                }
            }
            case MessagesExpunged x -> {
                MailboxRow m = mailbox(x.mailbox(), false);
                if (m != null) {
                    work.map.touch(m, x.uids());
                    imports.beforeExpunge(m, x.uids());
                }
            }
            case FlagsChanged f -> {
                MailboxRow m = mailbox(f.mailbox(), false);
                if (m != null) {
                    work.map.touch(m, f.uids());
                    imports.later(m, f.uids());
                }
            }
            case MailboxCreated c -> {
                work.map.touch(c.name());
                work.ensure(c.name(), c.specialUse(), c.empty());
            }
            case MailboxDeleted d -> work.map.touch(d.name());
            case MailboxRenamed r -> {
                work.map.touch(r.from());
                work.map.touch(r.to());
            }
            case Subscribed _, Unsubscribed _, MailboxSuspect _ -> {
                // Nothing of it is on a server.
            }
        }
    }

    /// Changes the map as the events say, and enters them in the audit log.
    void settle(LaneTx tx, List<Entry> run) throws SQLException {
        for (Entry e : run) {
            switch (e.event()) {
                case MessageAppended a -> appended(tx, e, a);
                case MessagesCopied c ->
                        transferred(
                                tx,
                                new Transfer(
                                        e,
                                        "copied",
                                        c.source(),
                                        c.sourceUids(),
                                        c.target(),
                                        c.targetUids()));
                case MessagesMoved v ->
                        transferred(
                                tx,
                                new Transfer(
                                        e,
                                        "moved",
                                        v.source(),
                                        v.sourceUids(),
                                        v.target(),
                                        v.targetUids()));
                case MessagesExpunged x -> expunged(tx, e, x);
                case FlagsChanged f -> flags(tx, e, f);
                case MailboxCreated c -> {
                    MailboxRow m = work.map.get(c.name());
                    enter(
                            tx,
                            entry(e, "mailbox-created")
                                    .with("mailbox", c.name().value())
                                    .with("archive", m == null ? null : box(m)));
                }
                case MailboxDeleted d -> deleted(tx, e, d.name());
                case MailboxRenamed r -> renamed(tx, e, r);
                case Subscribed s -> enter(tx, named(e, "subscribed", s.name()));
                case Unsubscribed u -> enter(tx, named(e, "unsubscribed", u.name()));
                case MailboxSuspect s -> {
                    if (s.doubt() != Doubt.TREE || archive.isLate()) {
                        tx.doubt(s.doubt(), s.name(), s.reason());
                    }
                    enter(
                            tx,
                            entry(e, "doubt")
                                    .with("mailbox", s.name() == null ? null : s.name().value())
                                    .with("reason", s.reason()));
                }
            }
        }
    }

    private record Transfer(
            Entry entry,
            String word,
            MailboxRef source,
            UidSet sourceUids,
            MailboxRef target,
            UidSet targetUids) {}

    private void appended(LaneTx tx, Entry e, MessageAppended a) throws SQLException {
        MailboxRow m = known(a.mailbox());
        enter(
                tx,
                entry(e, "appended", a.mailbox())
                        .with("uid", a.uid())
                        .with("flags", a.flags().list())
                        .with("archive", whereabouts(places(tx, m, UidSet.of(a.uid())).values())));
    }

    private void transferred(LaneTx tx, Transfer t) throws SQLException {
        MailboxRow from = known(t.source());
        MailboxRow to = known(t.target());
        Map<Long, Place> sources = places(tx, from, t.sourceUids());
        Map<Long, Place> targets = places(tx, to, t.targetUids());
        List<Place> all = new ArrayList<>(targets.values());
        UidSet.Builder arrived = new UidSet.Builder();
        for (long[] pair : UidSet.pairs(t.sourceUids(), t.targetUids())) {
            Place source = sources.get(pair[0]);
            if (to != null && source != null && !targets.containsKey(pair[1])) {
                archive.refer(tx, to, pair[1], source, false);
                all.add(source);
            }
            if (targets.containsKey(pair[1]) || to != null && source != null) {
                arrived.add(pair[0]);
            }
        }
        if (t.word().equals("moved") && from != null) {
            // What did not arrive as far as the map knows must not count as still there.
            UidSet moved = arrived.build();
            long at = t.entry().time().toEpochMilli();
            gone(tx, from, t.sourceUids());
            archive.rows(tx).end(from, moved, at, ArchiveRows.MOVED);
            archive.rows(tx).end(from, t.sourceUids(), at, ArchiveRows.VANISHED);
        }
        enter(
                tx,
                entry(t.entry(), t.word(), t.source())
                        .with("uids", t.sourceUids())
                        .with("to", t.target().name().value())
                        .with("to-uidvalidity", t.target().uidValidity())
                        .with("to-uids", t.targetUids())
                        .with("archive", whereabouts(all)));
    }

    private void expunged(LaneTx tx, Entry e, MessagesExpunged x) throws SQLException {
        MailboxRow m = known(x.mailbox());
        Map<Long, Place> places = places(tx, m, x.uids());
        UidSet seen = UidSet.of(places.keySet());
        if (m != null) {
            gone(tx, m, x.uids());
            archive.rows(tx).end(m, seen, e.time().toEpochMilli(), ArchiveRows.EXPUNGED);
        }
        if (!seen.isEmpty()) {
            enter(
                    tx,
                    entry(e, "expunged", x.mailbox())
                            .with("uids", seen)
                            .with("archive", whereabouts(places.values())));
        }
        UidSet unseen = x.uids().minus(seen);
        if (!unseen.isEmpty()) {
            enter(tx, entry(e, "unseen", x.mailbox()).with("uids", unseen));
        }
    }

    private void flags(LaneTx tx, Entry e, FlagsChanged f) throws SQLException {
        MailboxRow m = known(f.mailbox());
        if (m != null) {
            for (MessageRow row : work.store.messages(m, f.uids()).values()) {
                if (row.state() != State.GONE) {
                    Flags now =
                            switch (f.change()) {
                                case ADDED -> row.flags().plus(f.flags());
                                case REMOVED -> row.flags().minus(f.flags());
                                case NOW -> f.flags();
                            };
                    tx.reflag(m, row.withFlags(now));
                    archive.rows(tx).flags(m, row.uid(), now);
                }
            }
        }
        enter(
                tx,
                entry(e, "flags", f.mailbox())
                        .with("uids", f.uids())
                        .with("change", f.change().name().toLowerCase(java.util.Locale.ROOT))
                        .with("flags", f.flags().list()));
    }

    private void deleted(LaneTx tx, Entry e, MailboxName name) throws SQLException {
        MailboxRow m = work.map.get(name);
        enter(
                tx,
                named(e, "mailbox-deleted", name)
                        .with("uidvalidity", m == null ? null : m.uidValidity())
                        .with("archive", m == null ? null : box(m)));
        if (m != null) {
            archive.drop(tx, m, e.time().toEpochMilli());
            work.map.remove(m);
        }
    }

    private void renamed(LaneTx tx, Entry e, MailboxRenamed r) throws SQLException {
        enter(tx, named(e, "mailbox-renamed", r.from()).with("to", r.to().value()));
        char separator = work.lane.names().primary().separator();
        List<MailboxRow> moved = new ArrayList<>();
        boolean taken = false;
        for (MailboxRow m : work.map.all()) {
            MailboxName now = m.name().renamed(r.from(), r.to(), separator);
            if (!now.equals(m.name())) {
                moved.add(m);
                taken |= work.map.get(now) != null;
            }
        }
        if (taken || moved.isEmpty()) {
            if (archive.isLate()) {
                String reason = "a rename of " + r.from() + " does not fit the map";
                tx.doubt(Doubt.TREE, null, reason);
            }
            return;
        }
        for (MailboxRow m : moved) {
            MailboxName name = m.name().renamed(r.from(), r.to(), separator);
            MailboxRow now = m.withName(name, m.target());
            tx.update(now);
            tx.renameDoubts(m.name(), name);
            archive.rows(tx).rename(m, name.value());
            work.map.touch(name);
            work.map.put(now);
        }
    }

    private void gone(LaneTx tx, MailboxRow m, UidSet uids) throws SQLException {
        for (var i = uids.iterator(); i.hasNext(); ) {
            tx.gone(m, i.nextLong());
        }
    }

    /// The mailbox of the incarnation that an event speaks of, made where it is new. Where the map
    /// knows an older one, it is renewed. An event of an older one than the map's came late; its
    /// mailbox is kept apart, so that what was appended to it is not lost.
    ///
    /// @param stores false where an unknown older incarnation gives null
    private @Nullable MailboxRow mailbox(MailboxRef ref, boolean stores) throws StoreException {
        MailboxRow m = known(ref);
        if (m != null && (ref.uidValidity() == 0 || m.uidValidity() == ref.uidValidity())) {
            return m;
        }
        m = work.map.get(ref.name());
        if (m == null) {
            m = work.ensure(ref.name(), null, false);
            if (archive.isLate()) {
                doubt(Doubt.TREE, null, "an event named an unknown mailbox");
            }
        } else if (m.uidValidity() != 0) {
            doubt(Doubt.MEMBERSHIP, ref.name(), "UIDVALIDITY of an event differs from the map's");
            if (m.uidValidity() < ref.uidValidity()) {
                m = archive.renew(m);
            } else if (stores) {
                m = work.ensure(earlier(ref), null, true);
            } else {
                return null;
            }
        }
        MailboxRow now = m.withUidValidity(ref.uidValidity());
        work.save(now);
        return now;
    }

    private static MailboxName earlier(MailboxRef ref) {
        return new MailboxName(ref.name() + " (UIDVALIDITY " + ref.uidValidity() + ")");
    }

    /// The same without asking or making anything.
    private @Nullable MailboxRow known(MailboxRef ref) {
        MailboxRow m = work.map.get(ref.name());
        if (m == null || ref.uidValidity() == 0 || m.uidValidity() == ref.uidValidity()) {
            return m;
        }
        return work.map.get(earlier(ref));
    }

    private Map<Long, Place> places(LaneTx tx, @Nullable MailboxRow m, UidSet uids)
            throws SQLException {
        return m == null ? Map.of() : new TreeMap<>(archive.rows(tx).places(m, uids));
    }

    private static @Nullable List<Map<String, Object>> whereabouts(Collection<Place> places) {
        return places.isEmpty() ? null : Archive.whereabouts(places);
    }

    private static List<Map<String, Object>> box(MailboxRow m) {
        return List.of(Map.of("mailbox", m.target()));
    }

    private AuditEntry entry(Entry e, String word) {
        return archive.entry(e.time(), e.origin(), word);
    }

    private AuditEntry entry(Entry e, String word, MailboxRef mailbox) {
        return named(e, word, mailbox.name()).with("uidvalidity", mailbox.uidValidity());
    }

    private AuditEntry named(Entry e, String word, MailboxName mailbox) {
        return entry(e, word).with("mailbox", mailbox.value());
    }

    private void enter(LaneTx tx, AuditEntry entry) throws SQLException {
        archive.enter(tx, entry);
    }

    private void doubt(Doubt doubt, @Nullable MailboxName name, String reason) {
        work.store.change(work.lane, tx -> tx.doubt(doubt, name, reason));
    }
}
