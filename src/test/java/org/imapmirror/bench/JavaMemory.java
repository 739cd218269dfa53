package org.imapmirror.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a Java process needs: live objects, and what is resident outside the heap. In octets.
///
/// @param heap in use after a full collection
/// @param outside resident memory of everything but the heap
record JavaMemory(long heap, long outside) {
    private static final Pattern RANGE =
            Pattern.compile("\\[0x([0-9a-f]+), 0x[0-9a-f]+, 0x([0-9a-f]+)\\)");
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) .*");
    private static final Pattern USED =
            Pattern.compile("(?:DefNew|Tenured) +total \\d+K, used (\\d+)K");

    static JavaMemory of(long pid) throws IOException {
        jcmd(pid, "GC.run");
        String info = jcmd(pid, "GC.heap_info");
        long used = 0;
        for (Matcher m = USED.matcher(info); m.find(); ) {
            used += Long.parseLong(m.group(1)) * 1024;
        }
        long from = Long.MAX_VALUE;
        long to = 0;
        for (Matcher m = RANGE.matcher(info); m.find(); ) {
            from = Math.min(from, Long.parseUnsignedLong(m.group(1), 16));
            to = Math.max(to, Long.parseUnsignedLong(m.group(2), 16));
        }
        if (used == 0 || to == 0) {
            throw new IOException("not the serial collector's heap: " + info);
        }
        return new JavaMemory(used, outside(pid, from, to));
    }

    private static long outside(long pid, long from, long to) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/smaps"));
        long sum = 0;
        boolean counts = false;
        for (String line : lines) {
            Matcher mapping = MAPPING.matcher(line);
            if (mapping.matches()) {
                long start = Long.parseUnsignedLong(mapping.group(1), 16);
                counts = start < from || start >= to;
            } else if (counts && line.startsWith("Pss:")) {
                sum += Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return sum;
    }

    private static String jcmd(long pid, String command) throws IOException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                "" + pid,
                                command)
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("jcmd " + command + " did not work: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return output;
    }
}
