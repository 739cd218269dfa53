package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.ForeignClients;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Message;
import org.imapmirror.testing.Maildirs;
import org.imapmirror.testing.Offlineimap;
import org.imapmirror.testing.Scripts.Naming;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;

/// Clients nobody here wrote do their work through the proxy, each in an account of its own; then
/// the mirror is as the primary.
@Tag("dovecot")
class ClientsMirrorIT {
    @TempDir private static Path directory;
    private static MirrorWorld world;

    @BeforeAll
    static void start() throws Exception {
        // Nothing else may mend what capture misses.
        world = new MirrorWorld(directory, "sweep: {every: never, watch: none}");
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    void offlineimapSynchronizesBothWays() throws Exception {
        double compressed = compressed();
        try (ForeignClients clients = new ForeignClients(world.through(1))) {
            clients.curl().command("CREATE Work/Inner").orFail();
            clients.curl().command("CREATE \"Entw&APw-rfe &- mehr\"").orFail();
            for (String subject : List.of("alpha", "beta", "gamma")) {
                clients.curl().append("INBOX", Mail.message(subject, subject)).orFail();
            }
            clients.curl().append("Work/Inner", Mail.message("delta", "d")).orFail();
            clients.curl().append("Work/Inner", Mail.message("epsilon", "e")).orFail();
            Offlineimap offlineimap = clients.offlineimap(true);
            Maildirs here = offlineimap.maildirs();
            offlineimap.sync().orFail();
            assertThat(here.count("INBOX")).isEqualTo(3);
            assertThat(here.count("Work/Inner")).isEqualTo(2);
            assertThat(here.count("Entwürfe & mehr")).isZero();

            here.add("INBOX", "FS", Mail.message("zeta", "new"));
            here.add("Entwürfe & mehr", "D", Mail.message("eta", "draft"));
            here.add("Neu", "S", Mail.message("kappa", "in another"));
            here.add("Neu/Übrig", "", Mail.message("theta", "in a new folder"));
            here.flag("INBOX", "Subject: alpha", "FRS");
            here.delete("INBOX", "Subject: beta");
            here.move("Work/Inner", "Subject: delta", "Neu/Übrig");
            clients.curl().command("Work/Inner", "STORE 2 +FLAGS (\\Flagged)").orFail();
            clients.curl().append("INBOX", Mail.message("iota", "meanwhile")).orFail();
            offlineimap.sync().orFail();
            offlineimap.sync().orFail();
            assertThat(here.count("INBOX")).isEqualTo(4);
            assertThat(here.count("Work/Inner")).isEqualTo(1);
        }
        Mailboxes primary = Mailboxes.read(Access.to(world.primary, 1));
        assertThat(subjects(primary, "INBOX"))
                .containsExactlyInAnyOrder("alpha", "gamma", "zeta", "iota");
        assertThat(subjects(primary, "Work/Inner")).containsExactly("epsilon");
        assertThat(subjects(primary, "Neu/Übrig")).containsExactlyInAnyOrder("theta", "delta");
        assertThat(flags(primary, "INBOX", "alpha"))
                .containsExactly("\\Answered", "\\Flagged", "\\Seen");
        assertThat(flags(primary, "Entwürfe & mehr", "eta")).contains("\\Draft");
        assertThat(flags(primary, "Work/Inner", "epsilon")).contains("\\Flagged");
        assertThat(compressed()).isGreaterThan(compressed);
        assertMirrored(1);
    }

    @ParameterizedTest
    @CsvSource({
        "2, UIDS, false",
        "3, SEQUENCE_NUMBERS, false",
        "4, UIDS, true",
        "5, SEQUENCE_NUMBERS, true"
    })
    void perlsMailImapClient(int user, Naming naming, boolean compressed) throws Exception {
        double before = compressed();
        String top = "Perl";
        try (ForeignClients clients = new ForeignClients(world.through(user))) {
            clients.scripts().perl(top, naming, compressed).orFail();
        }
        Mailboxes primary = Mailboxes.read(Access.to(world.primary, user));
        assertThat(primary.byName())
                .containsOnlyKeys("INBOX", top, "Perl/Kept", "Perl/Moved", "Perl/With Space");
        assertThat(subjects(primary, top)).containsExactly("three", "four", "six", "pushed");
        assertThat(subjects(primary, "Perl/Kept")).containsExactly("one", "four", "six");
        assertThat(subjects(primary, "Perl/Moved")).containsExactly("two");
        assertThat(flags(primary, top, "three")).containsExactly("\\Draft", "\\Flagged");
        assertThat(flags(primary, "Perl/Kept", "one")).contains("later");
        assertThat(compressed() - before).isEqualTo(compressed ? 2 : 0);
        assertMirrored(user);
    }

    @Test
    void imapflowOnNode() throws Exception {
        double before = compressed();
        try (ForeignClients clients = new ForeignClients(world.through(6))) {
            clients.scripts().imapflow().orFail();
        }
        Mailboxes primary = Mailboxes.read(Access.to(world.primary, 6));
        assertThat(primary.byName()).containsOnlyKeys("INBOX", "Büro", "Büro/Archiv");
        assertThat(primary.subscribed()).contains("Büro");
        assertThat(subjects(primary, "INBOX")).containsExactly("one", "three", "four", "pushed");
        assertThat(subjects(primary, "Büro")).containsExactly("large", "two");
        assertThat(subjects(primary, "Büro/Archiv")).containsExactly("one", "three");
        assertThat(flags(primary, "INBOX", "one")).contains("\\Flagged", "$important");
        assertThat(flags(primary, "Büro", "large")).contains("\\Draft", "later");
        assertThat(compressed() - before).isEqualTo(2);
        assertMirrored(6);
    }

    /// How many sessions have been compressed so far.
    private static double compressed() throws IOException {
        return world.counter("imapmirror_proxy_compressed_total");
    }

    private static void assertMirrored(int user) {
        world.awaitMirrored();
        assertThat(world.difference(user)).isEmpty();
        world.assertHealthy();
    }

    private static List<String> subjects(Mailboxes account, String mailbox) {
        return account.get(mailbox).messages().stream().map(Message::subject).toList();
    }

    private static SortedSet<String> flags(Mailboxes account, String mailbox, String subject) {
        return account.get(mailbox).messages().stream()
                .filter(message -> message.subject().equals(subject))
                .findFirst()
                .orElseThrow()
                .flags();
    }
}
