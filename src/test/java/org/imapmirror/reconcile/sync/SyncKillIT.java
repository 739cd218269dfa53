package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.RealServer;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// The process is killed again and again: what it stored is not stored again, and nothing is lost.
@Tag("cyrus")
@Tag("dovecot")
class SyncKillIT {
    private static final int KILLS = 6;
    private static final int EACH = 60;

    @TempDir Path directory;

    @Test
    void aKilledRunIsGoneOnWith() throws Exception {
        try (DovecotServer source = DovecotServer.launch();
                DovecotServer target = DovecotServer.launch()) {
            Seeds.each(1, (_, random) -> killed(source, target, random));
        }
    }

    /// Without MULTIAPPEND, every message of an attempt is stored, or not, alone.
    @Test
    void aKilledRunToAServerThatStoresOneByOneIsGoneOnWith() throws Exception {
        try (DovecotServer source = DovecotServer.launch();
                CyrusServer target = CyrusServer.launch()) {
            Seeds.each(1, (_, random) -> killed(source, target, random));
        }
    }

    private void killed(RealServer source, RealServer target, Random random) throws Exception {
        try (ImapStore client = TestSide.of("source", source, 1).open()) {
            SampleAccount account = new SampleAccount(source, client, random);
            account.withoutRawHeaders();
            account.fill(EACH);
        }
        Path state = directory.resolve("pair.db");
        for (int kill = 0; kill < KILLS; kill++) {
            runAndKill(source, target, state, random);
        }
        SyncReport last =
                Syncer.run(
                        TestSide.of("source", source, 1),
                        TestSide.of("target", target, 1),
                        Options.ALL.get(),
                        state,
                        Progress.NONE);
        assertThat(last.failures()).isEmpty();
        Mailboxes there = Mailboxes.read(Access.to(source, 1)).withoutSpecialUses();
        Mailboxes here = Mailboxes.read(Access.to(target, 1)).withoutSpecialUses();
        assertThat(here.differencesFrom(there, Order.ANY)).isEmpty();
    }

    private static void runAndKill(RealServer source, RealServer target, Path state, Random random)
            throws Exception {
        Process child =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx64m",
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        SyncChild.class.getName(),
                                        source.imapPort() + "",
                                        target.imapPort() + "",
                                        source.user(1),
                                        source.password(1),
                                        state.toString()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
            int left = random.nextInt(EACH);
            for (String line = out.readLine(); line != null && left > 0; left--) {
                line = out.readLine();
            }
            LockSupport.parkNanos(random.nextInt(40_000_000));
        } finally {
            child.destroyForcibly();
            child.onExit().join();
        }
    }
}
