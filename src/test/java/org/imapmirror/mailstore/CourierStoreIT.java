package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.testing.CourierServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("courier")
class CourierStoreIT extends ImapStoreContract {
    private static CourierServer courier;

    @BeforeAll
    static void start() {
        courier = CourierServer.withEnhancedIdle();
    }

    @AfterAll
    static void stop() {
        courier.close();
    }

    @Override
    Endpoint server() {
        return plain(courier.host(), courier.imapPort());
    }

    @Override
    LoginAs.Plain login() {
        return new LoginAs.Plain(courier.user(1), courier.password(1));
    }

    @Override
    Namespace namespace() {
        return new Namespace("INBOX.", '.');
    }
}
