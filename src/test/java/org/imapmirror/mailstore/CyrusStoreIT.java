package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.testing.CyrusServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("cyrus")
class CyrusStoreIT extends ImapStoreContract {
    private static CyrusServer cyrus;

    @BeforeAll
    static void start() {
        cyrus = CyrusServer.launch();
    }

    @AfterAll
    static void stop() {
        cyrus.close();
    }

    @Override
    Endpoint server() {
        return plain(cyrus.host(), cyrus.imapPort());
    }

    @Override
    LoginAs.Plain login() {
        return new LoginAs.Plain(cyrus.user(1), cyrus.password(1));
    }

    @Override
    Namespace namespace() {
        return new Namespace("", '/');
    }

    /// It refuses quotation marks.
    @Override
    String oddName() {
        return "Grüße & (mehr) ☃";
    }
}
