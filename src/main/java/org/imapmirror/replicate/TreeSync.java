package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.mailstore.Census;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Namespace;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.NameMap;
import org.imapmirror.reconcile.NameMap.Hierarchy;
import org.imapmirror.reconcile.TreeDiff;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Compares the mailbox trees and the subscriptions of both sides and settles the difference.
final class TreeSync {
    static final String FIRST_LISTING = "first listing";

    private final Work work;
    private final TreeEvents events;

    TreeSync(Work work) {
        this.work = work;
        this.events = new TreeEvents(work);
    }

    /// Starts a lane: learns the hierarchies, and sets the position to what the listing to come
    /// will cover. The listing itself is a doubt, so that a crash in between changes nothing.
    ///
    /// @return the account that already mirrors this very storage under another name, or null
    @Nullable String plan() throws StoreException {
        ImapStore primary = work.hands.primary();
        ImapStore target = work.hands.target();
        // An archive takes what is in the journal: the message may be gone from the primary.
        long head = work.archive == null ? work.journal.head(work.account()) : work.lane.position();
        NameMap names = new NameMap(hierarchy(primary.personal()), hierarchy(target.personal()));
        Status inbox = primary.status(List.of("INBOX")).get("INBOX");
        String fingerprint = inbox == null ? null : inbox.mailboxId();
        if (fingerprint != null) {
            String other = work.store.aliasOf(work.lane, fingerprint).orElse(null);
            if (other != null) {
                return other;
            }
        }
        work.store.change(
                work.lane,
                tx -> {
                    tx.planned(names, fingerprint, head);
                    tx.doubt(Doubt.TREE, null, FIRST_LISTING);
                });
        work.lane = work.store.reload(work.lane.key());
        return null;
    }

    private static Hierarchy hierarchy(Namespace n) {
        return new Hierarchy(n.prefix(), n.separator());
    }

    /// @return what it found, for whoever goes on to compare the mailboxes
    Sides run(Window window) throws StoreException {
        // What clients are about is applied before; but the first copies of a new lane in a busy
        // account would wait too long with it.
        if (isFirst(work)) {
            work.awaitFirstUse();
        } else {
            window.close();
        }
        LaneMap.Touched touched = work.map.watchTouches();
        Census census =
                work.hands
                        .primary()
                        .census(work.map.names().stream().map(MailboxName::value).toList());
        List<Listed> listed = census.listed();
        window.close();
        Census mirror =
                work.hands
                        .target()
                        .census(work.map.all().stream().map(MailboxRow::target).toList());
        Set<MailboxName> names = existing(census);
        Set<MailboxName> touchedNames = Set.copyOf(touched.names());
        if (work.archive == null) {
            new Renames(work, events).follow(census, names, touchedNames);
        }
        TreeDiff diff = TreeDiff.of(names, work.map.names(), touched.names());
        Map<MailboxName, @Nullable String> uses = new HashMap<>();
        listed.forEach(l -> uses.put(new MailboxName(l.name()), l.specialUse()));
        for (MailboxName name : diff.created()) {
            make(name, uses.get(name));
        }
        if (!diff.absent().isEmpty()) {
            remove(diff.absent());
        }
        if (!diff.open().isEmpty()) {
            doubt("mailboxes changed while they were listed");
        }
        if (work.archive == null) {
            subscriptions(listed, mirror, touched.names());
        }
        return new Sides(census, mirror);
    }

    /// True until the account was listed once.
    static boolean isFirst(Work work) {
        return work.store.doubts(work.lane).stream()
                .anyMatch(d -> d.reason().equals(FIRST_LISTING));
    }

    private void make(MailboxName name, @Nullable String specialUse) throws StoreException {
        String item = Chores.item(name);
        try {
            orPark(item, "mailbox", () -> work.ensure(name, specialUse, false));
        } catch (IllegalArgumentException e) {
            work.store.change(
                    work.lane, tx -> tx.park(item, "mailbox", String.valueOf(e.getMessage())));
        }
    }

