package org.imapmirror.capture;

import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.MailboxCreated;
import org.imapmirror.event.MailboxEvent.MailboxDeleted;
import org.imapmirror.event.MailboxEvent.MailboxRenamed;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.Origin;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// What the sessions of one account share: which mailboxes they have open, which commands are
/// unanswered, and the order in which their outcomes are journalled. Thread-safe; everything under
/// the lock is quick, and handing events to the journal under it is what makes the order of the
/// journal the order in which the primary's answers were read.
final class AccountTracker {
    /// Names that are remembered as existing; beyond that, they are merely not known.
    private static final int MAX_KNOWN = 10_000;

    private final Account account;
    private final CommitGate gate;
    private final SeparatorSource separators;
    private final WriteMark mark;

    /// Guarded by this, like everything below.
    private final Set<Box> boxes = Collections.newSetFromMap(new IdentityHashMap<>());

    private final Set<Ticket> tickets = new LinkedHashSet<>();
    private final Set<MailboxName> existing = new LinkedHashSet<>();

    private final FirstUse firstUse = new FirstUse();

    /// Sessions that are open; guarded by the map of trackers.
    private int sessions;

    AccountTracker(Account account, CommitGate gate, SeparatorSource separators) {
        this.account = account;
        this.gate = gate;
        this.separators = separators;
        this.mark = new WriteMark(account, gate);
        existing.add(MailboxName.INBOX);
    }

    Account account() {
        return account;
    }

    WriteMark mark() {
        return mark;
    }

    /// 0 where it is not known.
    char separator() {
        return separators.separator(account);
    }

    /// A session of the account is there.
    ///
    /// @param atMost how long [#begun()] waits for the first one to use the account
    void opened(Timer timer, Duration atMost) {
        if (sessions++ == 0) {
            firstUse.expect(timer, atMost);
        }
    }

    void closed() {
        if (--sessions == 0) {
            firstUse.seen();
        }
    }

    boolean hasSessions() {
        return sessions > 0;
    }

    /// A client opened or made a mailbox, or tried to.
    void used() {
        firstUse.seen();
    }

    /// Follows a mailbox from now on, by its name at this moment, until [#close].
    synchronized Box open(MailboxName name) {
        Box box = new Box(name);
        boxes.add(box);
        return box;
    }

    synchronized void close(Box box) {
        boxes.remove(box);
    }

    /// The primary showed that there is such a mailbox.
    synchronized void exists(MailboxName name) {
        if (existing.size() < MAX_KNOWN) {
            existing.add(name);
        }
    }

    synchronized boolean isKnown(MailboxName name) {
        return existing.contains(name);
    }

    /// A command that may change something is forwarded now.
    synchronized Ticket begin(Origin origin, List<Touch> touches) {
        Ticket ticket = new Ticket(origin);
        ticket.touches = touches;
        tickets.add(ticket);
        return ticket;
    }

    synchronized void touches(Ticket ticket, List<Touch> touches) {
        ticket.touches = touches;
    }

    /// The primary answered the command, or never will: its outcome gets its place now.
    ///
    /// @param outcome is computed under the lock
    /// @return completes, never exceptionally, when the events are durable or given up; null where
    ///   there are none
    @Nullable CompletionStage<Boolean> complete(Ticket ticket, Supplier<Outcome> outcome) {
        CompletionStage<Boolean> stored;
        used();
        synchronized (this) {
            if (ticket.answered) {
                throw new IllegalStateException("bug: the command was answered twice");
            }
            ticket.answered = true;
            Outcome done = outcome.get();
            List<MailboxEvent> events = new ArrayList<>(done.certain());
            done.events().forEach(this::follow);
            if (!done.touches().isEmpty()) {
                // Both were done in an unknown order: whoever ends last leaves the doubt behind.
                ticket.conflicts.forEach(conflict -> add(events, conflict));
                leaveConflicts(ticket, done.touches());
            }
            if (events.isEmpty()) {
                tickets.remove(ticket);
                ticket.settled.complete(null);
                return null;
            }
            stored = gate.append(account, ticket.origin, events);
        }
        return stored.whenComplete((_, _) -> {
            synchronized (this) {
                tickets.remove(ticket);
            }
            ticket.settled.complete(null);
        });
    }

