package org.imapmirror.reconcile.verify;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.FolderPlan.Planned;
import org.imapmirror.reconcile.sync.Progress;
import org.imapmirror.reconcile.sync.Side;
import org.imapmirror.reconcile.verify.Difference.Kind;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;

/// Each kind of difference between two real accounts is found, and nothing else.
@Tag("dovecot")
class VerifierIT {
    private static final String DATE = "23-Nov-2016 10:00:00 +0000";

    private record Account(RealServer server) implements Side {
        @Override
        public String name() {
            return server.user(1);
        }

        @Override
        public String identity() {
            return name();
        }

        @Override
        public ImapStore open() throws StoreException {
            return ImapStore.open(
                    new Endpoint(
                            "server",
                            server.host(),
                            server.imapPort(),
                            Endpoint.Tls.NONE,
                            new Trust.Insecure()),
                    new LoginAs.Plain(server.user(1), server.password(1)),
                    ClientLimits.DEFAULT);
        }
    }

    private static void put(ImapStore store, String mailbox, String id, String text, String date)
            throws Exception {
        byte[] body = ("Message-ID: <" + id + ">\r\n\r\n" + text + "\r\n").getBytes(US_ASCII);
        Appender appender = store.appender(mailbox);
        appender.add(Flags.of("Work"), date, body.length, new ByteArrayInputStream(body));
        appender.finish();
    }

    private static List<Difference> verify(Side source, Side target) throws Exception {
        List<Difference> found = new ArrayList<>();
        VerifyReport report =
                Verifier.run(
                        source,
                        target,
                        VerifyOptions.all((listed, _, _, _) ->
                                new Planned(
                                        listed.stream()
                                                .filter(Listed::selectable)
                                                .map(l -> new Pair(l.name(), l.name()))
                                                .toList(),
                                        List.of())),
                        Progress.NONE,
                        found::add);
        assertThat(report.differences()).isEqualTo(found.size());
        assertThat(report.complete()).isTrue();
        return found;
    }

    @Test
    void everyKindOfDifferenceIsTold() throws Exception {
        try (DovecotServer source = DovecotServer.launch();
                DovecotServer target = DovecotServer.launch();
                ImapStore there = new Account(source).open();
                ImapStore here = new Account(target).open()) {
            for (ImapStore store : List.of(there, here)) {
                for (int i = 0; i < 20; i++) {
                    put(store, "INBOX", "m" + i, "text " + i, DATE);
                }
            }
            assertThat(verify(new Account(source), new Account(target))).isEmpty();

            here.select("INBOX");
            here.expunge(UidSet.of(1, 2, 3));
            put(here, "INBOX", "m1", "another text", DATE);
            put(here, "INBOX", "m2", "text 2", "23-Nov-2016 11:00:00 +0000");
            put(here, "INBOX", "alone", "text", DATE);
            here.store(UidSet.of(5), FlagChange.ADDED, Flags.of("\\Flagged"));
            there.create("Missing", null);
            there.create("Known", null);
            there.subscribe("Known");
            here.create("Known", null);
            here.create("Extra", null);
            assertThat(verify(new Account(source), new Account(target)))
                    .extracting(Difference::kind, Difference::folder, Difference::messageId)
                    .containsExactlyInAnyOrder(
                            told(Kind.MISSING, "INBOX", "<m0>"),
                            told(Kind.BODY, "INBOX", "<m1>"),
                            told(Kind.DATE, "INBOX", "<m2>"),
                            told(Kind.EXTRA, "INBOX", "<alone>"),
                            told(Kind.FLAGS, "INBOX", "<m4>"),
                            told(Kind.FOLDER_MISSING, "Missing", null),
                            told(Kind.SUBSCRIPTION_MISSING, "Known", null),
                            told(Kind.FOLDER_EXTRA, "Extra", null));
        }
    }

    private static org.assertj.core.groups.Tuple told(
            Kind kind, String folder, @org.jspecify.annotations.Nullable String id) {
        return org.assertj.core.groups.Tuple.tuple(kind, folder, id);
    }
}
