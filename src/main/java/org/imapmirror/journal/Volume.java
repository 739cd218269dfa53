package org.imapmirror.journal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.atomic.AtomicLong;

/// The size of the journal against the limit above which even events are not stored one by one.
final class Volume {
    private static final Logger LOG = LoggerFactory.getLogger(Volume.class);

    private final AtomicLong bytes;
    private final long limit;
    private boolean exceeded;

    /// @param bytes shared with those who only look
    Volume(AtomicLong bytes, long limit) {
        this.bytes = bytes;
        this.limit = limit;
    }

    void add(long more) {
        bytes.addAndGet(more);
    }

    /// For the writer alone; tells when it begins and when it is over.
    boolean isExceeded() {
        boolean now = bytes.get() > limit;
        if (now != exceeded) {
            exceeded = now;
            if (now) {
                LOG.atError()
                        .addKeyValue("bytes", bytes.get())
                        .addKeyValue("limit", limit)
                        .log(
                                "journal over its limit: accounts that change are compared instead"
                                        + " of replayed, until a mirror fetches what it lacks");
            } else {
                LOG.atInfo().addKeyValue("bytes", bytes.get()).log("journal stores events again");
            }
        }
        return now;
    }
}
