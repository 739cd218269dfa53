package org.imapmirror.reconcile.sync;

import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/// From Dovecot to Cyrus.
@Tag("cyrus")
@Tag("dovecot")
class DovecotToCyrusSyncIT extends SyncContract {
    private static DovecotServer source;
    private static CyrusServer target;

    @BeforeAll
    static void start() {
        source = DovecotServer.launch();
        target = CyrusServer.launch();
    }

    @AfterAll
    static void stop() {
        source.close();
        target.close();
    }

    /// It writes `X` instead.
    @Override
    boolean keepsRawHeaders() {
        return false;
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
