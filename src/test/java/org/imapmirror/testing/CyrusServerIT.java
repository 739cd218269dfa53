package org.imapmirror.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;

@Tag("cyrus")
class CyrusServerIT extends RealServerContract {
    @Override
    RealServer launch() {
        return CyrusServer.launch();
    }

    @Override
    String mailbox() {
        return "Kept";
    }

    @Test
    void specialUseIsWhatCreateAskedFor() throws IOException {
        try (CyrusServer server = CyrusServer.launch()) {
            assertThat(session(server, "x CREATE Outbox (USE (\\Sent))")).contains("x OK");
            assertThat(session(server, "x LIST (SPECIAL-USE) \"\" *")).contains("Outbox");
        }
    }

    @Test
    void lmtpDelivers() {
        try (CyrusServer server = CyrusServer.launch()) {
            Lmtp.to(server).deliver(Mail.message("delivered", "body"), server.user(3));
            Mailboxes account = Mailboxes.read(Access.to(server, 3));
            assertThat(account.get("INBOX").messages())
                    .singleElement()
                    .extracting(Mailboxes.Message::subject)
                    .isEqualTo("delivered");
        }
    }
}
