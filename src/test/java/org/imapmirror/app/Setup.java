package org.imapmirror.app;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.CourierServer;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// What an administrator sets up: a primary, mirrors, and the file that tells imapmirror of them.
///
/// imapmirror logs in to a mirror in the way that suits it: as Dovecot's master user, as Cyrus'
/// administrator, with a table of passwords to Courier.
///
/// @param port where clients connect
/// @param archives indexes of the mirrors that are archives
/// @param captured whether it logs in to the primary as the clients did, which it can only after
///   they did; else as to a mirror
record Setup(
        Path directory,
        RealServer primary,
        List<RealServer> mirrors,
        int port,
        int adminPort,
        Set<Integer> archives,
        boolean captured) {

    static Setup of(Path directory, RealServer primary, RealServer... mirrors) {
        return new Setup(
                directory, primary, List.of(mirrors), freePort(), freePort(), Set.of(), true);
    }

    /// With a login to the primary that is there from the start.
    Setup withLoginOfItsOwn() {
        return new Setup(directory, primary, mirrors, port, adminPort, archives, false);
    }

    /// With these mirrors as archives.
    Setup withArchives(Integer... indexes) {
        return new Setup(directory, primary, mirrors, port, adminPort, Set.of(indexes), captured);
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What the configuration and the status call the mirror of that index.
    static String nameOf(int mirror) {
        return "mirror" + (mirror + 1);
    }

    /// How clients reach an account: through the proxy.
    Access through(int user) {
        return Access.to(primary, user).through(port);
    }

    /// Writes the file.
    ///
    /// @param extra more lines of configuration
    Path write(String extra) throws IOException {
        StringBuilder servers = new StringBuilder();
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < mirrors.size(); i++) {
            RealServer mirror = mirrors.get(i);
            servers.append(
                    "  %s: {address: \"%s:%d\", tls: starttls, trust: \"%s\", login: {%s}}%n"
                            .formatted(
                                    nameOf(i),
                                    mirror.host(),
                                    mirror.imapPort(),
                                    mirror.certificate(),
                                    login(mirror)));
            names.append(i == 0 ? "" : ", ")
                    .append("{server: ")
                    .append(nameOf(i))
                    .append(archives.contains(i) ? ", mode: archive}" : "}");
        }
        return Files.writeString(
                directory.resolve("imapmirror.yaml"),
                """
                listeners: [{bind: "127.0.0.1:%d", tls: none}]
                servers:
                  old: {address: "%s:%d", tls: none, login: {%s}}
                %sroute: {primary: old, mirrors: [%s]}
                journal: {directory: "%s"}
                state: {url: "jdbc:sqlite:%s"}
                audit: {directory: "%s", max-file-bytes: 16KiB}
                admin: {bind: "127.0.0.1:%d", token: "%s"}
                %s
                """
                        .formatted(
                                port,
                                primary.host(),
                                primary.imapPort(),
                                captured ? "method: captured" : login(primary),
                                servers,
                                names,
                                directory.resolve("journal"),
                                directory.resolve("state/state.db"),
                                directory.resolve("audit"),
                                adminPort,
                                token(),
                                extra));
    }

    /// What requests to the admin port show.
    String token() {
        return "token-for-tests";
    }

    private String login(RealServer server) throws IOException {
        return switch (server) {
            case DovecotServer dovecot ->
                    "method: master, user: \"{user}*master\", password: \"%s\""
                            .formatted(dovecot.masterPassword());
            case CyrusServer cyrus ->
                    "method: authzid, user: \"%s\", password: \"%s\""
                            .formatted(cyrus.adminLogin(), cyrus.adminPassword());
            case CourierServer courier -> "method: table, file: \"%s\"".formatted(table(courier));
        };
    }

    private Path table(CourierServer courier) throws IOException {
        StringBuilder lines = new StringBuilder("account,user,password\n");
        for (int user = 1; user <= 3; user++) {
            String name = courier.user(user);
            lines.append("%s,%s,%s%n".formatted(name, name, courier.password(user)));
        }
        Path file = Files.writeString(directory.resolve("logins.csv"), lines);
        Files.setPosixFilePermissions(
                file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        return file;
    }
}
