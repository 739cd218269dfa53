package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.ForeignClients;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// One primary, two mirrors of different kinds.
@Tag("dovecot")
@Tag("cyrus")
class TwoMirrorsIT {
    @TempDir Path directory;

    private MirrorWorld world() throws Exception {
        return new MirrorWorld(
                directory,
                "",
                DovecotServer.launch(),
                DovecotServer.launch(),
                CyrusServer.launch());
    }

    private static void assertEqual(MirrorWorld world) {
        world.awaitMirrored();
        for (RealServer mirror : world.mirrors) {
            assertThat(world.difference(1, mirror)).as("%s", mirror.getClass()).isEmpty();
        }
        world.assertHealthy();
    }

    @Test
    void oneIsNotHeldUpByTheOther() throws Exception {
        try (MirrorWorld world = world()) {
            try (ForeignClients clients = new ForeignClients(world.through(1))) {
                clients.curl().append("INBOX", Mail.message("first", "1")).orFail();
            }
            world.awaitMirrored();
            world.mirrors.get(1).stop();
            new ClientWork(world.primary, world.through(1)).run();
            Awaitility.await("the mirror that is up has everything")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> {
                        assertThat(world.lane(0).pending()).isZero();
                        assertThat(world.lane(0).state()).isEqualTo("live");
                    });
            assertThat(world.difference(1, world.mirrors.get(0))).isEmpty();
            assertThat(world.lane(1).pending()).isPositive();
            assertThat(world.lane(1).error()).isNotNull();
            assertThat(world.status().pending()).isPositive();
            world.mirrors.get(1).start();
            assertEqual(world);
            assertThat(world.lane(1).error()).isNull();
        }
    }

    /// Dovecot and Cyrus both refuse to subscribe what is not there, and both keep the subscription
    /// of a mailbox that is deleted.
    @Test
    void subscriptionsOutliveTheirMailboxes() throws Exception {
        try (MirrorWorld world = world()) {
            try (ForeignClients past = new ForeignClients(Access.to(world.primary, 1))) {
                for (String name : List.of("Before", "Before/Below", "Unwanted")) {
                    past.curl().command("CREATE " + name).orFail();
                    past.curl().command("SUBSCRIBE " + name).orFail();
                }
                past.curl().command("CREATE Above/Kept").orFail();
                past.curl().command("CREATE Above").orFail();
                past.curl().command("SUBSCRIBE Above").orFail();
                for (String name : List.of("Before/Below", "Before", "Unwanted", "Above")) {
                    past.curl().command("DELETE " + name).orFail();
                }
            }
            try (ForeignClients clients = new ForeignClients(world.through(1))) {
                clients.curl().command("CREATE Live").orFail();
                clients.curl().command("SUBSCRIBE Live").orFail();
                clients.curl().command("DELETE Live").orFail();
                assertEqual(world);
                assertThat(Mailboxes.read(Access.to(world.primary, 1)).subscribed())
                        .contains("Above", "Before", "Before/Below", "Live", "Unwanted");
                clients.curl().command("UNSUBSCRIBE Unwanted").orFail();
                clients.curl().command("UNSUBSCRIBE Live").orFail();
                assertEqual(world);
            }
        }
    }
}
