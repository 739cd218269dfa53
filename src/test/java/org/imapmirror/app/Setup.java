package org.imapmirror.app;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.CourierServer;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.FaultRelay;
import org.imapmirror.testing.Ports;
import org.imapmirror.testing.RealServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What an administrator sets up: a primary, mirrors, and the file that tells imapmirror of them.
///
/// imapmirror logs in to a mirror in the way that suits it: as Dovecot's master user, as Cyrus'
/// administrator, with a table of passwords to Courier.
///
/// @param mirrorPorts by which imapmirror reaches the mirrors, their own or those of relays
/// @param port where clients connect
/// @param archives indexes of the mirrors that are archives
/// @param captured whether it logs in to the primary as the clients did, which it can only after
///   they did; else as to a mirror
record Setup(
        Path directory,
        RealServer primary,
        List<RealServer> mirrors,
        List<Integer> mirrorPorts,
        int port,
        int adminPort,
        Set<Integer> archives,
        boolean captured) {

    static Setup of(Path directory, RealServer primary, RealServer... mirrors) {
        List<RealServer> all = List.of(mirrors);
        List<Integer> ports = all.stream().map(RealServer::imapPort).toList();
        return new Setup(directory, primary, all, ports, Ports.one(), Ports.one(), Set.of(), true);
    }

    /// With a login to the primary that is there from the start.
    Setup withLoginOfItsOwn() {
        return new Setup(
                directory, primary, mirrors, mirrorPorts, port, adminPort, archives, false);
    }

    /// With mirrors that are reached through relays on loopback.
    Setup withMirrorsBehind(FaultRelay... relays) {
        List<Integer> ports = Stream.of(relays).map(FaultRelay::port).toList();
        return new Setup(directory, primary, mirrors, ports, port, adminPort, archives, captured);
    }

    /// With these mirrors as archives.
    Setup withArchives(Integer... indexes) {
        return new Setup(
                directory,
                primary,
                mirrors,
                mirrorPorts,
                port,
                adminPort,
                Set.of(indexes),
                captured);
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
    /// @param extra more lines of configuration; first those of the journal, indented by two
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
                                    mirrorPorts.get(i),
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
                state: {url: "jdbc:sqlite:%s"}
                audit: {directory: "%s", max-file-bytes: 16KiB}
                admin: {bind: "127.0.0.1:%d", token: "%s"}
                journal:
                  directory: "%s"
                %s%s
                """
                        .formatted(
                                port,
                                primary.host(),
                                primary.imapPort(),
                                captured ? "method: captured" : login(primary),
                                servers,
                                names,
                                stateFolder().resolve("state.db"),
                                directory.resolve("audit"),
                                adminPort,
                                token(),
                                journalFolder(),
                                // A message that comes and goes while the journal is given up is in
                                // no archive, and the disk of a busy machine is slow at times.
                                archives.isEmpty() ? "" : "  max-hold: 10s\n",
                                extra));
    }

    /// Changes the file that was written, for relays that read what goes to mirrors.
    static Path withoutTls(Path config) throws IOException {
        String text = Files.readString(config);
        return Files.writeString(
                config, text.replaceAll("tls: starttls, trust: \"[^\"]*\"", "tls: none"));
    }

    Path journalFolder() {
        return directory.resolve("journal");
    }

    Path stateFolder() {
        return directory.resolve("state");
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
