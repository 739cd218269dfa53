package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.awaitility.Awaitility;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.FaultRelay;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/// An archive that stores late what it was sent: nothing is ever removed there, so imapmirror waits
/// before it sends something again, and knows what came twice all the same.
@Tag("dovecot")
class ArchiveLateIT {
    private static final String RETRY =
            "retry: {first: 20ms, longest: 1s, unknown: 3s, answer-time: 1s}\n"
                    + "sweep: {watch: none}";

    @TempDir Path directory;

    private interface Late {
        void check(World world) throws Exception;
    }

    private record World(
            Setup setup, Path config, Service service, FaultRelay relay, DovecotServer archive) {
        void append(String subject) throws Exception {
            try (WireClient client = new WireClient(setup.through(1))) {
                client.append("INBOX", "()", Mail.message(subject, "text")).orFail();
            }
        }

        String error() {
            return String.valueOf(service.overview().status().lanes().getFirst().error());
        }

        int archived() {
            return Mailboxes.read(Access.to(archive, 1)).count();
        }

        List<JsonNode> audit(String event) throws Exception {
            try (Stream<Path> files =
                    Files.list(setup.directory().resolve("audit").resolve("mirror1"))) {
                return ArchiveWorld.audit(files.sorted().toList()).stream()
                        .filter(e -> e.path("event").asText().equals(event))
                        .toList();
            }
        }

        void mirrored() {
            until("pending 0", () -> service.overview().status().pending() == 0);
        }

        static void until(String what, Callable<Boolean> condition) {
            Awaitility.await(what)
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .until(condition);
        }
    }

    private void with(Late late) throws Exception {
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer archive = DovecotServer.launch();
                FaultRelay relay = FaultRelay.to(archive.imapPort())) {
            Setup setup =
                    Setup.of(directory, primary, archive)
                            .withMirrorsBehind(relay)
                            .withArchives(0)
                            .withLoginOfItsOwn();
            Path config = Setup.withoutTls(setup.write(RETRY));
            try (Service service = Service.start(ConfigLoader.load(config), (_, _) -> {})) {
                World world = new World(setup, config, service, relay, archive);
                world.append("early");
                world.mirrored();
                late.check(world);
            }
        }
    }

    @Test
    void whatComesWhileItIsLookedForIsNotSentAgain() throws Exception {
        with(world -> {
            world.relay().holdBefore("APPEND");
            world.append("late");
            World.until("waits", () -> world.error().contains("is looked for"));
            assertThat(world.archived()).isOne();
            world.relay().flow();
            world.mirrored();
            assertThat(world.archived()).isEqualTo(2);
            assertThat(world.audit("stored")).hasSize(2);
            assertThat(world.audit("doubled")).isEmpty();
        });
    }

    @Test
    void whatComesLaterIsKnownToBeTwice() throws Exception {
        with(world -> {
            world.relay().holdBefore("APPEND");
            world.append("late");
            World.until("sent again", () -> world.archived() == 2);
            world.relay().flow();
            World.until("noted", () -> !world.audit("doubled").isEmpty());
            assertThat(world.archived()).isEqualTo(3);
            world.append("after");
            world.mirrored();
            assertThat(world.archived()).isEqualTo(4);
            String config = world.config().toString();
            assertThat(Run.imapmirror("sweep", "--config", config).code()).isZero();
            world.mirrored();
            assertThat(world.archived()).isEqualTo(4);
            assertThat(world.audit("stored")).hasSize(3);
            assertThat(world.audit("found")).isEmpty();
            JsonNode doubled = world.audit("doubled").getFirst();
            assertThat(doubled.path("archive").get(0).path("uids").asText()).isEqualTo("3");
            assertThat(world.service().overview().status())
                    .satisfies(
                            s -> assertThat(s.parked()).isZero(),
                            s -> assertThat(s.extra()).isZero(),
                            s -> assertThat(s.suspect()).isZero());
            assertThat(Run.imapmirror("audit", "verify", "--config", config).code()).isZero();
        });
    }
}
