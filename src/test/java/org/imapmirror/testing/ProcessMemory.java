package org.imapmirror.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/// What the kernel says about the memory of processes, in KiB.
public final class ProcessMemory {
    private static final Path PROC = Path.of("/proc");

    private ProcessMemory() {}

    /// Resident memory; pages that processes share count for each of them.
    public static long resident(long pid) throws IOException {
        return field(PROC.resolve(pid + "/status"), "VmRSS:");
    }

    /// The most that was ever resident; 0 where the process is gone.
    public static long peak(long pid) {
        try {
            return field(PROC.resolve(pid + "/status"), "VmHWM:");
        } catch (IOException _) {
            return 0;
        }
    }

    /// Resident memory of them all, in which a shared page counts once. Needs the right to look
    /// into other users' processes.
    public static long proportional(Collection<Long> pids) throws IOException {
        long sum = 0;
        for (long pid : pids) {
            sum += field(PROC.resolve(pid + "/smaps_rollup"), "Pss:");
        }
        return sum;
    }

    /// The processes that a process started, and those that these started.
    public static List<Long> family(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid)
                .toList();
    }

    private static long field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }
}
