package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Census;
import org.imapmirror.mailstore.HeaderKey;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Selected;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Recognizes mailboxes of the primary that were renamed past the proxy, so that the mirror renames
/// its own and no message is copied again.
///
/// A server with OBJECTID tells which is which. Else a mailbox that is gone and a new one are the
/// same where UIDVALIDITY, UIDNEXT and a sample of the messages say so, and no other mailbox comes
/// into question. Whatever is not certain is a mailbox that went and another one that came.
final class Renames {
    private static final Logger LOG = LoggerFactory.getLogger(Renames.class);
    private static final int SAMPLE = 16;

    private final Work work;
    private final TreeEvents events;

    Renames(Work work, TreeEvents events) {
        this.work = work;
        this.events = events;
    }

    /// Follows the renames that this listing shows.
    ///
    /// @param names mailboxes that exist on the primary
    /// @param touched names that are the live events' to decide
    void follow(Census census, Set<MailboxName> names, Set<MailboxName> touched)
            throws StoreException {
        Map<Long, Compared> compared = work.compared.of(work.lane);
        Set<MailboxName> left = Set.copyOf(touched);
        boolean any = false;
        for (MailboxName to : new TreeSet<>(names)) {
            if (left.contains(to) || work.map.get(to) != null) {
                continue;
            }
            Status status = census.statuses().get(to.value());
            MailboxRow from = status == null ? null : origin(to, status, names, left, compared);
            if (from != null && subtreeFits(from.name(), to, census, names, left)) {
                any |= rename(from, to);
            }
        }
        if (any) {
            work.store.change(
                    work.lane,
                    tx -> tx.doubt(Doubt.TREE, null, "mailboxes were renamed by somebody else"));
        }
        learnIds(census, left, compared);
    }

    /// The mailbox of the map that is called otherwise now; null for none, or where it is
    /// uncertain.
    private @Nullable MailboxRow origin(
            MailboxName to,
            Status status,
            Set<MailboxName> names,
            Set<MailboxName> left,
            Map<Long, Compared> compared)
            throws StoreException {
        List<MailboxRow> gone = new ArrayList<>();
        for (MailboxRow m : work.map.all()) {
            if (!names.contains(m.name())
                    && !left.contains(m.name())
                    && !m.name().isInbox()
                    && m.copied()
                    && m.uidValidity() != 0
                    && m.uidValidity() == status.uidValidity()
                    && status.uidNext() > m.uidSeen()) {
                gone.add(m);
            }
        }
        if (gone.isEmpty()) {
            return null;
        }
        String id = idOf(to, status);
        if (id != null) {
            for (MailboxRow m : gone) {
                if (id.equals(compared.getOrDefault(m.id(), Compared.NEVER).mailboxId())) {
                    return m;
                }
            }
            gone.removeIf(m -> compared.getOrDefault(m.id(), Compared.NEVER).mailboxId() != null);
        }
        return gone.size() == 1 && hasSameMessages(gone.getFirst(), to) ? gone.getFirst() : null;
    }

    /// Some servers tell it only of a mailbox that is open.
    private @Nullable String idOf(MailboxName name, Status status) throws StoreException {
        ImapStore primary = work.hands.primary();
        if (status.mailboxId() != null || !primary.has("OBJECTID")) {
            return status.mailboxId();
        }
        try {
            return primary.examine(name.value()).mailboxId();
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED) {
                throw e;
            }
            return null;
        }
    }

    /// Compares some messages of the primary's mailbox with what the mirror has of the other name.
    private boolean hasSameMessages(MailboxRow m, MailboxName to) throws StoreException {
        List<MessageRow> mapped =
                work.store.messages(m).stream().filter(row -> row.state() == State.MAPPED).toList();
        Map<Long, Long> sample = new HashMap<>();
        int size = Math.min(SAMPLE, mapped.size());
        for (int i = 0; i < size; i++) {
            MessageRow row = mapped.get((int) ((long) i * mapped.size() / size));
            sample.put(row.uid(), row.targetUid());
        }
        if (sample.isEmpty()) {
            return false;
        }
        try {
            ImapStore primary = work.hands.primary();
            Selected s = primary.examine(to.value());
            if (s.uidValidity() != m.uidValidity()) {
                return false;
            }
            Map<Long, HeaderKey> here = primary.headers(UidSet.of(sample.keySet()));
            work.selectTarget(m);
            Map<Long, HeaderKey> there = work.hands.target().headers(UidSet.of(sample.values()));
            int same = 0;
            for (Map.Entry<Long, Long> e : sample.entrySet()) {
                HeaderKey a = here.get(e.getKey());
                HeaderKey b = there.get(e.getValue());
                if (a == null || b == null) {
                    continue;
                }
                if (!a.equals(b)) {
                    return false;
                }
                same++;
            }
            return same * 2 >= sample.size();
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED) {
                throw e;
            }
            return false;
        }
    }

    /// A rename takes the mailboxes below along: all of them have to be where it would take them.
    private boolean subtreeFits(
            MailboxName from,
            MailboxName to,
            Census census,
            Set<MailboxName> names,
            Set<MailboxName> left) {
        char separator = work.lane.names().primary().separator();
        for (MailboxRow m : work.map.all()) {
            if (!m.name().isBelow(from, separator)) {
                continue;
            }
            MailboxName moved = m.name().renamed(from, to, separator);
            Status status = census.statuses().get(moved.value());
            if (names.contains(m.name())
                    || left.contains(m.name())
                    || left.contains(moved)
                    || work.map.get(moved) != null
                    || status == null
                    || m.uidValidity() != 0 && m.uidValidity() != status.uidValidity()) {
                return false;
            }
        }
        return true;
    }

    /// @return false where the mirror refuses it: then its mailbox is made anew as any other
    private boolean rename(MailboxRow from, MailboxName to) throws StoreException {
        try {
            events.renamed(from.name(), to);
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED || e.temporary()) {
                throw e;
            }
            LOG.atInfo()
                    .addKeyValue("account", work.lane.key().account())
                    .addKeyValue("mirror", work.lane.key().mirror())
                    .addKeyValue("mailbox", to)
                    .addKeyValue("reason", e.text())
                    .log("the mirror refuses to rename a mailbox, it is copied anew");
            return false;
        }
        MailboxRow now = work.map.byId(from.id());
        if (now == null || !now.name().equals(to)) {
            return false;
        }
        // What happened there meanwhile is found by comparing everything once.
        char separator = work.lane.names().primary().separator();
        for (MailboxRow m : work.map.all()) {
            if (m.name().equals(to) || m.name().isBelow(to, separator)) {
                work.save(m.withSeen(MailboxRow.Seen.NEVER));
            }
        }
        return true;
    }

    /// Keeps what the primary calls its mailboxes, where that is certainly the mailbox of the map.
    private void learnIds(Census census, Set<MailboxName> left, Map<Long, Compared> compared) {
        Map<MailboxRow, String> learned = new HashMap<>();
        for (MailboxRow m : work.map.all()) {
            Status status = census.statuses().get(m.name().value());
            if (status == null || status.mailboxId() == null || left.contains(m.name())) {
                continue;
            }
            String known = compared.getOrDefault(m.id(), Compared.NEVER).mailboxId();
            if (m.uidValidity() == status.uidValidity() && !status.mailboxId().equals(known)) {
                learned.put(m, status.mailboxId());
            }
        }
        if (!learned.isEmpty()) {
            work.store.change(
                    work.lane,
                    tx -> {
                        for (Map.Entry<MailboxRow, String> e : learned.entrySet()) {
                            tx.compared().id(e.getKey(), e.getValue());
                        }
                    });
        }
    }
}
