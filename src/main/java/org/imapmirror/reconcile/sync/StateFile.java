package org.imapmirror.reconcile.sync;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The state file of a run, locked while it is used. A plan works on a copy that is thrown away.
record StateFile(SyncState state, @Nullable PairLock lock, @Nullable Path copy)
        implements AutoCloseable {

    static StateFile open(Path file, boolean dry, Side source, Side target) throws IOException {
        PairLock lock = dry && !Files.exists(file) ? null : PairLock.take(file);
        Path copy = null;
        try {
            Path used = file;
            if (dry) {
                copy = Files.createTempDirectory("imapmirror-plan-");
                used = copy(file, copy);
            }
            return new StateFile(
                    SyncState.open(used, source.identity(), target.identity()), lock, copy);
        } catch (IOException | RuntimeException e) {
            end(lock, copy);
            throw e;
        }
    }

    /// With the lock, nobody writes meanwhile.
    private static Path copy(Path file, Path directory) throws IOException {
        Path copy = directory.resolve("plan.db");
        for (String suffix : List.of("", "-wal")) {
            Path part = Path.of(file + suffix);
            if (Files.exists(part)) {
                Files.copy(part, Path.of(copy + suffix));
            }
        }
        return copy;
    }

    private static void end(@Nullable PairLock lock, @Nullable Path copy) throws IOException {
        if (copy != null) {
            try (Stream<Path> files = Files.walk(copy)) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
        if (lock != null) {
            lock.close();
        }
    }

    @Override
    public void close() throws IOException {
        state.close();
        end(lock, copy);
    }
}
