package org.imapmirror.proxy;

import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;

import java.util.Set;

@Tag("dovecot")
class BeforeLoginDovecotIT extends BeforeLoginContract {
    /// No pause after wrong passwords: it would grow with every test.
    private static final String EXTRA =
            """
            service anvil {
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            """;

    @Override
    RealServer launch() {
        return DovecotServer.launch(1, EXTRA);
    }

    @Override
    Set<String> hidden() {
        return Set.of("STARTTLS", "LOGIN-REFERRALS");
    }
}
