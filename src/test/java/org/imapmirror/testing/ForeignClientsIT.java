package org.imapmirror.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Access.Tls;
import org.imapmirror.testing.Mailboxes.Mailbox;
import org.imapmirror.testing.Mailboxes.Message;
import org.imapmirror.testing.Mailboxes.Order;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// The foreign clients and the reader really do on a server what they promise, with nothing of ours
/// in between.
@Tag("dovecot")
class ForeignClientsIT {
    @SuppressWarnings("NullAway.Init")
    private static DovecotServer server;

    @BeforeAll
    static void launch() {
        server = DovecotServer.launch();
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void curlAppendsListsFetchesAndSendsCommands() {
        Access access = Access.to(server, 1);
        byte[] message = Mail.message("by curl", ".leading dot");
        try (ForeignClients clients = new ForeignClients(access)) {
            clients.curl().command("CREATE \"With Space\"").orFail();
            clients.curl().command("SUBSCRIBE \"With Space\"").orFail();
            clients.curl("--login-options", "AUTH=LOGIN").append("With Space", message).orFail();
            assertThat(clients.curl().list("").orFail().text()).contains("With Space");
            assertThat(clients.curl().fetch("With Space", 1).orFail().output()).isEqualTo(message);
            clients.curl()
                    .command("With Space", "STORE 1 +FLAGS.SILENT (Custom \\Flagged)")
                    .orFail();
            assertThat(clients.curl().append("Missing", message).exitCode()).isNotZero();
        }
        Mailboxes account = Mailboxes.read(access);
        assertThat(account.subscribed()).containsExactly("With Space");
        assertThat(account.get("With Space").messages())
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.flags()).containsExactly("\\Flagged", "\\Seen", "custom");
                    assertThat(found.size()).isEqualTo(message.length);
                    assertThat(found.subject()).isEqualTo("by curl");
                });
    }

    @ParameterizedTest
    @EnumSource(Tls.class)
    void everyClientSpeaksEveryKindOfTls(Tls tls) {
        int user = 2 + tls.ordinal();
        int port = tls == Tls.IMPLICIT ? server.imapsPort() : server.imapPort();
        Access access = Access.to(server, user).withTls(tls, port, server.certificate());
        try (ForeignClients clients = new ForeignClients(access)) {
            clients.curl().append("INBOX", Mail.message("first", "1")).orFail();
            clients.mbsync().maildirs().add("INBOX", "", Mail.message("second", "2"));
            clients.mbsync().sync().orFail();
            clients.neomutt().set("INBOX", "second", '!').orFail();
            List<Message> messages = Mailboxes.read(access).get("INBOX").messages();
            assertThat(messages).extracting(Message::subject).containsExactly("first", "second");
            assertThat(messages.getLast().flags()).contains("\\Flagged");
        }
    }

    @Test
    void neomuttFlagsMovesCopiesAndDeletes() {
        Access access = Access.to(server, 6);
        try (ForeignClients clients = new ForeignClients(access)) {
            for (String subject : List.of("alpha", "beta", "gamma", "delta")) {
                clients.curl().append("INBOX", Mail.message(subject, subject)).orFail();
            }
            clients.neomutt().set("INBOX", "alpha", '!').orFail();
            clients.neomutt().clear("INBOX", "alpha", '!').orFail();
            clients.neomutt().set("INBOX", "alpha", 'r').orFail();
            clients.neomutt().move("INBOX", "beta", "Moved").orFail();
            clients.neomutt().copy("INBOX", "gamma", "Copied").orFail();
            clients.neomutt().delete("INBOX", "delta").orFail();
        }
        Mailboxes account = Mailboxes.read(access);
        assertThat(subjects(account.get("INBOX"))).containsExactly("alpha", "gamma");
        assertThat(account.get("INBOX").messages().getFirst().flags())
                .containsExactly("\\Answered", "\\Seen");
        assertThat(subjects(account.get("Moved"))).containsExactly("beta");
        assertThat(subjects(account.get("Copied"))).containsExactly("gamma");
    }

    @Test
    void mbsyncAddsFlagsMovesAndDeletes() {
        Access access = Access.to(server, 7);
        try (ForeignClients clients = new ForeignClients(access)) {
            clients.curl().append("INBOX", Mail.message("alpha", "a")).orFail();
            clients.curl().append("INBOX", Mail.message("beta", "b")).orFail();
            Mbsync mbsync = clients.mbsync();
            mbsync.sync().orFail();
            assertThat(mbsync.maildirs().count("INBOX")).isEqualTo(2);
            mbsync.maildirs().flag("INBOX", "Subject: alpha", "SFR");
            mbsync.maildirs().move("INBOX", "Subject: beta", "Work");
            mbsync.maildirs().add("Work", "SF", Mail.message("gamma", "c"));
            mbsync.sync().orFail();
            mbsync.maildirs().delete("Work", "Subject: beta");
            mbsync.sync().orFail();
        }
        Mailboxes account = Mailboxes.read(access);
        assertThat(account.get("INBOX").messages())
                .singleElement()
                .satisfies(found ->
                        assertThat(found.flags())
                                .containsExactly("\\Answered", "\\Flagged", "\\Seen"));
        assertThat(subjects(account.get("Work"))).containsExactly("gamma");
    }

    @Test
    void readerComparesAccountsOfDifferentNamespaces() {
        byte[] message = Mail.message("same", "é");
        try (DovecotServer other = DovecotServer.withNamespace('.', "INBOX.");
                ForeignClients here = new ForeignClients(Access.to(server, 8));
                ForeignClients there = new ForeignClients(Access.to(other, 8))) {
            here.curl().command("CREATE Sent").orFail();
            here.curl().command("CREATE Sent/Old").orFail();
            here.curl().append("Sent", message).orFail();
            there.curl().command("CREATE INBOX.Sent").orFail();
            there.curl().command("CREATE INBOX.Sent.Old").orFail();
            there.curl().append("INBOX.Sent", message).orFail();
            Mailboxes expected = Mailboxes.read(Access.to(server, 8));
            Mailboxes found = Mailboxes.read(Access.to(other, 8));
            assertThat(expected.byName()).containsOnlyKeys("INBOX", "Sent", "Sent/Old");
            assertThat(expected.get("Sent").specialUse()).containsExactly("\\Sent");
            assertThat(found.byName()).containsOnlyKeys("INBOX", "Sent", "Sent/Old");
            assertThat(subjects(found.get("Sent"))).containsExactly("same");
            there.curl().command("INBOX.Sent", "STORE 1 -FLAGS (\\Seen)").orFail();
            assertThat(Mailboxes.read(Access.to(other, 8)).differencesFrom(expected, Order.OF_UIDS))
                    .contains("Sent: 'same'")
                    .contains("flags are [], should be [\\Seen]");
        }
    }

    @Test
    void lmtpDeliversIntoInbox() {
        byte[] message = Mail.message("delivered", ".dots\n..and more");
        Lmtp.to(server).deliver(message, server.user(9));
        try (ForeignClients clients = new ForeignClients(Access.to(server, 9))) {
            String stored =
                    new String(
                            clients.curl().fetch("INBOX", 1).orFail().output(),
                            StandardCharsets.UTF_8);
            assertThat(stored)
                    .startsWith("Return-Path: <sender@localhost>")
                    .endsWith(new String(message, StandardCharsets.UTF_8));
        }
    }

    private static List<String> subjects(Mailbox mailbox) {
        return mailbox.messages().stream().map(Message::subject).toList();
    }
}
