package org.imapmirror.replicate;

import org.imapmirror.mailstore.StoreException;

import java.util.HashMap;
import java.util.Map;

/// How often a server refused the same thing in a row without telling why. After a few tries such a
/// refusal is taken for one that stays, so that it is named instead of blocking what is behind it.
/// Lives as long as the lane, whose runs end with every failure.
final class Refusals {
    private static final int TRIES = 3;

    private final Map<String, Integer> counts = new HashMap<>();

    /// True where the answer will stay the same. Failures of the connection never count.
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
                    case SOON, LATER -> false;
                    case UNKNOWN -> counts.merge(item, 1, Integer::sum) >= TRIES;
                };
        if (stays) {
            counts.remove(item);
        }
        return stays;
    }

    void succeeded(String item) {
        counts.remove(item);
    }
}
