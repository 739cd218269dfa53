package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Follows a session: which mailbox it has selected, which commands are unanswered, what the
/// primary reports of messages. A state machine that knows no threads, clocks or sockets; for one
/// thread at a time.
///
/// Responses are attributed by content: a FETCH to the STORE that named the message, an EXPUNGE to
/// the command that may remove it. What no command of this session explains is somebody else's
/// doing, and becomes a hint.
final class Follower implements CommandReader.SessionView {
    private final AccountTracker tracker;
    private final List<Pending> outstanding = new ArrayList<>(1);
    private final SearchCapture.Saved saved = new SearchCapture.Saved();
    private final List<Effect> effects = new ArrayList<>();

    private @Nullable Selected selected;
    private @Nullable Growth growth;
    private boolean closedSeen;
    private boolean utf8;
    private boolean vanishedForExpunge;
    private boolean suspected;

    Follower(AccountTracker tracker) {
        this.tracker = tracker;
    }

    @Override
    public @Nullable Selected selected() {
        return selected;
    }

    @Override
    public SearchCapture.Saved saved() {
        return saved;
    }

    @Override
    public boolean utf8() {
        return utf8;
    }

    /// True where expunged messages are told by UID (QRESYNC, UIDONLY).
    boolean hearsVanished() {
        return vanishedForExpunge;
    }

    boolean isIdle() {
        return outstanding.isEmpty();
    }

    List<Pending> outstanding() {
        return outstanding;
    }

    /// What has to be done since the last call.
    List<Effect> takeEffects() {
        List<Effect> out = List.copyOf(effects);
        effects.clear();
        return out;
    }

    /// The IDLE that waits for the client's DONE, if there is one.
    @Nullable IdleCapture openIdle() {
        for (Pending pending : outstanding) {
            if (pending instanceof IdleCapture idle && idle.isOpen()) {
                return idle;
            }
        }
        return null;
    }

    /// The command goes to the primary now.
    void forwarded(Pending command) {
        command.ambiguous =
                command.usesNumbers() && outstanding.stream().anyMatch(p -> !p.forbidsExpunge());
        outstanding.add(command);
    }

    /// The command is understood only now that all of it was forwarded.
    void replace(Pending placeholder, Pending command) {
        int at = outstanding.indexOf(placeholder);
        if (at >= 0) {
            command.odd = placeholder.odd;
            command.ambiguous =
                    command.usesNumbers()
                            && outstanding.subList(0, at).stream()
                                    .anyMatch(p -> !p.forbidsExpunge());
            outstanding.set(at, command);
        }
    }

    /// The command that a tagged response answers, which is outstanding no more; null where there
    /// is none.
    @Nullable Pending answered(String tag) {
        for (Pending pending : outstanding) {
            if (pending.tag.equals(tag)) {
                outstanding.remove(pending);
                return pending;
            }
        }
        return null;
    }

    /// The command that an untagged BAD answers; null where there is none.
    @Nullable Pending refused() {
        for (Pending pending : outstanding) {
            if (pending.odd) {
                outstanding.remove(pending);
                return pending;
            }
        }
        return null;
    }

    /// After the outcome of an answered command got its place.
    void afterAnswer(Pending command, Reply reply) {
        Box destination = command.destination();
        Selected here = selected;
        if (growth != null && here != null && destination != null && destination.is(here.box)) {
            if (growth.answered(command.stored(), isFillingUp(here))) {
                hint(here, Doubt.MEMBERSHIP);
            }
        }
        if (command instanceof IdleCapture idle && reply.status() == Reply.Status.BAD) {
            outstanding.removeAll(idle.swallowed());
        }
        if (command instanceof SelectCapture) {
            closedSeen = false;
        }
        command.after(reply);
    }

    @Override
    public void select(@Nullable Selected next) {
        Selected before = selected;
        if (before != null) {
            tracker.close(before.box);
        }
        selected = next;
        growth = next == null ? null : new Growth(next);
        suspected = false;
        saved.clear();
        if (before != null || next != null) {
            effects.add(new Effect.SelectedNow(next == null ? null : next.box.name()));
        }
    }

