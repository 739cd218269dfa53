package org.imapmirror.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/// Processor time by the kernel's scheduler, in which a busy machine shows least.
final class CpuTime {
    private CpuTime() {}

    /// What the threads that these processes have now have used since they began, in seconds.
    static double seconds(Collection<Long> pids) {
        return pids.stream().mapToLong(CpuTime::nanos).sum() / 1e9;
    }

    private static long nanos(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return threads.mapToLong(CpuTime::nanosOfThread).sum();
        } catch (NoSuchFileException _) {
            return 0; // It has ended.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long nanosOfThread(Path thread) {
        try {
            List<String> words =
                    List.of(Files.readString(thread.resolve("schedstat")).strip().split(" "));
            return Long.parseLong(words.getFirst());
        } catch (IOException _) {
            return 0; // It has ended.
        }
    }
}
