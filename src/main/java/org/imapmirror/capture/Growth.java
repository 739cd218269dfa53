package org.imapmirror.capture;

import org.imapmirror.event.UidSet;

/// New messages of the selected mailbox while this session's own commands put messages there: their
/// EXISTS is no news, and their UIDs come with the answer. Where the sums do not agree, somebody
/// else was there too.
final class Growth {
    private final Selected selected;
    private int grown;
    private boolean unclear;
    private UidSet.Builder stored = new UidSet.Builder();

    Growth(Selected selected) {
        this.selected = selected;
    }

    /// EXISTS told of more messages.
    ///
    /// @param own a command of this session is putting messages into this mailbox
    /// @return true where this is news
    boolean grew(int count, boolean own) {
        if (own) {
            grown += count;
            return false;
        }
        UidSet expected = selected.expected;
        selected.expected = UidSet.EMPTY;
        return expected.size() != count || !learn(expected);
    }

    /// A message went while commands of our own are running: which of the last entries are ours is
    /// not known any more.
    void expunged(int number) {
        if (grown > 0 && number > selected.map.size() - grown) {
            unclear = true;
        }
    }

    /// A command of our own that puts messages here was answered.
    ///
    /// @param told null where it does not say which messages these are, or there are none
    /// @param more others like it are still running
    /// @return true where there is news
    boolean answered(@org.jspecify.annotations.Nullable Stored told, boolean more) {
        if (told != null && told.uidValidity() == selected.uidValidity) {
            stored.addAll(told.uids());
        }
        if (more) {
            return false;
        }
        UidSet ours = stored.build();
        boolean news = false;
        if (grown == 0) {
            selected.expected = ours;
        } else {
            news = unclear || ours.size() != grown || !learn(ours);
        }
        stored = new UidSet.Builder();
        grown = 0;
        unclear = false;
        return news;
    }

    private boolean learn(UidSet uids) {
        int number = selected.map.size() - (int) uids.size();
        for (var i = uids.iterator(); i.hasNext(); ) {
            if (!selected.map.learn(++number, i.nextLong())) {
                return false;
            }
        }
        return true;
    }
}
