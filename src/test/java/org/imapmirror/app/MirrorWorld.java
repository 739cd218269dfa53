package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.admin.Status;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mailboxes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Two real Dovecots with a whole imapmirror between them, configured by a file as an administrator
/// writes it.
final class MirrorWorld implements AutoCloseable {
    final DovecotServer primary = DovecotServer.launch();
    final DovecotServer mirror = DovecotServer.launch();
    private final Path directory;
    private final String extra;
    Service service;

    /// @param extra more lines of configuration
    MirrorWorld(Path directory, String extra) throws IOException, ConfigException {
        this.directory = directory;
        this.extra = extra;
        this.service = start();
    }

    private Service start() throws IOException, ConfigException {
        Path file = directory.resolve("imapmirror.yaml");
        Files.writeString(file, config());
        return Service.start(ConfigLoader.load(file), (_, _) -> {});
    }

    private String config() {
        return """
        listeners:
          - {bind: "127.0.0.1:%d", tls: none}
        servers:
          old: {address: "127.0.0.1:%d", tls: none, login: {method: captured}}
          new: {address: "127.0.0.1:%d", tls: starttls, trust: "%s", login: {method: master, user: "{user}*master", password: "%s"}}
        route: {primary: old, mirrors: [{server: new, mode: mirror, deletes: apply}]}
        journal: {directory: "%s"}
        state: {url: "jdbc:sqlite:%s"}
        admin: {bind: "127.0.0.1:%d"}
        %s
        """
                .formatted(
                        listenPort,
                        primary.imapPort(),
                        mirror.imapPort(),
                        mirror.certificate(),
                        mirror.masterPassword(),
                        directory.resolve("journal"),
                        directory.resolve("state/state.db"),
                        adminPort,
                        extra);
    }

    private final int listenPort = freePort();
    private final int adminPort = freePort();

    private static int freePort() {
        try (var socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void restart() throws IOException, ConfigException {
        service.close();
        service = start();
    }

    /// How clients reach an account: through the proxy.
    Access through(int user) {
        return Access.to(primary, user).through(service.ports().get(0));
    }

    Status status() {
        return service.overview().status();
    }

    void awaitMirrored() {
        Awaitility.await("pending 0")
                .atMost(Duration.ofSeconds(Integer.getInteger("patience", 60)))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() ->
                        assertThat(status())
                                .satisfies(
                                        s -> assertThat(s.pending()).isZero(),
                                        s -> assertThat(s.lanes()).isNotEmpty()));
    }

    /// Message by message, in UID order, with folders and subscriptions; empty where all is equal.
    String difference(int user) {
        return Mailboxes.read(Access.to(mirror, user))
                .differencesFrom(Mailboxes.read(Access.to(primary, user)), Mailboxes.Order.OF_UIDS);
    }

    @Override
    public void close() {
        service.close();
        primary.close();
        mirror.close();
    }
}
