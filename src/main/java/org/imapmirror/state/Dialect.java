package org.imapmirror.state;

import java.util.List;
import java.util.Map;

/// What differs between databases: statements and settings, never control flow.
enum Dialect {
    SQLITE(
            // incremental auto-vacuum works only from a file's first table on, so it is set
            // although
            // only few databases ever shrink
            List.of(
                    "PRAGMA auto_vacuum = INCREMENTAL",
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA synchronous = FULL",
                    "PRAGMA foreign_keys = ON",
                    "PRAGMA cache_size = -16384",
                    // Checkpoints run beside the commits; this one, in a commit, is the emergency
                    // brake.
                    "PRAGMA wal_autocheckpoint = 16384",
                    "PRAGMA journal_size_limit = 67108864"),
            List.of("PRAGMA query_only = ON", "PRAGMA cache_size = -4096"),
            Map.of("blob", "BLOB")) {
        @Override
        StateException.Fault fault(int errorCode) {
            return switch (errorCode & 0xff) {
                case 5, 6 -> StateException.Fault.BUSY;
                case 11, 26 -> StateException.Fault.DAMAGED;
                case 13 -> StateException.Fault.FULL;
                case 3, 8, 10, 14, 23 -> StateException.Fault.DISK;
                default -> StateException.Fault.OTHER;
            };
        }

        @Override
        String synced(boolean each) {
            return "PRAGMA synchronous = " + (each ? "FULL" : "NORMAL");
        }

        @Override
        String countUnused() {
            return "PRAGMA freelist_count";
        }

        @Override
        String giveBack(int pages) {
            return "PRAGMA incremental_vacuum(" + pages + ")";
        }
    };

    static final String SQLITE_PREFIX = "jdbc:sqlite:";

    private final List<String> writerSetup;
    private final List<String> readerSetup;
    private final Map<String, String> placeholders;

    Dialect(List<String> writerSetup, List<String> readerSetup, Map<String, String> placeholders) {
        this.writerSetup = writerSetup;
        this.readerSetup = readerSetup;
        this.placeholders = placeholders;
    }

    List<String> writerSetup() {
        return writerSetup;
    }

    List<String> readerSetup() {
        return readerSetup;
    }

    /// For `${...}` in migrations.
    Map<String, String> placeholders() {
        return placeholders;
    }

    /// What the vendor's error code means.
    abstract StateException.Fault fault(int errorCode);

    /// Between transactions: whether each commit waits for the disk from now on.
    abstract String synced(boolean each);

    /// Asks how many pages of the database hold nothing.
    abstract String countUnused();

    /// Gives some of these back.
    abstract String giveBack(int pages);
}
