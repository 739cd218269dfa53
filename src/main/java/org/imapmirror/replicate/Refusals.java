package org.imapmirror.replicate;

import org.imapmirror.mailstore.StoreException;

import java.util.HashMap;
import java.util.Map;

/// How often a server refused the same thing in a row without telling why. After a few tries such a
/// refusal is taken for one that stays, so that it is named instead of blocking what is behind it.
/// Lives as long as the lane, whose runs end with every failure.
final class Refusals {
    private final Map<String, Integer> counts = new HashMap<>();
    private final int tries;

    /// @param tries how often the same may be refused without a reason, 1 or more
    Refusals(int tries) {
        this.tries = tries;
    }

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
                    case SOON -> false;
                    case UNKNOWN -> counts.merge(item, 1, Integer::sum) >= tries;
                };
        if (stays) {
            counts.remove(item);
        }
        return stays;
    }

    /// The next refusal of it is one for good: it was tried often enough in another way.
    void exhausted(String item) {
        counts.put(item, tries);
    }

    void succeeded(String item) {
        counts.remove(item);
    }
}
