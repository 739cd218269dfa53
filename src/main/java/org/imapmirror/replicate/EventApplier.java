package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.FlagsChanged;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.MailboxEvent.MessagesCopied;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.MailboxEvent.MessagesMoved;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.StoreException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/// Applies journal entries to the mirror, in order. The position moves with every applied run of
/// entries, in one transaction with the rows that they changed or after them; each application
/// finds its own traces after a crash in between.
final class EventApplier {
    private static final int LONGEST_RUN = 50;
    private static final long BIGGEST_RUN = 32L << 20;

    private final Work work;
    private final LaneKey key;
    private final BiConsumer<LaneKey, MailboxEvent> applied;
    private final MessageEvents messages;
    private final TreeEvents tree;

    /// Null for a mirror.
    private final @Nullable ArchiveEvents archive;

    /// What was read of the journal and not applied yet.
    private List<Entry> read = List.of();

    EventApplier(Work work, LaneKey key, BiConsumer<LaneKey, MailboxEvent> applied) {
        this.work = work;
        this.key = key;
        this.applied = applied;
        this.messages = new MessageEvents(work);
        this.tree = new TreeEvents(work);
        this.archive = work.archive == null ? null : new ArchiveEvents(work, work.archive);
    }

    /// Applies the next run of entries.
    ///
    /// @return false where there is none
    /// @throws StoreException where the mirror could not be asked, or wants to be asked later; the
    ///   entry stays the next one
    boolean step() throws StoreException {
        List<Entry> entries = next();
        if (entries.isEmpty()) {
            return false;
        }
        if (entries.get(0).seq() > work.lane.position() + 1) {
            // The account was not mirrored for some time, or the journal was over its limit.
            work.store.change(
                    work.lane,
                    tx -> tx.doubt(Doubt.ACCOUNT, null, "the journal had let go of entries"));
        }
        List<Entry> run = run(entries);
        try {
            apply(run);
            work.refusals.succeeded("entry " + run.get(0).seq());
        } catch (StoreException e) {
            Entry first = run.get(0);
            if (!work.refusals.forGood("entry " + first.seq(), e)) {
                throw e;
            }
            work.store.change(
                    work.lane,
                    tx -> {
                        tx.attemptOver();
                        tx.park(parked(first, e));
                    });
            run = run.subList(0, 1);
        }
        moveOver(run);
        run.forEach(entry -> applied.accept(key, entry.event()));
        return true;
    }

    /// The entries behind the lane's position, as many as were read together.
    private List<Entry> next() {
        long position = work.lane.position();
        if (read.isEmpty() || read.getFirst().seq() != position + 1) {
            // Mostly there is nothing, which the journal knows without its database.
            read =
                    work.journal.head(work.account()) <= position
                            ? List.of()
                            : work.journal.read(work.account(), position, LONGEST_RUN);
        }
        return read;
    }

    private void moveOver(List<Entry> run) {
        long seq = run.get(run.size() - 1).seq();
        work.store.change(
                work.lane,
                tx -> {
                    tx.position(seq);
                    if (archive != null) {
                        archive.settle(tx, run);
                    }
                });
        read = read.subList(run.size(), read.size());
        LaneRow l = work.lane;
        work.lane = new LaneRow(l.id(), l.key(), seq, l.planned(), l.names(), l.fingerprint());
    }

    /// The next entries that can be stored in one go: appends with bodies into one mailbox.
    private static List<Entry> run(List<Entry> entries) {
        if (!(entries.get(0).event() instanceof MessageAppended first)) {
            return entries.subList(0, 1);
        }
        int n = 1;
        long bytes = size(first);
        while (n < entries.size()
                && entries.get(n).event() instanceof MessageAppended next
                && next.mailbox().equals(first.mailbox())
                && bytes + size(next) <= BIGGEST_RUN) {
            bytes += size(next);
            n++;
        }
        return entries.subList(0, n);
    }

    private static long size(MessageAppended a) {
        return a.payload() == null ? 0 : a.payload().size();
    }

