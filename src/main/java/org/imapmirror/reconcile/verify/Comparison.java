package org.imapmirror.reconcile.verify;

import org.imapmirror.reconcile.verify.Contents.Message;
import org.imapmirror.reconcile.verify.Difference.Kind;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/// Pairs the messages of two mailboxes by their bodies. Of several with one body, those that agree
/// in everything else are paired first, so that as few differences as possible are left.
///
/// @param dates are compared
/// @param tolerance that dates may differ
record Comparison(boolean dates, Duration tolerance) {
    /// More is not the last line's end.
    private static final long LINE_END = 2;

    private static final Comparator<Message> ORDER =
            Comparator.comparingLong(Message::high)
                    .thenComparingLong(Message::low)
                    .thenComparingLong(Message::seconds)
                    .thenComparingLong(Message::uid);

    /// @param different pairs with one body and something else that differs
    record Result(List<Message> missing, List<Message> extra, List<Pair> different) {}

    record Pair(Message source, Message target, Kind kind, String detail) {}

    /// @param source is sorted by this, likewise `target`
    Result of(List<Message> source, List<Message> target) {
        source.sort(ORDER);
        target.sort(ORDER);
        Result result = new Result(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int i = 0;
        int j = 0;
        while (i < source.size() || j < target.size()) {
            int order = order(source, i, target, j);
            if (order < 0) {
                result.missing().add(source.get(i++));
            } else if (order > 0) {
                result.extra().add(target.get(j++));
            } else {
                int endI = end(source, i);
                int endJ = end(target, j);
                same(source.subList(i, endI), target.subList(j, endJ), result);
                i = endI;
                j = endJ;
            }
        }
        return result;
    }

    private static int order(List<Message> source, int i, List<Message> target, int j) {
        if (i == source.size()) {
            return 1;
        }
        if (j == target.size()) {
            return -1;
        }
        int high = Long.compare(source.get(i).high(), target.get(j).high());
        return high != 0 ? high : Long.compare(source.get(i).low(), target.get(j).low());
    }

    private static int end(List<Message> messages, int from) {
        int end = from + 1;
        while (end < messages.size() && messages.get(end).sameBody(messages.get(from))) {
            end++;
        }
        return end;
    }

    private void same(List<Message> source, List<Message> target, Result result) {
        if (source.size() == 1 && target.size() == 1) {
            differences(source.getFirst(), target.getFirst(), result);
            return;
        }
        List<Message> left = new ArrayList<>(source);
        List<Message> free = new ArrayList<>(target);
        pair(left, free, result, true, true);
        pair(left, free, result, true, false);
        pair(left, free, result, false, true);
        pair(left, free, result, false, false);
        result.missing().addAll(left);
        result.extra().addAll(free);
    }

    private void pair(
            List<Message> left, List<Message> free, Result result, boolean date, boolean flags) {
        for (Iterator<Message> i = left.iterator(); i.hasNext(); ) {
            Message a = i.next();
            for (Message b : free) {
                if ((!date || sameDate(a, b)) && (!flags || a.flags().equals(b.flags()))) {
                    differences(a, b, result);
                    free.remove(b);
                    i.remove();
                    break;
                }
            }
        }
    }

    private boolean sameDate(Message a, Message b) {
        if (!dates || a.seconds() == b.seconds()) {
            return true;
        }
        return a.seconds() != Contents.NO_DATE
                && b.seconds() != Contents.NO_DATE
                && Math.abs(a.seconds() - b.seconds()) <= tolerance.toSeconds();
    }

    private void differences(Message a, Message b, Result result) {
        if (!a.flags().equals(b.flags())) {
            result.different().add(new Pair(a, b, Kind.FLAGS, a.flags() + " / " + b.flags()));
        }
        if (!sameDate(a, b)) {
            result.different()
                    .add(new Pair(a, b, Kind.DATE, text(a.seconds()) + " / " + text(b.seconds())));
        }
        if (Math.abs(a.octets() - b.octets()) > LINE_END) {
            result.different().add(new Pair(a, b, Kind.SIZE, a.octets() + " / " + b.octets()));
        }
    }

    private static String text(long seconds) {
        return seconds == Contents.NO_DATE ? "none" : Instant.ofEpochSecond(seconds).toString();
    }
}
