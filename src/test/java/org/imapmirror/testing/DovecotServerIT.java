package org.imapmirror.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;

@Tag("dovecot")
class DovecotServerIT extends RealServerContract {
    @Override
    RealServer launch() {
        return DovecotServer.launch();
    }

    @Override
    String mailbox() {
        return "Kept";
    }

    @Test
    void brokenConfigurationIsAnErrorThatTellsWhy() {
        assertThatThrownBy(() -> DovecotServer.launch(1, "no_such_setting = yes"))
                .hasMessageContaining("no_such_setting");
    }

    @Test
    void specialUseIsByName() throws IOException {
        try (DovecotServer server = DovecotServer.launch()) {
            assertThat(session(server, "x CREATE Sent")).contains("x OK");
            assertThat(session(server, "x LIST (SPECIAL-USE) \"\" *"))
                    .contains("\\Sent) \"/\" Sent");
        }
    }
}
