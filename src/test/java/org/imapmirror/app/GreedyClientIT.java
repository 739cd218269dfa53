package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.LargeMail;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.ProcessMemory;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.ServeProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Clients that ask for 500 MB each and read nothing of it.
@Tag("dovecot")
class GreedyClientIT {
    private static final int CLIENTS = 20;
    private static final int MESSAGES = 20;
    private static final long SIZE = 25_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /// Of the 10 GB that were asked for; less than one of the messages.
    private static final double IN_BUFFERS = 20e6;

    /// A heap of 128 MB, and what a JVM needs beside it.
    private static final long RESIDENT_KIB = 400 * 1024;

    @TempDir Path folder;

    @Test
    void memoryStaysBoundedAndOthersAreServed() throws Exception {
        List<RawImap> greedy = new ArrayList<>();
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch();
                ServeProcess serve =
                        ServeProcess.between(primary, mirror, folder, "-Xmx128m", "")) {
            fill(Access.to(primary, 1));
            double before = serve.metric("imapmirror_proxy_bytes_total", "from-primary");
            for (int i = 0; i < CLIENTS; i++) {
                RawImap client = RawImap.connectWithSmallWindow(primary.host(), serve.port());
                greedy.add(client);
                client.login(primary.user(1), primary.password(1));
                client.command("EXAMINE INBOX");
            }
            for (RawImap client : greedy) {
                client.send("FETCH 1:* BODY.PEEK[]");
            }
            awaitStandstill(serve);
            assertThat(serve.metric("imapmirror_proxy_bytes_total", "from-primary") - before)
                    .as("what was read from the primary and cannot be given to anybody")
                    .isLessThan(CLIENTS * IN_BUFFERS);

            try (RawImap other = RawImap.login(serve.through(primary, 2))) {
                other.append("INBOX", Mail.message("served", "as before"));
            }
            serve.awaitMirrored(PATIENCE);
            assertThat(ProcessMemory.resident(serve.pid())).isLessThan(RESIDENT_KIB);

            RawImap last = greedy.getLast();
            long[] octets = {0};
            last.literalsTo((_, _, length) -> octets[0] += length);
            last.await("t3", _ -> {});
            assertThat(octets[0]).isEqualTo(MESSAGES * new LargeMail(1, SIZE).size());
            assertThat(ProcessMemory.resident(serve.pid())).isLessThan(RESIDENT_KIB);
            assertThat(serve.log()).doesNotContain("OutOfMemory").doesNotContain(" ERROR ");
        } finally {
            for (RawImap client : greedy) {
                client.close();
            }
        }
    }

    /// One message, and hard links to it.
    private static void fill(Access access) throws IOException {
        LargeMail mail = new LargeMail(1, SIZE);
        try (RawImap client = RawImap.login(access)) {
            client.append("INBOX", mail.size(), mail::writeTo);
            client.command("SELECT INBOX");
            for (int i = 1; i < MESSAGES; i++) {
                client.command("COPY 1 INBOX");
            }
        }
    }

    /// Until nothing more is read from the primary, because nobody takes it.
    private static void awaitStandstill(ServeProcess serve) {
        double[] seen = {-1};
        Awaitility.await("the primary is not read any more")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    double now = serve.metric("imapmirror_proxy_bytes_total", "from-primary");
                    boolean still = now == seen[0];
                    seen[0] = now;
                    return still;
                });
    }
}
