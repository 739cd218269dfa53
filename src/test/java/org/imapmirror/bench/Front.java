package org.imapmirror.bench;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RawImap;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/// One way to the primary: its own port, or something in front of it.
///
/// @param user whose account is used this way; each way has its own, so that all mailboxes grow
///   alike
/// @param processes those that the way adds
/// @param settle waits until nothing of what was done this way is still under way
record Front(
        String name,
        int port,
        int user,
        Supplier<List<Long>> processes,
        Runnable settle,
        Runnable stop)
        implements AutoCloseable {
    static final String DIRECT = "direct";
    static final String COPIED = "direct+copy";
    static final String MIRRORED = "imapmirror";
    static final String CAPTURED = "imapmirror-capture";
    static final String UNMIRRORED = "imapmirror-relay";
    static final String HAPROXY = "haproxy";
    static final String NGINX = "nginx";

    Front(String name, int port, int user, Supplier<List<Long>> processes, Runnable stop) {
        this(name, port, user, processes, () -> {}, stop);
    }

    static Front direct(DovecotServer primary, int user) {
        return new Front(DIRECT, primary.imapPort(), user, List::of, () -> {});
    }

    /// The primary's own port, for a client that makes a [DurableCopy] of what it uploads.
    static Front copied(DovecotServer primary, int user) {
        return new Front(COPIED, primary.imapPort(), user, List::of, () -> {});
    }

    Access access(DovecotServer primary) {
        return access(primary, user);
    }

    Access access(DovecotServer primary, int other) {
        return Access.to(primary, other).through(port);
    }

    /// Processor time of what is between, so far.
    double cpuSeconds() {
        return CpuTime.seconds(processes.get());
    }

    RawImap login(DovecotServer primary) throws IOException {
        return RawImap.login(access(primary));
    }

    @Override
    public void close() {
        stop.run();
    }
}
