package org.imapmirror.mailstore;

import java.nio.file.Path;
import java.time.Duration;

/// How long the client waits for a server, and how much it has under way at once.
///
/// @param connect for the TCP connection and for the TLS handshake, each
/// @param read without a single octet from the server while an answer is awaited
/// @param write without progress of one write to the server
/// @param idlePoll between two NOOPs where the server has no IDLE
/// @param appendsInFlight pipelined APPENDs that are not answered yet, 1 or more
/// @param spool directory for bodies that have to wait for their UID; they are deleted at once
/// @param spoolBytes a body that has to be spooled and is longer than this is an error
public record ClientLimits(
        Duration connect,
        Duration read,
        Duration write,
        Duration idlePoll,
        int appendsInFlight,
        Path spool,
        long spoolBytes) {
    public static final ClientLimits DEFAULT =
            new ClientLimits(
                    Duration.ofSeconds(15),
                    Duration.ofMinutes(3),
                    Duration.ofMinutes(3),
                    Duration.ofSeconds(10),
                    64,
                    Path.of(System.getProperty("java.io.tmpdir")),
                    2L << 30);

    public ClientLimits {
        positive("connect", connect);
        positive("read", read);
        positive("write", write);
        positive("idlePoll", idlePoll);
        if (appendsInFlight < 1) {
            throw new IllegalArgumentException("appendsInFlight must be 1 or more");
        }
    }

    /// The same with other times for connecting, reading and writing.
    public ClientLimits withTimeouts(Duration connect, Duration read, Duration write) {
        return new ClientLimits(connect, read, write, idlePoll, appendsInFlight, spool, spoolBytes);
    }

    private static void positive(String key, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(key + " must be longer than nothing, not " + value);
        }
    }
}
