package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.imapmirror.admin.LaneStatus;
import org.imapmirror.admin.Status;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.CourierServer;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.RealServer;
import org.imapmirror.testing.Stacks;

import java.io.IOException;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// Real servers with a whole imapmirror between them.
public final class MirrorWorld implements AutoCloseable {
    final RealServer primary;
    final List<RealServer> mirrors;
    private final Setup setup;
    private String extra;
    private Service service;

    /// Two Dovecots.
    ///
    /// @param extra more lines of configuration
    MirrorWorld(Path directory, String extra) throws IOException, ConfigException {
        this(directory, extra, DovecotServer.launch(), DovecotServer.launch());
    }

    /// The servers end with this.
    public MirrorWorld(Path directory, String extra, RealServer primary, RealServer... mirrors)
            throws IOException, ConfigException {
        this.primary = primary;
        this.mirrors = List.of(mirrors);
        this.extra = extra;
        this.setup = Setup.of(directory, primary, mirrors);
        this.service = start();
    }

    private Service start() throws IOException, ConfigException {
        return Service.start(ConfigLoader.load(setup.write(extra)), (_, _) -> {});
    }

    public RealServer primary() {
        return primary;
    }

    /// The first mirror, which most worlds have alone.
    public RealServer mirror() {
        return mirrors.getFirst();
    }

    /// @param other lines of configuration instead of the ones so far
    void restart(String other) throws IOException, ConfigException {
        extra = other;
        restart();
    }

    void restart() throws IOException, ConfigException {
        service.close();
        service = start();
    }

    /// What is done to imapmirror's own files while it does not run.
    interface Files {
        void change(Path journal, Path state) throws IOException;
    }

    void restartAfter(Files files) throws IOException, ConfigException {
        service.close();
        files.change(setup.journalFolder(), setup.stateFolder());
        service = start();
    }

    /// Compares all accounts.
    void sweep() {
        var unused = swept();
    }

    /// Completes when the sweep is done.
    CompletionStage<Void> swept() {
        return service.overview().lanes().sweepAll();
    }

    /// How clients reach an account: through the proxy.
    public Access through(int user) {
        return setup.through(user);
    }

    Status status() {
        return service.overview().status();
    }

    /// The lane of an account's first user to a mirror.
    LaneStatus lane(int mirror) {
        return status().lanes().stream()
                .filter(lane -> lane.account().equals(primary.user(1)))
                .filter(lane -> lane.mirror().equals(Setup.nameOf(mirror)))
                .findFirst()
                .orElseThrow();
    }

    /// What a counter of the metrics says.
    double counter(String name) throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + setup.adminPort() + "/metrics");
        URLConnection connection = uri.toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + setup.token());
        String text = new String(connection.getInputStream().readAllBytes(), UTF_8);
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + text));
    }

    public void awaitMirrored() {
        try {
            Awaitility.await("pending 0")
                    .atMost(Duration.ofSeconds(Integer.getInteger("patience", 60)))
                    .pollInterval(Duration.ofMillis(50))
                    .untilAsserted(() ->
                            assertThat(status())
                                    .satisfies(
                                            s ->
                                                    assertThat(s.pending())
                                                            .as("pending, in %s", s)
                                                            .isZero(),
                                            s -> assertThat(s.lanes()).isNotEmpty()));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "\n" + lanesAt(), e);
        }
    }

    private static String lanesAt() {
        try {
            return Stacks.of("lane-");
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// Nothing waits for a person, and the mirrors hold nothing that is not the primary's.
    public void assertHealthy() {
        assertThat(status())
                .satisfies(
                        s -> assertThat(s.parked()).as("parked, in %s", s).isZero(),
                        s -> assertThat(s.suspect()).as("suspect, in %s", s).isZero(),
                        s -> assertThat(s.extra()).as("extra, in %s", s).isZero());
    }

    /// How the first mirror differs from the primary: message by message, in UID order, with
    /// folders and subscriptions; empty where all is equal.
    public String difference(int user) {
        return difference(user, mirror());
    }

    String difference(int user, RealServer mirror) {
        Mailboxes onPrimary = Mailboxes.read(Access.to(primary, user));
        Mailboxes onMirror = Mailboxes.read(Access.to(mirror, user));
        if (mirror instanceof CyrusServer) {
            // In Cyrus 3.6, CREATE and RENAME to a/b make a mailbox of a where there is none.
            onPrimary = onPrimary.withParents();
        }
        if (primary instanceof CourierServer || mirror instanceof CourierServer) {
            // Courier knows no special uses, and numbers what is in a renamed mailbox anew and in
            // another order: the other side keeps the order of before.
            String shuffled = "Done/Work";
            onPrimary = onPrimary.withoutSpecialUses();
            onMirror = onMirror.withoutSpecialUses();
            return onMirror.differencesFrom(onPrimary, Mailboxes.Order.ANY)
                    + onMirror.without(shuffled)
                            .differencesFrom(onPrimary.without(shuffled), Mailboxes.Order.OF_UIDS);
        }
        return onMirror.differencesFrom(onPrimary, Mailboxes.Order.OF_UIDS);
    }

    @Override
    public void close() {
        service.close();
        primary.close();
        mirrors.forEach(RealServer::close);
    }
}
