package org.imapmirror.reconcile.sync;

import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/// From Cyrus to Dovecot.
@Tag("cyrus")
@Tag("dovecot")
class CyrusSyncIT extends SyncContract {
    private static CyrusServer source;
    private static DovecotServer target;

    @BeforeAll
    static void start() {
        source = CyrusServer.launch();
        target = DovecotServer.launch();
    }

    @AfterAll
    static void stop() {
        source.close();
        target.close();
    }

    @Override
    RealServer source() {
        return source;
    }

    @Override
    RealServer target() {
        return target;
    }
}
