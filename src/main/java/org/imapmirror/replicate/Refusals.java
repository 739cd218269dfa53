package org.imapmirror.replicate;

import org.imapmirror.mailstore.StoreException;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// How often a server refused the same thing in a row without telling why. After a few tries such a
/// refusal is taken for one that stays, so that it is named instead of blocking what is behind it.
/// Lives as long as the lane, whose runs end with every failure.
///
/// A server that says that it is only unavailable for now is believed, for `retry.stuck`. Then one
/// thing is named and left out, and what comes behind it tells whether that was the reason: as long
/// as nothing of its kind succeeds, nothing else is left out, and if something else was refused as
/// well, it was the server, and the one left out is tried again as soon as anything succeeds.
final class Refusals {
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Unavailable> unavailable = new HashMap<>();
    private final Set<String> stuck = new HashSet<>();
    private final RetryRules rules;
    private final LongSupplier nanos;

    /// What was left out last, until something else succeeds.
    private @Nullable String leftOut;

    /// Something else was refused since.
    private boolean all;

    private boolean again;

    /// @param nanos a monotonic clock
    Refusals(RetryRules rules, LongSupplier nanos) {
        this.rules = rules;
        this.nanos = nanos;
    }

    private record Unavailable(long first, long last, int times) {}

    /// True where the answer will stay the same for now, so that what is behind it has to go on;
    /// [Again] tells whether it is tried again by itself. Failures of the connection never count.
    boolean forGood(String item, StoreException e) {
        boolean answered =
                switch (e.kind()) {
                    case REFUSED, PROTOCOL, UNSUPPORTED -> true;
                    case UNREACHABLE, TLS, LOGIN_REFUSED, NO_LOGIN, GONE, RACE -> false;
                };
        if (!answered) {
            return false;
        }
        boolean stays =
                switch (e.outlook()) {
                    case NEVER -> true;
                    case LATER -> true;
                    case SOON -> isStuck(item);
                    case UNKNOWN -> counts.merge(item, 1, Integer::sum) >= rules.tries();
                };
        if (stays) {
            counts.remove(item);
        }
        return stays;
    }

    private boolean isStuck(String item) {
        if (stuck.contains(item)) {
            return true;
        }
        long now = nanos.getAsLong();
        long longest = rules.stuck().toNanos();
        Unavailable before = unavailable.get(item);
        Unavailable since =
                before == null || now - before.last() > longest
                        ? new Unavailable(now, now, 1)
                        : new Unavailable(before.first(), now, before.times() + 1);
        unavailable.put(item, since);
        if (leftOut != null) {
            all = true;
            return false;
        }
        if (since.times() < rules.tries() || now - since.first() < longest) {
            return false;
        }
        unavailable.remove(item);
        stuck.add(item);
        leftOut = item;
        return true;
    }

    /// The next refusal of it is one for good: it was tried often enough in another way.
    void exhausted(String item) {
        counts.put(item, rules.tries());
    }

    void succeeded(String item) {
        counts.remove(item);
        unavailable.remove(item);
        stuck.remove(item);
        String suspect = leftOut;
        if (suspect != null && kind(suspect).equals(kind(item))) {
            leftOut = null;
            if (all) {
                all = false;
                again = true;
                stuck.remove(suspect);
            }
        }
    }

    private static String kind(String item) {
        return item.substring(0, item.indexOf(' ') + 1);
    }

    /// True once, where what was left out is to be tried again now.
    boolean takeAgain() {
        boolean taken = again;
        again = false;
        return taken;
    }

    boolean hasAgain() {
        return again;
    }
}
