package org.imapmirror.reconcile.verify;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.CanonicalDigest;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.sync.MessageDates;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/// What a mailbox holds, in some 80 octets for each message.
final class Contents {
    /// Messages whose bodies are asked for together.
    private static final int WINDOW = 1000;

    static final long NO_DATE = Long.MIN_VALUE;

    private static final int HALF = 16;

    private Contents() {}

    /// @param high of the first 128 bits of the body's digest, likewise `low`
    /// @param seconds of the INTERNALDATE since 1970
    /// @param octets of the body as they came
    record Message(long high, long low, long uid, long seconds, long octets, Flags flags) {
        boolean sameBody(Message other) {
            return high == other.high && low == other.low;
        }
    }

    /// Reads the open mailbox.
    ///
    /// @param flags what becomes of the flags before they are compared
    /// @throws StoreException of kind RACE where messages went away meanwhile
    static List<Message> read(ImapStore store, UnaryOperator<Flags> flags, BooleanSupplier stop)
            throws StoreException {
        UidSet uids = store.uids();
        List<Message> out = new ArrayList<>((int) uids.size());
        Map<Flags, Flags> known = new HashMap<>();
        for (UidSet window : uids.chunks(WINDOW)) {
            if (stop.getAsBoolean()) {
                return out;
            }
            Map<Long, Summary> summaries = new HashMap<>();
            store.summaries(window).forEach(s -> summaries.put(s.uid(), s));
            int before = out.size();
            try {
                store.bodies(
                        window,
                        (uid, size, body) -> {
                            Summary s = summaries.get(uid);
                            if (s != null) {
                                Flags kept = flags.apply(s.flags());
                                out.add(
                                        message(
                                                s,
                                                size,
                                                CanonicalDigest.of(body),
                                                known.computeIfAbsent(kept, same -> same)));
                            }
                        });
            } catch (IOException e) {
                throw new StoreException(
                        Kind.GONE, store.server(), null, "a message was not read to its end", e);
            }
            if (out.size() - before != window.size()) {
                throw new StoreException(
                        Kind.RACE,
                        store.server(),
                        null,
                        "messages went away while they were compared");
            }
        }
        return out;
    }

    private static Message message(Summary s, long octets, String digest, Flags flags) {
        Instant date = MessageDates.instant(s.internalDate());
        return new Message(
                Long.parseUnsignedLong(digest, 0, HALF, 16),
                Long.parseUnsignedLong(digest, HALF, 2 * HALF, 16),
                s.uid(),
                date == null ? NO_DATE : date.getEpochSecond(),
                octets,
                flags);
    }
}
