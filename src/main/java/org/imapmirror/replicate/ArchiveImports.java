package org.imapmirror.replicate;

import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.UidSet;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.StoredForms;
import org.imapmirror.replicate.Importer.Spooled;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Stores what events speak of and an archive does not have yet.
final class ArchiveImports {
    private static final int CHUNK = 100;

    private final Work work;
    private final Archive archive;
    private final Importer importer;
    private final MessageEvents messages;

    ArchiveImports(Work work, Archive archive) {
        this.work = work;
        this.archive = archive;
        this.importer = new Importer(work);
        this.messages = new MessageEvents(work);
    }

    /// Stores appended messages from the spool, whether or not the mailbox was copied yet and
    /// whether or not they are known to be gone: a later look might come too late.
    ///
    /// @param m null where the mailbox could not be told
    void appended(@Nullable MailboxRow m, List<Entry> run) throws StoreException {
        if (m == null) {
            return;
        }
        TreeMap<Long, Entry> byUid = new TreeMap<>();
        run.forEach(entry -> byUid.put(((MessageAppended) entry.event()).uid(), entry));
        UidSet uids = UidSet.of(byUid.keySet());
        work.map.touch(m, uids);
        Map<Long, MessageRow> rows = work.store.messages(m, uids);
        work.doubtGone(m, rows.values());
        UidSet kept = UidSet.of(archive.read(r -> r.places(m, uids)).keySet());
        byUid.keySet()
                .removeIf(uid -> {
                    MessageRow row = rows.get(uid);
                    return kept.contains(uid) || row != null && row.state() == State.PARKED;
                });
        List<Spooled> bodies = new ArrayList<>();
        UidSet.Builder elsewhere = new UidSet.Builder();
        for (Entry entry : byUid.values()) {
            MessageAppended a = (MessageAppended) entry.event();
            if (a.payload() != null && work.journal.hasPayload(a.payload())) {
                bodies.add(Spooled.of(a, entry.time()));
            } else {
                elsewhere.add(a.uid());
            }
        }
        List<Spooled> missing = notThere(m, bodies);
        if (!missing.isEmpty()) {
            for (Map.Entry<Spooled, String> r : importer.fromSpool(m, missing).entrySet()) {
                messages.park(m, r.getKey(), r.getValue());
            }
        }
        UidSet atPrimary = elsewhere.build();
        if (!atPrimary.isEmpty()) {
            importer.nowOrLater(m, atPrimary);
        }
    }

    private List<Spooled> notThere(MailboxRow m, List<Spooled> bodies) throws StoreException {
        Map<Long, Spooled> byUid = new TreeMap<>();
        Map<Long, ArchiveFinds.Wanted> wanted = new TreeMap<>();
        for (Spooled b : bodies) {
            byUid.put(b.uid(), b);
            wanted.put(
                    b.uid(),
                    new ArchiveFinds.Wanted(b.payload().size(), b.flags(), b.internalDate()));
        }
        UidSet missing =
                archive.finds.without(
                        m,
                        wanted,
                        uids -> {
                            Map<Long, StoredForms> forms = new TreeMap<>();
                            for (Spooled b : byUid.values()) {
                                if (uids.contains(b.uid())) {
                                    forms.put(b.uid(), work.spooled(b.payload()));
                                }
                            }
                            return forms;
                        });
        return bodies.stream().filter(b -> missing.contains(b.uid())).toList();
    }

    /// Where the archive does not have the source of a copy or a move, it is stored now: the
    /// source, so that the copy can refer to it, or, where that is gone, the copy.
    ///
    /// @param from null where the source's mailbox is not known
    void transferred(@Nullable MailboxRow from, UidSet source, MailboxRow to, UidSet target)
            throws StoreException {
        UidSet open = open(from, source, to, target);
        if (open.isEmpty()) {
            return;
        }
        if (from != null) {
            Map<Long, Long> sourceOf = new HashMap<>();
            UidSet.pairs(source, target).forEach(pair -> sourceOf.put(pair[1], pair[0]));
            UidSet.Builder missing = new UidSet.Builder();
            open.forEach(uid -> {
                Long s = sourceOf.get(uid);
                if (s != null) {
                    missing.add(s);
                }
            });
            UidSet sources = missing.build();
            Map<Long, MessageRow> rows = work.store.messages(from, sources);
            UidSet.Builder decided = new UidSet.Builder();
            rows.values().stream()
                    .filter(MessageRow::isDecided)
                    .forEach(row -> decided.add(row.uid()));
            tryFromPrimary(from, sources.minus(decided.build()));
            open = open(from, source, to, target);
        }
        if (!open.isEmpty()) {
            importer.nowOrLater(to, open);
        }
    }

    /// The UIDs of the target for which neither it nor its source is in the archive.
    private UidSet open(@Nullable MailboxRow from, UidSet source, MailboxRow to, UidSet target) {
        Map<Long, Place> sources =
                from == null ? Map.of() : archive.read(rows -> rows.places(from, source));
        Map<Long, Place> targets = archive.read(rows -> rows.places(to, target));
        Map<Long, MessageRow> rows = work.store.messages(to, target);
        UidSet.Builder open = new UidSet.Builder();
        for (long[] pair : UidSet.pairs(source, target)) {
            if (!sources.containsKey(pair[0])
                    && !targets.containsKey(pair[1])
                    && !MessageRow.isDecided(rows.get(pair[1]))) {
                open.add(pair[1]);
            }
        }
        return open.build();
    }

    /// What is still to be imported is, as long as the primary has it.
    void beforeExpunge(MailboxRow m, UidSet uids) throws StoreException {
        UidSet pending = MessageRow.pending(work.store.messages(m, uids).values());
        if (!pending.isEmpty()) {
            tryFromPrimary(m, pending);
        }
    }

    /// Leaves import-pending rows for what no row knows, unless the first copy will find it.
    void later(MailboxRow m, UidSet uids) {
        if (m.copied()) {
            UidSet known = UidSet.of(work.store.messages(m, uids).keySet());
            importer.later(m, uids.minus(known));
        }
    }

    private void tryFromPrimary(MailboxRow m, UidSet uids) throws StoreException {
        try {
            for (UidSet chunk : uids.chunks(CHUNK)) {
                importer.fromPrimary(m, chunk);
            }
        } catch (StoreException e) {
            if (e.serverName().equals(work.lane.key().mirror())) {
                throw e;
            }
            // The primary is away; what follows does without it.
        }
    }
}
