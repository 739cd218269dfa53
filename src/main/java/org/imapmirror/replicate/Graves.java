package org.imapmirror.replicate;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;

/// Makes room for mailboxes whose name on the mirror is that of a mailbox which the primary deleted
/// and which stays for the messages held in it.
///
/// That one is renamed to a free name at the top of the hierarchy, where no other rename reaches
/// it. A rename takes the mailboxes below along, which are not meant, so these are renamed back.
/// What is to be done is written down first, and each step finds its own traces.
final class Graves {
    private static final Logger LOG = LoggerFactory.getLogger(Graves.class);
    private static final int NAMES = 10_000;

    private final Work work;

    Graves(Work work) {
        this.work = work;
    }

    /// Ends moves that were cut off.
    void recover() throws StoreException {
        for (Grave g : work.held.graves(work.lane)) {
            String aside = g.aside();
            if (aside != null) {
                move(g, aside);
            }
        }
    }

    /// Moves aside what has this very name on the mirror.
    void clear(String target) throws StoreException {
        for (Grave g : work.held.graves(work.lane)) {
            if (g.target().equals(target)) {
                aside(g);
            }
        }
    }

    /// Moves aside what has this name or is below it, so that a rename from or to there does not
    /// meet it.
    void clearTree(String target) throws StoreException {
        String below = target + separator();
        for (Grave g : work.held.graves(work.lane)) {
            if (g.target().equals(target)
                    || work.lane.names().target().separator() != 0
                            && g.target().startsWith(below)) {
                aside(g);
            }
        }
    }

    private void aside(Grave g) throws StoreException {
        String free = free(g);
        work.store.change(work.lane, tx -> tx.held().moving(g, free));
        move(g, free);
        LOG.info(
                "lane={} mailbox={} holds deleted messages and is now called {} on the mirror",
                work.lane.key(),
                g.name(),
                free);
    }

    private String free(Grave g) throws StoreException {
        String prefix = work.lane.names().target().prefix();
        char separator = work.lane.names().target().separator();
        String name = g.name();
        if (separator != 0) {
            name = name.replace(separator, '-');
        }
        name = "deleted-" + name.replace(work.lane.names().primary().separator(), '-');
        for (int n = 1; n < NAMES; n++) {
            String candidate = prefix + name + (n == 1 ? "" : "-" + n);
            boolean known =
                    work.map.all().stream().anyMatch(m -> m.target().equals(candidate))
                            || work.held.graves(work.lane).stream()
                                    .anyMatch(other -> other.target().equals(candidate));
            if (!known && !exists(candidate)) {
                return candidate;
            }
        }
        throw new StoreException(
                Kind.REFUSED,
                work.hands.target().server(),
                "ALREADYEXISTS",
                "no free name for the deleted mailbox " + g.name());
    }

    private void move(Grave g, String aside) throws StoreException {
        ImapStore target = work.hands.target();
        if (!exists(aside)) {
            target.rename(g.target(), aside);
        }
        for (String child : below(aside)) {
            String back = g.target() + child.substring(aside.length());
            if (!exists(back)) {
                target.rename(child, back);
            }
        }
        work.store.change(work.lane, tx -> tx.held().moved(g, aside));
    }

    private boolean exists(String name) throws StoreException {
        return work.hands.target().status(List.of(name)).containsKey(name);
    }

    /// The mailboxes below, of which renaming one takes along those below it in turn: the highest
    /// first, and only those that can be selected, one by one, each looked up anew.
    private List<String> below(String name) throws StoreException {
        List<String> out = new ArrayList<>();
        for (Listed l : work.hands.target().list()) {
            if (l.selectable() && l.name().startsWith(name + separator())) {
                out.add(l.name());
            }
        }
        out.sort(null);
        List<String> tops = new ArrayList<>();
        for (String one : out) {
            if (tops.stream().noneMatch(top -> one.startsWith(top + separator()))) {
                tops.add(one);
            }
        }
        return tops;
    }

    private String separator() {
        char separator = work.lane.names().target().separator();
        return separator == 0 ? "\0" : String.valueOf(separator);
    }
}