    void exists(int number) {
        SelectCapture selecting = aboutNext();
        if (selecting != null) {
            selecting.next().map.exists(number);
            return;
        }
        Selected here = selected;
        if (here == null) {
            return;
        }
        int more = number - here.map.size();
        if (!here.map.exists(number)) {
            contradiction(here, "fewer messages without EXPUNGE");
        } else if (more > 0) {
            outstanding.forEach(p -> p.grew = true);
            if (growth != null && growth.grew(more, isFillingUp(here))) {
                hint(here, Doubt.MEMBERSHIP);
            }
        }
    }

    private boolean isFillingUp(Selected here) {
        return outstanding.stream()
                .map(Pending::destination)
                .anyMatch(box -> box != null && box.is(here.box));
    }

    void expunge(int number) {
        SelectCapture selecting = aboutNext();
        Selected here = selecting == null ? selected : selecting.next();
        if (here == null) {
            return;
        }
        if (number < 1 || number > here.map.size()) {
            contradiction(here, "EXPUNGE of a message that is not there");
            return;
        }
        long uid = here.map.uid(number);
        if (growth != null) {
            growth.expunged(number);
        }
        boolean claimed = claimExpunge(uid);
        here.map.expunge(number);
        gone(here, uid, claimed);
    }

    void vanished(Heard.Vanished vanished) {
        Selected here = selected;
        if (vanished.earlier() || here == null || aboutNext() != null) {
            return;
        }
        if (vanished.uids().size() > here.map.size()) {
            contradiction(here, "more messages vanished than there were");
            return;
        }
        vanished.uids()
                .forEach(uid -> {
                    int number = here.map.number(uid);
                    if (growth != null) {
                        growth.expunged(number == 0 ? here.map.size() : number);
                    }
                    boolean claimed = claimExpunge(uid);
                    if (!here.map.vanish(uid)) {
                        contradiction(here, "a message vanished that was not there");
                    }
                    gone(here, uid, claimed);
                });
    }

    private void gone(Selected here, long uid, boolean claimed) {
        here.gone(uid);
        for (Pending pending : outstanding) {
            pending.shifted |= pending.ambiguous;
        }
        if (!claimed) {
            hint(here, Doubt.MEMBERSHIP);
        }
    }

    /// A MOVE knows what it moves; an EXPUNGE takes whatever else goes.
    private boolean claimExpunge(long uid) {
        for (Pending pending : outstanding) {
            if (pending instanceof CopyCapture && pending.expunged(uid)) {
                return true;
            }
        }
        for (Pending pending : outstanding) {
            if (!(pending instanceof CopyCapture) && pending.expunged(uid)) {
                return true;
            }
        }
        return false;
    }

    /// @return the response with its UID, if that is known
    FetchData fetch(FetchData told) {
        SelectCapture selecting = aboutNext();
        Selected here = selecting == null ? selected : selecting.next();
        if (here == null) {
            return told;
        }
        FetchData data = told;
        if (data.number() > here.map.size()) {
            contradiction(here, "FETCH of a message that is not there");
        }
        if (data.number() > 0 && data.number() <= here.map.size()) {
            if (data.uid() == 0) {
                data = data.withUid(here.map.uid(data.number()));
            } else if (!here.map.learn(data.number(), data.uid())) {
                contradiction(here, "UIDs do not ascend");
            }
        }
        boolean claimed = selecting != null || claimFetch(data);
        if (data.flags() != null) {
            if (!claimed) {
                hint(here, Doubt.FLAGS);
            }
            if (data.uid() != 0) {
                here.flags(data.uid(), data.flags());
            }
        }
        return data;
    }

    private boolean claimFetch(FetchData data) {
        List<StoreCapture> stores = new ArrayList<>();
        for (Pending pending : outstanding) {
            if (pending instanceof StoreCapture store) {
                store.behind = pending != outstanding.getFirst();
                stores.add(store);
            }
        }
        stores.sort((a, b) -> Integer.compare(a.rank(data.uid()), b.rank(data.uid())));
        for (StoreCapture store : stores) {
            if (store.fetched(data)) {
                return true;
            }
        }
        return claimFetch(data, true) || claimFetch(data, false);
    }

    /// What sets \Seen goes before what only looks.
    private boolean claimFetch(FetchData data, boolean mutates) {
        for (Pending pending : outstanding) {
            if (!(pending instanceof StoreCapture)
                    && pending.mutates() == mutates
                    && pending.fetched(data)) {
                return true;
            }
        }
        return false;
    }

