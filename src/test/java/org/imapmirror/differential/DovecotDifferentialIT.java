package org.imapmirror.differential;

import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;

/// See [DifferentialContract].
@Tag("dovecot")
class DovecotDifferentialIT extends DifferentialContract {
    @Override
    RealServer primary(int users) {
        return DovecotServer.launch(users, "");
    }

    @Override
    int commands() {
        return 10_000;
    }

    @Override
    CommandStream stream(long seed, int sessions) {
        return new CommandStream(seed, sessions, true, true);
    }
}
