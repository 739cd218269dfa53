package org.imapmirror.app;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.Command;
import org.imapmirror.testing.CourierServer;
import org.imapmirror.testing.ForeignClients;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mbsync;
import org.imapmirror.testing.RealServer;

import java.util.List;

/// What people do with their mail, done by clients that nobody here wrote.
///
/// @param server whose names and abilities count
/// @param access how the clients reach it
record ClientWork(RealServer server, Access access) {
    private String name(String path) {
        return server.mailbox(path);
    }

    void run() {
        try (ForeignClients clients = new ForeignClients(access)) {
            make(clients);
            flagCopyMoveAndDelete(clients);
            synchronize(clients);
            renameAndDelete(clients);
        }
    }

    private void make(ForeignClients clients) {
        create(clients, name("Work"));
        clients.curl().command("SUBSCRIBE " + name("Work")).orFail();
        String odd = '"' + name("Caf&AOk- 1/A &- B") + '"';
        create(clients, odd);
        clients.curl().command("SUBSCRIBE " + odd).orFail();
        create(clients, name("Sent") + (isCourier() ? "" : " (USE (\\Sent))"));
        for (String subject : List.of("alpha", "beta", "gamma", "delta", "epsilon", "eta")) {
            clients.curl().append("INBOX", Mail.message(subject, "text of " + subject)).orFail();
        }
        clients.curl().append(name("Sent"), Mail.message("theta", "sent")).orFail();
    }

    /// Dovecot may refuse what it does: another session's STATUS, as the watch sends it, that meets
    /// a mailbox in the making completes it, and the one that makes it finds it there.
    private static void create(ForeignClients clients, String what) {
        Command command = clients.curl().command("CREATE " + what);
        if (!command.errors().contains("NO [ALREADYEXISTS]")) {
            command.orFail();
        }
    }

    private void flagCopyMoveAndDelete(ForeignClients clients) {
        clients.curl().command("INBOX", "STORE 1:2 +FLAGS (\\Flagged later)").orFail();
        clients.curl().command("INBOX", "COPY 2,4 " + name("Work")).orFail();
        clients.neomutt().set("INBOX", "alpha", '!').orFail();
        clients.neomutt().move("INBOX", "beta", name("Work")).orFail();
        clients.neomutt().copy("INBOX", "gamma", name("Work")).orFail();
        clients.neomutt().delete("INBOX", "delta").orFail();
        if (!isCourier()) {
            clients.curl().command("INBOX", "MOVE * " + name("Work")).orFail();
        }
    }

    /// mbsync names mailboxes without the server's prefix.
    private void synchronize(ForeignClients clients) {
        Mbsync mbsync = clients.mbsync();
        mbsync.sync().orFail();
        mbsync.maildirs().add("INBOX", "F", Mail.message("zeta", "by mbsync"));
        mbsync.maildirs().flag("INBOX", "Subject: epsilon", "RS");
        mbsync.maildirs().move("INBOX", "Subject: gamma", "Work");
        mbsync.sync().orFail();
    }

    private void renameAndDelete(ForeignClients clients) {
        clients.curl().command("RENAME " + name("Work") + " " + name("Done/Work")).orFail();
        clients.curl().command(name("Done/Work"), "STORE 1 +FLAGS.SILENT (\\Answered)").orFail();
        clients.neomutt().delete(name("Done/Work"), "delta").orFail();
        clients.curl().command(name("Done/Work"), "STORE 2 +FLAGS (\\Deleted)").orFail();
        clients.curl().command(name("Done/Work"), "EXPUNGE").orFail();
        create(clients, name("Gone"));
        clients.curl().append(name("Gone"), Mail.message("away", "soon")).orFail();
        clients.curl().command("DELETE " + name("Gone")).orFail();
        clients.curl().append(name("Done/Work"), Mail.message("last", "one")).orFail();
    }

    private boolean isCourier() {
        return server instanceof CourierServer;
    }
}
