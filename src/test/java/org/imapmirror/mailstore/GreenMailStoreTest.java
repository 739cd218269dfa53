package org.imapmirror.mailstore;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;

import org.imapmirror.imap.Endpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class GreenMailStoreTest extends ImapStoreContract {
    private static final GreenMail SERVER =
            new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP));

    @BeforeAll
    static void start() {
        SERVER.start();
        SERVER.setUser("alice@localhost", "alice", "secret");
    }

    @AfterAll
    static void stop() {
        SERVER.stop();
    }

    @Override
    Endpoint server() {
        return plain("127.0.0.1", SERVER.getImap().getPort());
    }

    @Override
    LoginAs.Plain login() {
        return new LoginAs.Plain("alice", "secret");
    }

    @Override
    Namespace namespace() {
        return new Namespace("", '.');
    }

    /// It tells the source's.
    @Override
    boolean copyTellsTargetsUidValidity() {
        return false;
    }
}
