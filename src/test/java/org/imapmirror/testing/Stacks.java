package org.imapmirror.testing;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/// What threads of this process are at, also virtual ones: for tests that waited in vain.
public final class Stacks {
    private static final int FRAMES = 25;

    private Stacks() {}

    /// Those whose names begin so, one below the other.
    public static String of(String name) throws IOException {
        Path folder = Files.createTempDirectory("stacks");
        Path file = folder.resolve("threads.txt");
        try {
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
            return Arrays.stream(Files.readString(file).split("\n\n"))
                    .filter(thread -> thread.matches("(?s)#\\d+ \"" + name + ".*"))
                    .map(thread -> thread.lines().limit(FRAMES).collect(Collectors.joining("\n")))
                    .collect(Collectors.joining("\n", "Threads " + name + "*:\n", ""));
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }
}
