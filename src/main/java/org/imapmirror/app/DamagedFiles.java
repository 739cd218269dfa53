package org.imapmirror.app;

import org.imapmirror.journal.Journal;
import org.imapmirror.journal.JournalConfig;
import org.imapmirror.state.Database;
import org.imapmirror.state.Keyring;
import org.imapmirror.state.StateException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/// Opens the databases, and where one is so damaged that it cannot be opened, puts it aside and
/// begins a new one: clients of the primary must not wait for somebody to do the same by hand. What
/// the files knew is found out again by comparing the servers; nothing is deleted for want of it.
final class DamagedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(DamagedFiles.class);

    private DamagedFiles() {}

    /// @param url `jdbc:sqlite:` and the path of `file`
    static Database state(String url, Path file) {
        try {
            return Database.open(url, "classpath:db/state");
        } catch (StateException e) {
            putAside(e, file);
            return Database.open(url, "classpath:db/state");
        }
    }

    static Journal journal(JournalConfig config, @Nullable Keyring keys, Clock clock)
            throws IOException {
        try {
            return Journal.open(config, keys, clock);
        } catch (StateException e) {
            putAside(e, config.directory().resolve("journal.db"));
            return Journal.open(config, keys, clock);
        }
    }

    /// @throws StateException `e`, where it is something else or the file cannot be moved
    private static void putAside(StateException e, Path file) {
        if (e.fault() != StateException.Fault.DAMAGED) {
            throw e;
        }
        String suffix = ".damaged-" + System.currentTimeMillis();
        try {
            for (String part : new String[] {"", "-wal", "-shm"}) {
                Path old = file.resolveSibling(file.getFileName() + part);
                if (Files.exists(old)) {
                    Files.move(old, file.resolveSibling(file.getFileName() + suffix + part));
                }
            }
        } catch (IOException move) {
            e.addSuppressed(move);
            throw e;
        }
        LOG.error(
                "the database {} is damaged: it is now called {}{}, a new one is begun, and what it"
                        + " knew is found out again by comparing the servers ({})",
                file,
                file.getFileName(),
                suffix,
                e.getMessage());
    }
}
