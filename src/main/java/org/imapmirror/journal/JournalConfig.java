package org.imapmirror.journal;

import java.nio.file.Path;

/// @param directory holds the database and the spool; created with mode 0700
/// @param maxBytes of entries and payloads together; above it payloads are no longer kept, and the
///   events stored without one; above [#entryLimit] also the events become suspicions
/// @param inlineBytes bodies up to this size are stored with their event, larger ones as files; at
///   most 1 MiB
/// @param queueBytes of requests that wait for their commit; above it they are refused
/// @param payloadQueueBytes of one body that wait for the disk; above it the stream is paused
/// @param payloadMemoryBytes of all bodies together that wait for the disk; above it every stream
///   is paused that has anything waiting
public record JournalConfig(
        Path directory,
        long maxBytes,
        int inlineBytes,
        long queueBytes,
        long payloadQueueBytes,
        long payloadMemoryBytes) {
    private static final long MIB = 1024 * 1024;

    public JournalConfig {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("journal.max-bytes is negative: " + maxBytes);
        }
        if (inlineBytes < 0 || inlineBytes > MIB) {
            throw new IllegalArgumentException(
                    "journal.inline-bytes is not between 0 and 1 MiB: " + inlineBytes);
        }
        if (queueBytes <= 0 || payloadQueueBytes <= 0 || payloadMemoryBytes <= 0) {
            throw new IllegalArgumentException("the journal's queues need a positive size");
        }
    }

    /// Defaults for everything but the folder: 20 GB, bodies up to 32 KiB inline.
    public static JournalConfig in(Path directory) {
        return new JournalConfig(directory, 20_000_000_000L, 32 * 1024, 32 * MIB, MIB, 32 * MIB);
    }

    /// Entries go on a little longer than payloads, because they are small and what they tell is
    /// worth more than its size.
    long entryLimit() {
        return maxBytes + maxBytes / 10 + MIB;
    }

    public JournalConfig withMaxBytes(long bytes) {
        return new JournalConfig(
                directory, bytes, inlineBytes, queueBytes, payloadQueueBytes, payloadMemoryBytes);
    }
}
