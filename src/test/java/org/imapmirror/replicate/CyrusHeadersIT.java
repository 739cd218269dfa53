package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.mailstore.Appended;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.FaultRelay;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// A mirror that changes what it stores: Cyrus writes `X` for each octet of a header that is not
/// ASCII. Such messages are recognised, where a map is missing or an outcome unknown, and stored
/// once.
@Tag("cyrus")
@Tag("dovecot")
class CyrusHeadersIT {
    private static final List<String> SUBJECTS = List.of("Grüße", "größer", "plain");

    @TempDir Path directory;
    private DovecotServer primary;
    private CyrusServer mirror;
    private LaneWorld world;

    @BeforeEach
    void start() throws Exception {
        primary = DovecotServer.launch();
        mirror = CyrusServer.launch();
        world = new LaneWorld(primary, mirror, directory);
    }

    @AfterEach
    void stop() {
        world.close();
        primary.close();
        mirror.close();
    }

    private static byte[] message(String subject) {
        return message(subject, subject);
    }

    private static byte[] message(String subject, String text) {
        return ("Message-ID: <%d@test>\r\nFrom: Jörg <a@test>\r\nSubject: %s\r\n\r\n%s\r\n")
                .formatted(subject.hashCode(), subject, text)
                .getBytes(UTF_8);
    }

    private static Appended.Stored store(ImapStore store, byte[] message) throws Exception {
        Appender appender = store.appender("INBOX");
        appender.add(Flags.NONE, LaneWorld.DATE, message.length, new ByteArrayInputStream(message));
        return (Appended.Stored) appender.finish().getFirst();
    }

    private int onMirror() throws Exception {
        // The first line is about the mailbox.
        return Objects.requireNonNull(world.onMirror().get("INBOX")).size() - 1;
    }

    private void mirrored() {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
    }

    private void sweep() throws Exception {
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get();
        world.awaitMirrored();
    }

    private void assertStoredOnce() throws Exception {
        assertThat(onMirror()).isEqualTo(SUBJECTS.size());
        LaneReport report = world.lanes.report().getFirst();
        assertThat(report.extra()).isZero();
        assertThat(report.parked()).isZero();
    }

    @Test
    void aFirstCopyFindsThem() throws Exception {
        try (ImapStore there = world.open("mirror")) {
            for (String subject : SUBJECTS) {
                store(world.client, message(subject));
                store(there, message(subject));
            }
        }
        mirrored();
        assertStoredOnce();
    }

    @Test
    void othersAreNotTakenForThem() throws Exception {
        try (ImapStore there = world.open("mirror")) {
            for (String subject : SUBJECTS) {
                store(world.client, message(subject));
                store(there, message(subject, subject.toUpperCase(Locale.ROOT)));
            }
        }
        mirrored();
        assertThat(onMirror()).isEqualTo(2 * SUBJECTS.size());
        assertThat(world.lanes.report().getFirst().extra()).isEqualTo(SUBJECTS.size());
    }

    @Test
    void anAppendFromThePrimaryWhoseOutcomeIsUnknownIsNotRepeated() throws Exception {
        List<Long> uids = new ArrayList<>();
        for (String subject : SUBJECTS) {
            uids.add(store(world.client, message(subject)).uid());
        }
        mirrored();
        world.forgetOutcome("INBOX", uids);
        sweep();
        assertStoredOnce();
    }

    @Test
    void anAppendFromTheSpoolWhoseAnswerIsCutOffIsNotRepeated() throws Exception {
        try (FaultRelay relay = FaultRelay.to(mirror.imapPort())) {
            world.ports.put("mirror", relay.port());
            mirrored();
            for (String subject : SUBJECTS) {
                relay.cutBeforeAnswer("APPENDUID");
                byte[] message = message(subject);
                Appended.Stored s = store(world.client, message);
                world.journal(
                        new MessageAppended(
                                new MailboxRef(MailboxName.INBOX, s.uidValidity()),
                                s.uid(),
                                Flags.NONE,
                                LaneWorld.DATE,
                                0,
                                world.spooled(message)));
                world.awaitMirrored();
                assertThat(relay.isSprung()).isTrue();
            }
            assertStoredOnce();
        }
    }

    /// A message of the same size that somebody else stored is not the lost one.
    @Test
    void aStrangerOfTheSameSizeIsNotTakenForTheMessage() throws Exception {
        long uid = store(world.client, message("Grüße")).uid();
        mirrored();
        world.forgetOutcome("INBOX", List.of(uid));
        try (ImapStore there = world.open("mirror")) {
            there.select("INBOX");
            there.expunge(there.uids());
            store(there, message("Grüße", "GRÜßE"));
        }
        sweep();
        assertThat(onMirror()).isEqualTo(2);
        assertThat(world.lanes.report().getFirst().extra()).isOne();
    }
}
