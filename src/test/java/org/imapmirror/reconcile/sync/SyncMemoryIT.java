package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Flags;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.reconcile.sync.SyncProcess.Account;
import org.imapmirror.reconcile.sync.SyncProcess.End;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.LargeMail;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// One mailbox with very many messages, and a few very large ones, does not need more memory than
/// any other: when it is copied, when nothing changed, and when the state is lost and both sides
/// are compared.
///
/// Short as a part of all tests; `bench/matrix` runs it with 200,000 messages.
@Tag("dovecot")
class SyncMemoryIT {
    private static final int MESSAGES = Integer.getInteger("folder", 2000);
    private static final int TOGETHER = 1000;

    /// In KiB; 120 MB.
    private static final long MOST = 120_000_000 / 1024;

    @TempDir Path directory;

    @Test
    void memoryDoesNotDependOnTheMailbox() throws Exception {
        try (DovecotServer source = DovecotServer.launch();
                DovecotServer target = DovecotServer.launch()) {
            fill(source);
            Account from = new Account(source, 1);
            Account to = new Account(target, 1);
            run("copied", from, to, "state");
            run("no change", from, to, "state");
            run("state lost", from, to, "other-state");
            try (ImapStore client = TestSide.of("target", target, 1).open()) {
                assertThat(client.examine("INBOX").exists()).isEqualTo(MESSAGES + 2);
            }
        }
    }

    private void run(String what, Account from, Account to, String state) throws Exception {
        End end;
        try (SyncProcess sync = SyncProcess.sync(from, to, directory.resolve(state))) {
            end = sync.end();
        }
        System.out.printf(
                "one mailbox      %d messages, 2 of 25 MB, %s: %s%n",
                MESSAGES + 2, what, end.figures());
        assertThat(end.code()).as(end.output()).isZero();
        assertThat(end.peak()).as("KiB, %s", what).isBetween(1L, MOST);
    }

    private static void fill(RealServer server) throws Exception {
        try (ImapStore store = TestSide.of("source", server, 1).open()) {
            for (int first = 0; first < MESSAGES; first += TOGETHER) {
                Appender appender = store.appender("INBOX");
                for (int i = first; i < Math.min(MESSAGES, first + TOGETHER); i++) {
                    byte[] body =
                            "Message-ID: <%d@memory.test>\r\nSubject: %d\r\n\r\nsmall\r\n"
                                    .formatted(i, i)
                                    .getBytes(StandardCharsets.US_ASCII);
                    appender.add(
                            Flags.NONE,
                            "%02d-Feb-2014 22:%02d:04 -0800".formatted(1 + i % 28, i % 60),
                            body.length,
                            new ByteArrayInputStream(body));
                }
                appender.finish();
            }
            for (int i = 0; i < 2; i++) {
                ByteArrayOutputStream large = new ByteArrayOutputStream();
                new LargeMail(i, 25_000_000).writeTo(large);
                Appender appender = store.appender("INBOX");
                appender.add(
                        Flags.NONE,
                        "01-Feb-2014 22:00:00 +0000",
                        large.size(),
                        new ByteArrayInputStream(large.toByteArray()));
                appender.finish();
            }
        }
    }
}
