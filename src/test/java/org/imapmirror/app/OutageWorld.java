package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.admin.LaneStatus;
import org.imapmirror.admin.Status;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.FaultRelay;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Ports;
import org.imapmirror.testing.RefusingRelay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/// Two Dovecots with a whole imapmirror between them, and in front of the mirror relays that fail
/// in every way.
final class OutageWorld implements AutoCloseable {
    static final String QUICK =
            "retry: {first: 20ms, longest: 1s, room: 1s, refused: 2s, stuck: 5s, answer-time: 1s}";

    /// Dovecot delays all logins from an address with refused ones.
    private static final String NO_PENALTY =
            "service anvil {\n unix_listener anvil-auth-penalty {\n  mode = 0\n }\n}\n";

    final DovecotServer primary;
    final DovecotServer mirror;
    final FaultRelay relay;
    final RefusingRelay refusals;
    final Path directory;
    final int port = Ports.one();
    private final int adminPort = Ports.one();
    private String mirrorLogin;
    private String primaryLogin;
    private String extra = QUICK + "\nsweep: {every: never, watch: none, after-cut: 1s}";
    private String tls = "";
    private Service service;

    OutageWorld(Path directory, String mirrorExtra) throws IOException, ConfigException {
        this.directory = directory;
        primary = DovecotServer.launch(30, NO_PENALTY);
        mirror = DovecotServer.launch(30, NO_PENALTY + mirrorExtra);
        relay = FaultRelay.to(mirror.imapPort());
        refusals = RefusingRelay.to(relay.port());
        mirrorLogin = login(mirror.masterPassword());
        primaryLogin = login(primary.masterPassword());
        service = open();
    }

    static String login(String password) {
        return "{method: master, user: \"{user}*master\", password: \"" + password + "\"}";
    }

    Path config() throws IOException {
        return Files.writeString(
                directory.resolve("imapmirror.yaml"),
                """
                listeners: [{bind: "127.0.0.1:%d", tls: none}]
                servers:
                  old: {address: "127.0.0.1:%d", tls: none, login: %s}
                  new: {address: "127.0.0.1:%d", %s, login: %s}
                route: {primary: old, mirrors: [{server: new}]}
                journal: {directory: "%s"}
                state: {url: "jdbc:sqlite:%s"}
                admin: {bind: "127.0.0.1:%d", token: "token-for-tests"}
                %s
                """
                        .formatted(
                                port,
                                primary.imapPort(),
                                primaryLogin,
                                tls.isEmpty() ? refusals.port() : relay.port(),
                                tls.isEmpty() ? "tls: none" : tls,
                                mirrorLogin,
                                directory.resolve("journal"),
                                directory.resolve("state/state.db"),
                                adminPort,
                                extra));
    }

    private Service open() throws IOException, ConfigException {
        return Service.start(ConfigLoader.load(config()), (_, _) -> {});
    }

    /// Ends imapmirror.
    void stop() {
        service.close();
    }

    /// Starts it again after [#stop].
    void start() throws IOException, ConfigException {
        service = open();
    }

    /// From the next start on.
    void mirrorTls(String keys) {
        tls = keys;
    }

    /// From the next start on.
    void capturedLogins() {
        primaryLogin = "{method: captured}";
        mirrorLogin = "{method: captured}";
    }

    Access through(int user) {
        return Access.to(primary, user).through(port);
    }

    /// What the `imapmirror` command prints and returns.
    Run command(String... words) throws IOException {
        String[] all = new String[words.length + 2];
        System.arraycopy(words, 0, all, 0, words.length);
        all[words.length] = "--config";
        all[words.length + 1] = directory.resolve("imapmirror.yaml").toString();
        return Run.imapmirror(all);
    }

    Status status() {
        return service.overview().status();
    }

    LaneStatus lane(int user) {
        return status().lanes().stream()
                .filter(lane -> lane.account().equals(primary.user(user)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no lane of user " + user));
    }

    void await(String what, int user, Consumer<LaneStatus> requirement) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> requirement.accept(lane(user)));
    }

    /// Waits until everything of the account is on the mirror, nothing is parked, and both are
    /// equal message by message.
    void awaitEqual(int user) {
        await(
                "everything arrived",
                user,
                lane -> {
                    assertThat(lane.parked()).as("%s", lane).isEmpty();
                    assertThat(lane.pending()).as("%s", lane).isZero();
                    assertThat(status().pending()).as("all").isZero();
                });
        assertThat(status().suspect()).isZero();
        assertThat(difference(user)).isEmpty();
    }

    /// As [#awaitEqual], where messages came later than others with higher UIDs.
    void awaitEqualInAnyOrder(int user) {
        await(
                "everything arrived",
                user,
                lane -> {
                    assertThat(lane.parked()).as("%s", lane).isEmpty();
                    assertThat(lane.pending()).as("%s", lane).isZero();
                    assertThat(status().pending()).as("all").isZero();
                });
        assertThat(
                        Mailboxes.read(Access.to(mirror, user))
                                .differencesFrom(
                                        Mailboxes.read(Access.to(primary, user)),
                                        Mailboxes.Order.ANY))
                .isEmpty();
    }

    /// Waits until everything that the primary has is on the mirror once; what is there besides is
    /// counted as extra.
    void awaitNothingMissing(int user) {
        Awaitility.await("everything arrived")
                .atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(status().pending()).isZero());
        Mailboxes there = Mailboxes.read(Access.to(mirror, user));
        String difference =
                there.differencesFrom(
                        Mailboxes.read(Access.to(primary, user)), Mailboxes.Order.ANY);
        assertThat(difference.lines()).allMatch(line -> line.contains("too many"));
        assertThat(status().extra()).isEqualTo(difference.lines().count());
        there.byName()
                .values()
                .forEach(m ->
                        assertThat(m.messages()).extracting("subject").doesNotHaveDuplicates());
    }

    String difference(int user) {
        return Mailboxes.read(Access.to(mirror, user))
                .differencesFrom(Mailboxes.read(Access.to(primary, user)), Mailboxes.Order.OF_UIDS);
    }

    @Override
    public void close() {
        service.close();
        refusals.close();
        relay.close();
        primary.close();
        mirror.close();
    }
}
