package org.imapmirror.testing;

import org.junit.jupiter.api.Tag;

@Tag("courier")
class CourierServerIT extends RealServerContract {
    @Override
    RealServer launch() {
        return CourierServer.launch();
    }

    @Override
    String mailbox() {
        return "INBOX.Kept";
    }
}
