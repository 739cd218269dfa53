package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.LargeMail;
import org.imapmirror.testing.ProcessMemory;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.ServeProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Far more mail than memory: messages of 25 MB through a process whose heap is 128 MB.
/// `bench/upload` tells how long it takes.
@Tag("dovecot")
class LargeUploadIT {
    private static final int MESSAGES = Integer.getInteger("upload.messages", 80);
    private static final long SIZE = 25_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(300);
    private static final Pattern SIZE_OF =
            Pattern.compile("\\* (\\d+) FETCH .*RFC822.SIZE (\\d+).*");

    @TempDir Path folder;

    @Test
    void everythingIsOnTheMirrorAndTheProcessIsWell() throws Exception {
        requireSpace();
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch();
                ServeProcess serve =
                        ServeProcess.between(primary, mirror, folder, "-Xmx128m", "")) {
            long start = System.nanoTime();
            try (RawImap client = RawImap.login(serve.through(primary, 1))) {
                for (int i = 0; i < MESSAGES; i++) {
                    LargeMail mail = new LargeMail(i, SIZE);
                    client.append("INBOX", mail.size(), mail::writeTo);
                }
            }
            double uploaded = (System.nanoTime() - start) / 1e9;
            serve.awaitMirrored(PATIENCE);
            report(
                    uploaded,
                    (System.nanoTime() - start) / 1e9,
                    ProcessMemory.resident(serve.pid()));
            assertThat(sizes(mirror)).isEqualTo(expectedSizes());
            for (int i = 0; i < MESSAGES; i += Math.max(1, MESSAGES / 5)) {
                assertThat(digest(mirror, i + 1)).isEqualTo(new LargeMail(i, SIZE).digest());
            }
            assertThat(serve.status().parked()).isZero();
            assertThat(serve.status().suspect()).isZero();
            assertThat(serve.isAlive()).isTrue();
            assertThat(serve.log()).doesNotContain("OutOfMemory").doesNotContain(" ERROR ");
        }
    }

    /// As `bench/all` reads it.
    private static void report(double uploaded, double mirrored, long residentKiB) {
        double megabytes = MESSAGES * SIZE / 1e6;
        System.out.printf(
                Locale.ROOT,
                "RESULT|upload|%.0f MB, until the last OK|s|imapmirror=%.1f%n"
                        + "RESULT|upload|%.0f MB, until all is on the mirror|s|imapmirror=%.1f%n"
                        + "RESULT|upload|resident memory then|MB|imapmirror=%.0f%n",
                megabytes,
                uploaded,
                megabytes,
                mirrored,
                residentKiB * 1.024e-3);
    }

    /// On the primary, in the journal, on the mirror, and while it is being stored there.
    private void requireSpace() throws IOException {
        long needed = 4 * MESSAGES * SIZE;
        for (Path where : List.of(folder, Path.of("/tmp"))) {
            assertThat(Files.getFileStore(where).getUsableSpace())
                    .as("free octets on the disk of %s; the test needs %d", where, needed)
                    .isGreaterThan(needed);
        }
    }

    private static Map<Integer, Long> expectedSizes() {
        Map<Integer, Long> sizes = new TreeMap<>();
        for (int i = 0; i < MESSAGES; i++) {
            sizes.put(i + 1, new LargeMail(i, SIZE).size());
        }
        return sizes;
    }

    private static Map<Integer, Long> sizes(DovecotServer server) throws IOException {
        Map<Integer, Long> sizes = new TreeMap<>();
        try (RawImap client = RawImap.login(Access.to(server, 1))) {
            client.command("EXAMINE INBOX");
            client.command(
                    "FETCH 1:* RFC822.SIZE",
                    line -> {
                        Matcher size = SIZE_OF.matcher(line);
                        if (size.matches()) {
                            sizes.put(
                                    Integer.parseInt(size.group(1)), Long.parseLong(size.group(2)));
                        }
                    });
        }
        return sizes;
    }

    private static String digest(DovecotServer server, int number) throws IOException {
        MessageDigest digest = LargeMail.sha256();
        try (RawImap client = RawImap.login(Access.to(server, 1))) {
            client.command("EXAMINE INBOX");
            client.literalsTo(digest::update);
            client.command("FETCH " + number + " BODY.PEEK[]");
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
