package org.imapmirror.reconcile.sync;

import org.imapmirror.testing.CourierServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/// From Courier, with everything below INBOX, to Dovecot.
@Tag("courier")
@Tag("dovecot")
class CourierSyncIT extends SyncContract {
    private static CourierServer source;
    private static DovecotServer target;

    @BeforeAll
    static void start() {
        source = CourierServer.launch();
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