    /// Events that belong to no command, such as the suspicion that a response contradicts what is
    /// known.
    void append(Origin origin, List<MailboxEvent> events) {
        var unused = complete(begin(origin, List.of()), () -> new Outcome(events, List.of()));
    }

    /// Commands that are unanswered or not journalled yet.
    synchronized int outstanding() {
        return tickets.size();
    }

    /// Completes when all of those are answered and journalled, or suspect.
    synchronized CompletionStage<Void> settled() {
        return settled(_ -> true);
    }

    /// Like [#settled()], for the commands of one session.
    synchronized CompletionStage<Void> settled(Origin origin) {
        return settled(t -> t.origin.equals(origin));
    }

    /// As [Capture#begun].
    CompletionStage<Void> begun() {
        return firstUse.begun();
    }

    private CompletionStage<Void> settled(Predicate<Ticket> which) {
        return CompletableFuture.allOf(
                tickets.stream()
                        .filter(which)
                        .map(t -> t.settled)
                        .toArray(CompletableFuture<?>[]::new));
    }

    private void leaveConflicts(Ticket ticket, List<Touch> touches) {
        boolean earlier = true;
        for (Ticket other : tickets) {
            if (other == ticket) {
                earlier = false;
                continue;
            }
            if (other.answered) {
                continue;
            }
            boolean sameSession = other.origin.equals(ticket.origin);
            if (sameSession && !earlier) {
                // Asked for later and answered later: nothing was reordered.
                continue;
            }
            for (Touch a : touches) {
                for (Touch b : other.touches) {
                    Touch.Conflict conflict = Touch.between(a, b, sameSession);
                    if (conflict != null) {
                        other.conflicts.add(conflict);
                    }
                }
            }
        }
    }

    private static void add(List<MailboxEvent> events, Touch.Conflict conflict) {
        String reason = "commands overlapped in time";
        Box box = conflict.box();
        if (box == null) {
            events.add(MailboxSuspect.ofTree(reason));
        } else if (!box.isDeleted()) {
            events.add(MailboxSuspect.of(conflict.doubt(), box.name(), reason));
        }
    }

    private void follow(MailboxEvent event) {
        switch (event) {
            case MailboxCreated(MailboxName name, _, _) -> exists(name);
            case MailboxRenamed(MailboxName from, MailboxName to) -> renamed(from, to);
            case MailboxDeleted(MailboxName name) -> {
                existing.remove(name);
                for (Box box : boxes) {
                    if (box.name().equals(name)) {
                        box.delete();
                    }
                }
            }
            default -> {}
        }
    }

    private void renamed(MailboxName from, MailboxName to) {
        for (Box box : boxes) {
            box.rename(box.name().renamed(from, to, separatorOf(from, box.name())));
        }
        List<MailboxName> moved = new ArrayList<>();
        existing.removeIf(name -> {
            MailboxName now = name.renamed(from, to, separatorOf(from, name));
            if (!now.equals(name)) {
                moved.add(now);
                return true;
            }
            return false;
        });
        existing.addAll(moved);
    }

    /// True where a rename moves an open mailbox and only a guessed separator says so.
    synchronized boolean guessesChildOf(MailboxName parent) {
        return separator() == 0
                && boxes.stream()
                        .anyMatch(b -> b.name().isBelow(parent, separatorOf(parent, b.name())));
    }

    private char separatorOf(MailboxName parent, MailboxName child) {
        char known = separator();
        int at = parent.value().length();
        if (known != 0 || child.value().length() <= at) {
            return known;
        }
        char guess = child.value().charAt(at);
        return guess == '/' || guess == '.' || guess == '\\' ? guess : 0;
    }
}
