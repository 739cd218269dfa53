package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// Real Cyrus on one side of the whole, real Dovecot on the other.
@Tag("cyrus")
@Tag("dovecot")
class CyrusMirrorIT {
    @TempDir Path directory;

    @Test
    void cyrusIsMirroredToDovecot() throws Exception {
        workedOnIsEqual(CyrusServer.launch(), DovecotServer.launch());
    }

    @Test
    void dovecotIsMirroredToCyrus() throws Exception {
        workedOnIsEqual(DovecotServer.launch(), CyrusServer.launch());
    }

    @Test
    void dovecotIsMirroredToCyrusWithEverythingBelowInbox() throws Exception {
        workedOnIsEqual(DovecotServer.launch(), CyrusServer.withTraditionalNamespace());
    }

    private void workedOnIsEqual(RealServer primary, RealServer mirror) throws Exception {
        try (MirrorWorld world = new MirrorWorld(directory, "", primary, mirror)) {
            new ClientWork(primary, world.through(1)).run();
            world.awaitMirrored();
            assertThat(world.difference(1)).isEmpty();
            world.assertHealthy();
        }
    }
}
