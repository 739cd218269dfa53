package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a command changes, or may change: compared between commands that overlap in time, because
/// then nobody knows which came first (reference section 2.3).
sealed interface Touch {

    /// Flags of messages.
    record Flags(Box box, UidSet uids) implements Touch {}

    /// New messages out of nothing; `uids` is empty until the primary has told them.
    record Appends(Box box, UidSet uids) implements Touch {}

    /// Messages copied or moved, with the flags they have at that moment.
    record Copies(Box from, UidSet uids, Box to) implements Touch {}

    /// Messages removed one by one, as the primary reports.
    record Expunges(Box box) implements Touch {}

    /// Whatever is \Deleted at that moment is removed, silently.
    record Closes(Box box) implements Touch {}

    /// Names created, deleted, renamed or (un)subscribed.
    record Names(List<Box> boxes) implements Touch {}

    /// A doubt that remains when both commands are done.
    ///
    /// @param box null for the tree
    record Conflict(Doubt doubt, @Nullable Box box) {}

    /// @param reordered both are of one session, which asked for the one that is done later first
    /// @return null where the order does not matter
    static @Nullable Conflict between(Touch a, Touch b, boolean reordered) {
        Conflict found = oneWay(a, b, reordered);
        return found == null ? oneWay(b, a, reordered) : found;
    }

    private static @Nullable Conflict oneWay(Touch a, Touch b, boolean reordered) {
        return switch (a) {
            case Flags(Box box, UidSet uids) -> flags(box, uids, b, reordered);
            case Names(List<Box> boxes) ->
                    b.boxes().stream().anyMatch(x -> boxes.stream().anyMatch(y -> related(x, y)))
                            ? new Conflict(Doubt.TREE, null)
                            : null;
            case Closes(Box box) -> arrives(b, box) ? new Conflict(Doubt.MEMBERSHIP, box) : null;
            case Appends _, Copies _, Expunges _ -> null;
        };
    }

    /// Messages may arrive with \Deleted.
    private static boolean arrives(Touch touch, Box in) {
        return switch (touch) {
            case Appends(Box box, _) -> box.is(in);
            case Copies(_, _, Box to) -> to.is(in);
            case Flags _, Expunges _, Closes _, Names _ -> false;
        };
    }

    private static @Nullable Conflict flags(Box box, UidSet uids, Touch b, boolean reordered) {
        return switch (b) {
            case Flags(Box other, UidSet theirs) when box.is(other) && meet(uids, theirs) ->
                    new Conflict(Doubt.FLAGS, box);
            case Appends(Box other, UidSet theirs) when box.is(other) && meet(uids, theirs) ->
                    new Conflict(Doubt.FLAGS, box);
            case Copies(Box from, UidSet theirs, Box to) when box.is(from) && meet(uids, theirs) ->
                    new Conflict(Doubt.FLAGS, to);
            case Closes(Box other) when box.is(other) -> new Conflict(Doubt.MEMBERSHIP, box);
            case Expunges(Box other) when reordered && box.is(other) ->
                    new Conflict(Doubt.FLAGS, box);
            default -> null;
        };
    }

    private static boolean meet(UidSet a, UidSet b) {
        return !a.intersect(b).isEmpty();
    }

    /// Equal, or perhaps one below the other: whatever the separator is.
    private static boolean related(Box a, Box b) {
        String x = a.name().value();
        String y = b.name().value();
        return x.startsWith(y) || y.startsWith(x);
    }

    /// The mailboxes concerned.
    private List<Box> boxes() {
        return switch (this) {
            case Flags(Box box, _) -> List.of(box);
            case Appends(Box box, _) -> List.of(box);
            case Copies(Box from, _, Box to) -> List.of(from, to);
            case Expunges(Box box) -> List.of(box);
            case Closes(Box box) -> List.of(box);
            case Names(List<Box> all) -> all;
        };
    }
}
