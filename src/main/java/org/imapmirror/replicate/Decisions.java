package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// What an administrator may decide about lanes. Each decision is stored before the call returns,
/// logged, and acted upon by the lane soon.
public final class Decisions {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
    private static final int PAGE = 1000;

    private final LaneStore store;
    private final SteadyClock steady;
    private final Predicate<LaneKey> wake;

    /// @param wake has a lane go on at once, and tells whether it waited
    Decisions(LaneStore store, SteadyClock steady, Predicate<LaneKey> wake) {
        this.store = store;
        this.steady = steady;
        this.wake = wake;
    }

    /// What a decision is about.
    ///
    /// @param account null for all
    /// @param mirror null for all
    /// @param item as [ParkedItem#item]; null for all
    public record About(@Nullable Account account, @Nullable String mirror, @Nullable String item) {
        boolean covers(LaneKey key) {
            return (account == null || account.equals(key.account()))
                    && (mirror == null || mirror.equals(key.mirror()));
        }
    }

    private interface Decision {
        int on(LaneRow lane);
    }

    /// Tries again what is parked or was skipped, and, where no item is named, lanes that wait
    /// after a failure.
    ///
    /// @return how much that is
    public int retry(About what) {
        return decide("retry", what, lane -> retried(lane, what.item()));
    }

    private int retried(LaneRow lane, @Nullable String item) {
        int items = store.parked().retry(lane, item, steady.wallMillis(), steady.millis());
        return items == 0 && item == null && wake.test(lane.key()) ? 1 : items;
    }

    /// Leaves it as it is: it no longer counts as parked and is not tried again by itself.
    ///
    /// @return how much that is
    public int skip(About what) {
        return decide("skip", what, lane -> store.parked().skip(lane, what.item()));
    }

    /// Lets deletions go that the brake holds: exactly those, as far as they are found again. Where
    /// a side became empty, the item has to be named.
    ///
    /// @return how many items that is
    public int approve(About what) {
        return decide(
                "approve",
                what,
                lane ->
                        store.parked()
                                .approve(lane, what.item(), steady.wallMillis(), steady.millis()));
    }

    /// Removes held messages from the mirrors, whenever they would be due.
    ///
    /// @return how many
    public int purge(About what) {
        return decide("purge", what, store.parked()::purge);
    }

    /// What is held, lane by lane.
    ///
    /// @param each is told of every message
    public void held(About what, Consumer<HeldMessage> each) {
        for (LaneRow lane : lanes(what)) {
            long after = 0;
            List<HeldStore.Numbered> page;
            do {
                page = store.held().list(lane, steady, after, PAGE);
                page.forEach(h -> each.accept(h.message()));
                after = page.isEmpty() ? after : page.getLast().id();
            } while (page.size() == PAGE);
        }
    }

    private int decide(String what, About about, Decision decision) {
        int all = 0;
        for (LaneRow lane : lanes(about)) {
            int n = decision.on(lane);
            if (n > 0) {
                LOG.info(
                        "{} by=admin-api lane={} item={} items={}",
                        what,
                        lane.key(),
                        about.item() == null ? "all" : about.item(),
                        n);
                var unused = wake.test(lane.key());
            }
            all += n;
        }
        return all;
    }

    private List<LaneRow> lanes(About about) {
        List<LaneRow> out = new ArrayList<>(store.lanes());
        out.removeIf(lane -> !about.covers(lane.key()));
        return out;
    }
}
