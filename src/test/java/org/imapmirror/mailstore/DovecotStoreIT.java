package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.testing.DovecotServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("dovecot")
class DovecotStoreIT extends ImapStoreContract {
    private static DovecotServer dovecot;

    @BeforeAll
    static void start() {
        dovecot = DovecotServer.launch();
    }

    @AfterAll
    static void stop() {
        dovecot.close();
    }

    @Override
    Endpoint server() {
        return plain(dovecot.host(), dovecot.imapPort());
    }

    @Override
    LoginAs.Plain login() {
        return new LoginAs.Plain(dovecot.user(1), dovecot.password(1));
    }

    @Override
    Namespace namespace() {
        return new Namespace("", '/');
    }
}
