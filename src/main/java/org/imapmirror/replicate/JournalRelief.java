package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.imapmirror.journal.Journal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Keeps the journal from filling up while mirrors are away: above nine tenths of its size, the
/// lanes with the most entries waiting give up their place, one after the other, until seven tenths
/// would be left. Their accounts are compared once their mirrors are back, which costs time and
/// loses nothing that the primary still has.
///
/// Lanes that keep to the last never give up, because a message that the primary no longer has is
/// nowhere else; where they alone hold the journal, it becomes full and says so.
final class JournalRelief {
    private static final Logger LOG = LoggerFactory.getLogger(JournalRelief.class);
    private static final double BEGIN = 0.9;
    private static final double ENOUGH = 0.7;

    private final Journal journal;
    private final Predicate<LaneKey> keepsToTheLast;
    private final Consumer<Account> trim;

    /// Lanes that were asked and have not done it yet, with what that will free.
    private final Map<LaneKey, Long> asked = new ConcurrentHashMap<>();

    /// A lane that holds something back in the journal.
    ///
    /// @param waiting entries
    private record Holder(Lane lane, long waiting) {}

    /// @param trim lets the journal go of what every lane of the account has
    JournalRelief(Journal journal, Predicate<LaneKey> keepsToTheLast, Consumer<Account> trim) {
        this.journal = journal;
        this.keepsToTheLast = keepsToTheLast;
        this.trim = trim;
    }

    boolean isWanted() {
        return journal.bytes() > journal.maxBytes() * BEGIN;
    }

    /// Asks lanes to give up their place, where that is needed. To be called again from time to
    /// time, after everything that all lanes have was trimmed.
    void look(List<Lane> lanes) {
        if (!isWanted() || journal.isTrimming()) {
            return;
        }
        double excess = journal.bytes() - journal.maxBytes() * ENOUGH;
        for (long expected : asked.values()) {
            excess -= expected;
        }
        if (excess <= 0) {
            return;
        }
        Map<Account, List<Lane>> byAccount = new HashMap<>();
        lanes.forEach(
                l -> byAccount.computeIfAbsent(l.key().account(), _ -> new ArrayList<>()).add(l));
        Set<LaneKey> leaving = new HashSet<>(asked.keySet());
        for (Holder holder : holders(byAccount)) {
            if (excess <= 0) {
                return;
            }
            leaving.add(holder.lane().key());
            excess -= ask(holder.lane(), byAccount, leaving);
        }
    }

    /// Those that may give up and whose doing so can free something, the most waiting first.
    private List<Holder> holders(Map<Account, List<Lane>> byAccount) {
        List<Holder> holders = new ArrayList<>();
        byAccount.forEach((account, lanes) -> {
            long kept =
                    lanes.stream()
                            .filter(l -> keepsToTheLast.test(l.key()))
                            .mapToLong(Lane::position)
                            .min()
                            .orElse(Long.MAX_VALUE);
            for (Lane lane : lanes) {
                long waiting = journal.count(account, lane.position());
                if (waiting > 0
                        && lane.position() < kept
                        && !keepsToTheLast.test(lane.key())
                        && !asked.containsKey(lane.key())) {
                    holders.add(new Holder(lane, waiting));
                }
            }
        });
        holders.sort(Comparator.comparingLong(Holder::waiting).reversed());
        return holders;
    }

    /// @param leaving lanes that will not hold anything, this one among them
    /// @return what this will free
    private long ask(Lane lane, Map<Account, List<Lane>> byAccount, Set<LaneKey> leaving) {
        LaneKey key = lane.key();
        long low = journal.low(key.account());
        long held =
                byAccount.getOrDefault(key.account(), List.of()).stream()
                        .filter(l -> !leaving.contains(l.key()))
                        .mapToLong(Lane::position)
                        .min()
                        .orElse(Long.MAX_VALUE);
        long upTo = Math.min(held, journal.head(key.account()));
        long free = upTo <= low ? 0 : journal.bytes(key.account(), low, upTo);
        asked.put(key, free);
        var _ =
                lane.giveUpPlace("the journal was nearly full")
                        .thenAccept(entries -> {
                            LOG.atError()
                                    .addKeyValue("account", key.account())
                                    .addKeyValue("mirror", key.mirror())
                                    .addKeyValue("entries", entries)
                                    .addKeyValue("bytes", journal.bytes())
                                    .addKeyValue("maxBytes", journal.maxBytes())
                                    .log(
                                            "journal nearly full: the mirror's entries are given"
                                                    + " up, the account is compared instead");
                            trim.accept(key.account());
                        })
                        .whenComplete((_, _) -> asked.remove(key));
        return free;
    }
}