    void search(Heard.Search search) {
        if (search.members() == null) {
            return;
        }
        for (Pending pending : outstanding) {
            if (pending instanceof SearchCapture command) {
                command.result(search.tag(), search.uids(), search.members());
            }
        }
    }

    void enabled(Set<String> extensions) {
        utf8 |= extensions.contains("UTF8=ACCEPT") || extensions.contains("IMAP4REV2");
        vanishedForExpunge |= extensions.contains("QRESYNC") || extensions.contains("UIDONLY");
    }

    void listed(Heard.Listed listed) {
        if (listed.exists()) {
            tracker.exists(listed.name());
        }
        if (listed.renamed()) {
            for (Pending pending : outstanding) {
                if (pending instanceof TreeCapture tree) {
                    tree.renamedByServer();
                }
            }
        }
    }

    void continuation() {
        IdleCapture idle = openIdle();
        if (idle != null) {
            idle.started();
        }
    }

    void permanentFlags(Heard.PermanentFlags told) {
        SelectCapture selecting = aboutNext();
        Selected here = selecting == null ? selected : selecting.next();
        if (here != null) {
            here.permanentFlags(told.flags());
        }
    }

    void untagged(Reply reply) {
        Reply.Code code = reply.code();
        if (code == null) {
            return;
        }
        switch (code.name()) {
            case "CLOSED" -> closed();
            case "UIDVALIDITY" -> uidValidity(Reply.number(code.text()));
            case "UIDNEXT" -> uidNext(Reply.number(code.text()));
            case "READ-ONLY", "READ-WRITE" -> {
                SelectCapture selecting = aboutNext();
                Selected here = selecting == null ? selected : selecting.next();
                if (here != null) {
                    here.readOnly = code.name().equals("READ-ONLY");
                }
            }
            case "COPYUID", "APPENDUID" -> offer(code);
            default -> {}
        }
    }

    private void offer(Reply.Code code) {
        for (Pending pending : outstanding) {
            if (pending.code(code)) {
                return;
            }
        }
        for (Pending pending : outstanding) {
            if (pending instanceof CopyCapture copy && code.name().equals("COPYUID")) {
                copy.refuseCode();
            }
        }
    }

    private void closed() {
        for (Pending pending : outstanding) {
            if (pending instanceof SelectCapture selecting) {
                closedSeen = true;
                selecting.startOver();
                select(null);
                return;
            }
        }
    }

    private void uidNext(long next) {
        SelectCapture selecting = aboutNext();
        Selected here = selecting == null ? selected : selecting.next();
        if (here != null) {
            here.map.uidNext(next);
        }
    }

    private void uidValidity(long validity) {
        SelectCapture selecting = aboutNext();
        if (selecting != null) {
            selecting.next().uidValidity = validity;
            return;
        }
        Selected here = selected;
        if (here != null && here.uidValidity != validity) {
            here.uidValidity = validity;
            saved.clear();
            contradiction(here, "UIDVALIDITY changed");
        }
    }

    /// The SELECT that responses are about now: no other mailbox is open, or nothing else is
    /// running that could be about it.
    private @Nullable SelectCapture aboutNext() {
        for (int i = 0; i < outstanding.size(); i++) {
            if (outstanding.get(i) instanceof SelectCapture selecting) {
                return closedSeen || selected == null || i == 0 ? selecting : null;
            }
        }
        return null;
    }

    private void hint(Selected here, Doubt doubt) {
        effects.add(new Effect.Hint(here.box.name(), doubt));
    }

    /// Once per mailbox and session: a server that errs once will err again.
    void contradiction(Selected here, String reason) {
        here.forget();
        if (!suspected) {
            suspected = true;
            effects.add(new Effect.Contradiction(here.box.name(), Doubt.MEMBERSHIP, reason));
        } else {
            hint(here, Doubt.MEMBERSHIP);
        }
    }

    /// A response that might have mattered cannot be understood.
    void garbled(String kind) {
        Selected here = selected;
        if (here != null) {
            if (kind.equals("FETCH") || kind.equals("UIDFETCH")) {
                hint(here, Doubt.FLAGS);
            } else {
                contradiction(here, kind + " cannot be understood");
            }
        }
    }
}
