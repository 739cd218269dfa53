package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.CourierServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// Real Courier on one side of the whole, real Dovecot on the other.
@Tag("courier")
@Tag("dovecot")
class CourierMirrorIT {
    @TempDir Path directory;

    @Test
    void courierIsMirroredToDovecot() throws Exception {
        workedOnIsEqual(CourierServer.launch(), DovecotServer.launch());
    }

    @Test
    void dovecotIsMirroredToCourier() throws Exception {
        workedOnIsEqual(DovecotServer.launch(), CourierServer.launch());
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
