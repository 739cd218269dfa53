package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.HeaderKey;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// A set of message identities in few octets each: 8 for every message and place for growth.
final class Identities {
    private long[] slots = new long[1024];
    private int used;

    /// What a header says who a message is, as far as 64 bits go; null where it says nothing that
    /// no other message could say.
    static @Nullable Long of(HeaderKey key) {
        return key.messageId() == null ? null : hash(key.digest());
    }

    /// From a digest in hexadecimal digits; never 0.
    static long hash(String hex) {
        long hash = Long.parseUnsignedLong(hex.substring(0, 16), 16);
        return hash == 0 ? 1 : hash;
    }

    synchronized boolean contains(long identity) {
        return slots[slot(identity)] == identity;
    }

    /// @return false where it was there before
    synchronized boolean addIfAbsent(long identity) {
        if (slots[slot(identity)] == identity) {
            return false;
        }
        add(identity);
        return true;
    }

    synchronized void add(long identity) {
        if ((used + 1) * 2 > slots.length) {
            long[] old = slots;
            slots = new long[old.length * 2];
            Arrays.stream(old).filter(v -> v != 0).forEach(v -> slots[slot(v)] = v);
        }
        int at = slot(identity);
        if (slots[at] == 0) {
            slots[at] = identity;
            used++;
        }
    }

    private int slot(long identity) {
        int at = Long.hashCode(identity * 0x9E3779B97F4A7C15L) & (slots.length - 1);
        while (slots[at] != 0 && slots[at] != identity) {
            at = (at + 1) & (slots.length - 1);
        }
        return at;
    }
}
