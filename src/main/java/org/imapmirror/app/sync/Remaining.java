package org.imapmirror.app.sync;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/// What a run still has to do, and how long that may take. Sizes of messages that were not looked
/// at yet are taken to be as those that were, on average. One thread at a time.
final class Remaining {
    private final Map<String, Mailbox> mailboxes = new HashMap<>();
    private long seen;
    private long seenBytes;
    private long copied;
    private long copiedBytes;
    private long beganNanos;

    private static final class Mailbox {
        private long messages;
        private long known;
        private long knownBytes;

        /// What an earlier run had under way is told as copied without having been counted here.
        private void less(long size) {
            messages = Math.max(0, messages - 1);
            if (known > 0) {
                known--;
                knownBytes = Math.max(0, knownBytes - size);
            }
        }
    }

    /// As [org.imapmirror.reconcile.sync.Progress#left].
    ///
    /// @param nanos System.nanoTime()
    void left(String name, long messages, long known, long knownBytes, long nanos) {
        if (seen == 0) {
            beganNanos = nanos;
        }
        Mailbox mailbox = mailboxes.computeIfAbsent(name, _ -> new Mailbox());
        mailbox.messages = messages;
        mailbox.known = known;
        mailbox.knownBytes = knownBytes;
        seen += known;
        seenBytes += knownBytes;
    }

    void copied(String name, long size) {
        copied++;
        copiedBytes += size;
        failed(name, size);
    }

    /// It is named in the report, and not tried any more.
    void failed(String name, long size) {
        Mailbox mailbox = mailboxes.get(name);
        if (mailbox != null) {
            mailbox.less(size);
        }
    }

    long copied() {
        return copied;
    }

    long copiedBytes() {
        return copiedBytes;
    }

    /// Messages that were not looked at, or are to be copied.
    long messages() {
        return mailboxes.values().stream().mapToLong(m -> m.messages).sum();
    }

    /// Octets of these, at most: messages that nobody looked at may be on the target. Empty as long
    /// as no size is known.
    OptionalLong bytes() {
        long unknown = mailboxes.values().stream().mapToLong(m -> m.messages - m.known).sum();
        if (seen == 0 && unknown > 0) {
            return OptionalLong.empty();
        }
        long known = mailboxes.values().stream().mapToLong(m -> m.knownBytes).sum();
        return OptionalLong.of(
                known + (seen == 0 ? 0 : Math.round((double) seenBytes / seen * unknown)));
    }

    /// Octets in a second since the first ones were on their way.
    double rate(long nanos) {
        return copiedBytes / Math.max(0.001, (nanos - beganNanos) / 1e9);
    }

    /// Seconds at that rate; empty where nothing is left, or nothing is known yet.
    OptionalLong seconds(long nanos) {
        OptionalLong left = bytes();
        double rate = rate(nanos);
        return left.isEmpty() || left.getAsLong() == 0 || rate == 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.round(left.getAsLong() / rate));
    }
}