    /// Without those that are listed and are not there: Dovecot goes on listing a deleted mailbox
    /// that has children as if it could be selected. A mailbox that is in the map is known to have
    /// been there.
    private Set<MailboxName> existing(Census census) {
        Set<MailboxName> names = selectable(census.listed());
        names.removeIf(
                name -> work.map.get(name) == null && !census.statuses().containsKey(name.value()));
        return names;
    }

    private static Set<MailboxName> selectable(List<Listed> listed) {
        Set<MailboxName> names = new HashSet<>();
        for (Listed l : listed) {
            if (l.selectable()) {
                names.add(new MailboxName(l.name()));
            }
        }
        return names;
    }

    /// A mailbox that two listings lack is gone, unless that takes more than the brake lets
    /// through.
    private void remove(Set<MailboxName> absent) throws StoreException {
        Set<MailboxName> again = selectable(work.hands.primary().names());
        for (MailboxName name : absent) {
            MailboxRow m = work.map.get(name);
            if (m == null || again.contains(name)) {
                continue;
            }
            if (work.archive != null) {
                if (!again.isEmpty()) {
                    work.archive.mailboxVanished(m);
                }
                continue;
            }
            long held = work.store.messages(m).stream().filter(r -> r.targetUid() != 0).count();
            String item = brakeItem(name);
            boolean stop = again.isEmpty() || held > work.brake.messages();
            Approval approval = work.store.parked().approval(work.lane, item);
            if (stop && !approval.of(m, held, again.isEmpty())) {
                work.store.change(work.lane, tx -> tx.park(heldBack(m, held, again.isEmpty())));
                continue;
            }
            orPark(item, "mailbox", () -> events.delete(m));
        }
    }

    private static ParkedRow heldBack(MailboxRow m, long messages, boolean sideIsEmpty) {
        return new ParkedRow(
                brakeItem(m.name()),
                "brake",
                "the mailbox is no longer on the primary, nobody was seen to delete it, and it"
                        + " holds "
                        + messages
                        + " messages on the mirror"
                        + (sideIsEmpty ? "; no mailbox is there: approve only with --item" : ""),
                Again.NEVER,
                null,
                Approval.detail(m, messages));
    }

    static String brakeItem(MailboxName mailbox) {
        return "deletion of " + mailbox;
    }

    private interface Step {
        void run() throws StoreException;
    }

    /// What a server refuses for good is named and does not stop the rest.
    private void orPark(String item, String what, Step step) throws StoreException {
        if (work.store.parked().isSkipped(work.lane, item)) {
            return;
        }
        try {
            step.run();
            work.refusals.succeeded(item);
            work.store.change(work.lane, tx -> tx.unpark(item));
        } catch (StoreException e) {
            if (!work.refusals.forGood(item, e)) {
                throw e;
            }
            work.store.change(
                    work.lane,
                    tx -> tx.park(new ParkedRow(item, what, e.text(), Again.of(e), null, null)));
        }
    }

    private void subscriptions(List<Listed> listed, Census mirror, Set<MailboxName> touched)
            throws StoreException {
        Set<String> onMirror = new HashSet<>();
        for (Listed l : mirror.listed()) {
            if (l.subscribed()) {
                onMirror.add(new MailboxName(l.name()).value());
            }
        }
        boolean unsettled = false;
        for (Listed l : listed) {
            MailboxName name = new MailboxName(l.name());
            boolean there = onMirror.contains(work.lane.names().toTarget(name));
            if (touched.contains(name)) {
                // An event of the mailbox, which need not be one of its subscription.
                unsettled |= l.subscribed() != there;
                continue;
            }
            String item = "subscription of " + name;
            if (l.subscribed() && !there) {
                orPark(item, "subscription", () -> events.subscribed(name));
            } else if (!l.subscribed() && there) {
                orPark(item, "subscription", () -> events.unsubscribed(name));
            }
        }
        if (unsettled) {
            doubt("a mailbox changed while its subscription was compared");
        }
    }

    private void doubt(String reason) {
        work.store.change(work.lane, tx -> tx.doubt(Doubt.TREE, null, reason));
    }
}