    private void apply(List<Entry> run) throws StoreException {
        if (archive != null) {
            archive.apply(run);
            return;
        }
        Entry entry = run.get(0);
        switch (entry.event()) {
            case MessageAppended a -> {
                MailboxRow m = mailbox(a.mailbox());
                if (m != null) {
                    messages.appended(m, new ArrayList<>(run));
                }
            }
            case MessagesCopied c -> {
                MailboxRow from = mailbox(c.source());
                MailboxRow to = mailbox(c.target());
                if (to != null) {
                    messages.copied(from, c.sourceUids(), to, c.targetUids());
                }
            }
            case MessagesMoved v -> {
                MailboxRow from = mailbox(v.source());
                MailboxRow to = mailbox(v.target());
                messages.moved(from, v.sourceUids(), to, v.targetUids());
            }
            case MessagesExpunged x -> {
                MailboxRow m = mailbox(x.mailbox());
                if (m != null) {
                    messages.expunged(m, x.uids());
                }
            }
            case FlagsChanged f -> {
                MailboxRow m = mailbox(f.mailbox());
                if (m != null) {
                    messages.flags(m, f.uids(), f.change(), f.flags());
                }
            }
            case MailboxEvent.MailboxCreated c -> tree.created(c);
            case MailboxEvent.MailboxDeleted d -> tree.deleted(d.name());
            case MailboxEvent.MailboxRenamed r -> tree.renamed(r.from(), r.to());
            case MailboxEvent.Subscribed s -> tree.subscribed(s.name());
            case MailboxEvent.Unsubscribed u -> tree.unsubscribed(u.name());
            case MailboxSuspect s ->
                    work.store.change(work.lane, tx -> tx.doubt(s.doubt(), s.name(), s.reason()));
        }
    }

    /// The row of the incarnation that the event speaks of; null where the map knows another one,
    /// which leaves a doubt.
    private @Nullable MailboxRow mailbox(MailboxRef ref) throws StoreException {
        MailboxRow m = work.map.get(ref.name());
        if (m == null) {
            m = work.ensure(ref.name(), null, false);
            work.store.change(
                    work.lane,
                    tx -> tx.doubt(Doubt.TREE, null, "an event named an unknown mailbox"));
        }
        if (ref.uidValidity() == 0 || m.uidValidity() == ref.uidValidity()) {
            return m;
        }
        if (m.uidValidity() == 0) {
            MailboxRow known = m.withUidValidity(ref.uidValidity());
            work.save(known);
            return known;
        }
        work.store.change(
                work.lane,
                tx ->
                        tx.doubt(
                                Doubt.MEMBERSHIP,
                                ref.name(),
                                "UIDVALIDITY of an event differs from the map's"));
        return null;
    }

    /// Without rights in a mailbox it is the mailbox that is parked, once, however many events it
    /// gets; a comparison finds what they did when it is tried again.
    private static ParkedRow parked(Entry entry, StoreException e) {
        List<MailboxName> named = mailboxes(entry.event());
        if (Again.lacksRights(e) && !named.isEmpty()) {
            String item = Chores.item(named.getLast());
            return new ParkedRow(item, "mailbox", e.text(), Again.REFUSED, null, null);
        }
        String scope =
                named.isEmpty()
                        ? null
                        : named.stream()
                                .map(MailboxName::value)
                                .distinct()
                                .collect(Collectors.joining("\n"));
        String what = entry.event().getClass().getSimpleName();
        return new ParkedRow("entry " + entry.seq(), what, e.text(), Again.of(e), scope, null);
    }

    /// Those whose messages it is about; none for the tree. Of two the second is the one that the
    /// mirror has to store something in.
    private static List<MailboxName> mailboxes(MailboxEvent event) {
        return switch (event) {
            case MessageAppended a -> List.of(a.mailbox().name());
            case MessagesCopied c -> List.of(c.target().name());
            case MessagesMoved v -> List.of(v.source().name(), v.target().name());
            case MessagesExpunged x -> List.of(x.mailbox().name());
            case FlagsChanged f -> List.of(f.mailbox().name());
            case MailboxEvent.MailboxCreated _,
                    MailboxEvent.MailboxDeleted _,
                    MailboxEvent.MailboxRenamed _,
                    MailboxEvent.Subscribed _,
                    MailboxEvent.Unsubscribed _,
                    MailboxSuspect _ ->
                    List.of();
        };
    }
}
