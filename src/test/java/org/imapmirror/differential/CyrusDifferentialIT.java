package org.imapmirror.differential;

import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;

/// See [DifferentialContract].
@Tag("cyrus")
class CyrusDifferentialIT extends DifferentialContract {
    @Override
    RealServer primary(int users) {
        return CyrusServer.launch(users);
    }

    @Override
    int commands() {
        return 10_000;
    }

    @Override
    boolean takesLargeEagerLiterals() {
        return true;
    }
}
