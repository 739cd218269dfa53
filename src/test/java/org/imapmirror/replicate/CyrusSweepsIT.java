package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Sweeps of a Cyrus, which has QRESYNC of its own making.
@Tag("cyrus")
@Tag("dovecot")
class CyrusSweepsIT {
    @TempDir Path directory;
    private SweepWorld sweeps;

    @BeforeEach
    void start() throws Exception {
        sweeps =
                new SweepWorld(
                        CyrusServer.launch(), DovecotServer.launch(), directory, new AtomicLong(5));
    }

    @AfterEach
    void stop() {
        sweeps.close();
    }

    @Test
    void changesAreAskedForAlone() throws Exception {
        sweeps.fill("INBOX", 30);
        sweeps.settle();
        assertThat(SweepWorld.opened(sweeps.toPrimary)).noneMatch(s -> s.contains("INBOX"));
        sweeps.world.client.select("INBOX");
        sweeps.world.client.store(
                UidSet.of(3, 17), FlagChange.ADDED, Flags.of("\\Flagged", "work"));
        sweeps.world.client.expunge(UidSet.of(5, 6));
        sweeps.sweep();
        sweeps.assertEqual();
        assertThat(SweepWorld.work(sweeps.toPrimary))
                .anyMatch(s -> s.matches("UID FETCH 1:\\* .*CHANGEDSINCE [0-9]+ VANISHED\\)"))
                .noneMatch(s -> s.matches("UID FETCH .*FLAGS\\)"));
    }

    @Test
    void renamesPastTheProxyCopyNothing() throws Exception {
        sweeps.world.client.create("Work", null);
        sweeps.fill("Work", 20);
        sweeps.settle();
        sweeps.world.client.rename("Work", "Done");
        sweeps.sweep();
        List<String> asked = new ArrayList<>(SweepWorld.work(sweeps.toMirror));
        sweeps.sweep();
        asked.addAll(SweepWorld.work(sweeps.toMirror));
        sweeps.assertEqual();
        assertThat(asked)
                .anyMatch(s -> s.startsWith("RENAME \"Work\""))
                .noneMatch(s -> s.startsWith("APPEND") || s.startsWith("DELETE"));
    }

    @Test
    void everyChangeIsFound() throws Exception {
        Seeds.each(1, (_, random) -> sweeps.randomChanges(random));
    }
}
