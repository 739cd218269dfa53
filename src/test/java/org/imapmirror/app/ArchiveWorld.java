package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import org.awaitility.Awaitility;
import org.imapmirror.admin.Status;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.RealServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A primary, a mirror and an archive, with imapmirror between them, which has logins of its own.
final class ArchiveWorld implements AutoCloseable {
    static final String ARCHIVE = "mirror2";

    final DovecotServer primary;
    final DovecotServer mirror;
    final RealServer archive;
    private Setup setup;
    private final String extra;
    private Service service;

    ArchiveWorld(Path directory, String extra) throws IOException, ConfigException {
        this(directory, extra, Set.of(1));
    }

    /// @param archives indexes of the mirrors that are archives; the second is where [#archived]
    ///   looks
    ArchiveWorld(Path directory, String extra, Set<Integer> archives)
            throws IOException, ConfigException {
        this(directory, extra, archives, DovecotServer.launch());
    }

    /// @param archive a server with its second mirror; ends with this
    ArchiveWorld(Path directory, String extra, Set<Integer> archives, RealServer archive)
            throws IOException, ConfigException {
        this.primary = DovecotServer.launch();
        this.mirror = DovecotServer.launch();
        this.archive = archive;
        this.extra = extra;
        this.setup =
                Setup.of(directory, primary, mirror, archive)
                        .withArchives(archives.toArray(Integer[]::new))
                        .withLoginOfItsOwn();
        this.service = start();
    }

    private Service start() throws IOException, ConfigException {
        return Service.start(ConfigLoader.load(setup.write(extra)), (_, _) -> {});
    }

    void stop() {
        service.close();
    }

    void restart() throws IOException, ConfigException {
        service.close();
        service = start();
    }

    /// Starts again with other archives.
    void restart(Set<Integer> archives) throws IOException, ConfigException {
        setup = setup.withArchives(archives.toArray(Integer[]::new));
        restart();
    }

    Path config() {
        return setup.directory().resolve("imapmirror.yaml");
    }

    Access through() {
        return setup.through(1);
    }

    String account() {
        return primary.user(1);
    }

    Status status() {
        return service.overview().status();
    }

    void sweep() {
        assertThat(Run.imapmirror("sweep", "--config", config().toString()).code()).isZero();
        await();
    }

    void await() {
        Awaitility.await("pending 0")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() ->
                        assertThat(status())
                                .satisfies(
                                        s -> assertThat(s.pending()).as("%s", s).isZero(),
                                        s -> assertThat(s.lanes()).isNotEmpty()));
    }

    void assertHealthy() {
        assertThat(status())
                .satisfies(
                        s -> assertThat(s.parked()).as("parked, in %s", s).isZero(),
                        s -> assertThat(s.suspect()).as("suspect, in %s", s).isZero(),
                        s -> assertThat(s.extra()).as("extra, in %s", s).isZero());
        assertThat(
                        Mailboxes.read(Access.to(mirror, 1))
                                .differencesFrom(
                                        Mailboxes.read(Access.to(primary, 1)),
                                        Mailboxes.Order.OF_UIDS))
                .isEmpty();
        Run verify = verify();
        assertThat(verify.code()).as("%s", verify).isZero();
    }

    Run verify() {
        return Run.imapmirror("audit", "verify", "--config", config().toString());
    }

    Mailboxes archived() {
        return Mailboxes.read(Access.to(archive, 1));
    }

    /// How often each subject is in the archive.
    static SortedMap<String, Integer> subjects(Mailboxes account) {
        SortedMap<String, Integer> out = new TreeMap<>();
        account.byName()
                .values()
                .forEach(m -> m.messages().forEach(x -> out.merge(x.subject(), 1, Integer::sum)));
        return out;
    }

    static List<String> subjects(Mailboxes account, String mailbox) {
        return account.get(mailbox).messages().stream()
                .map(Mailboxes.Message::subject)
                .sorted()
                .toList();
    }

    Path auditFolder() {
        return setup.directory().resolve("audit").resolve(ARCHIVE);
    }

    List<Path> auditFiles() throws IOException {
        try (Stream<Path> all = Files.list(auditFolder())) {
            return all.sorted().toList();
        }
    }

    /// The audit log.
    List<JsonNode> audit() throws IOException {
        return audit(auditFiles());
    }

    static List<JsonNode> audit(List<Path> files) throws IOException {
        List<JsonNode> out = new ArrayList<>();
        for (Path file : files) {
            for (String line : Files.readAllLines(file)) {
                out.add(JsonMapper.builder().build().readTree(line));
            }
        }
        return out;
    }

    /// Entries of one kind.
    List<JsonNode> audit(String event) throws IOException {
        return audit().stream().filter(e -> e.path("event").asText().equals(event)).toList();
    }

    @Override
    public void close() {
        service.close();
        primary.close();
        mirror.close();
        archive.close();
    }
}
