package org.imapmirror.bench;

import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.ProcessMemory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The processes of a Dovecot: one master with many kinds of children.
final class DovecotProcesses {
    private DovecotProcesses() {}

    static List<Long> all(DovecotServer server) {
        long master = master(server);
        return Stream.concat(Stream.of(master), ProcessMemory.family(master).stream()).toList();
    }

    /// Those that serve one logged-in session each.
    static List<Long> sessions(DovecotServer server) {
        return ProcessMemory.family(master(server)).stream()
                .filter(DovecotProcesses::isImap)
                .toList();
    }

    private static boolean isImap(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip().equals("imap");
        } catch (IOException _) {
            return false; // It has just ended.
        }
    }

    private static long master(DovecotServer server) {
        try {
            return Long.parseLong(
                    Files.readString(server.directory().resolve("daemon.pid")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
