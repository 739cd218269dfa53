package org.imapmirror.app;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.RealServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Two Dovecots and a state directory, for the commands that bring accounts from one to the other.
final class TwoServers implements AutoCloseable {
    final DovecotServer old;
    final DovecotServer young;
    private final Path state;

    TwoServers(Path state) {
        this(state, DovecotServer.launch(), DovecotServer.launch());
    }

    TwoServers(Path state, DovecotServer old, DovecotServer young) {
        this.state = state;
        this.old = old;
        this.young = young;
    }

    /// Some mail for user `n` of the old server: nested and special mailboxes, duplicates, a
    /// message without headers, flags and keywords.
    void fill(int n) throws IOException {
        try (RawImap client = RawImap.login(Access.to(old, n))) {
            for (String name : List.of("Sent", "Work", "Work/Deep", "Empty")) {
                client.command("CREATE " + old.mailbox(name));
                client.command("SUBSCRIBE " + old.mailbox(name));
            }
            for (int i = 0; i < 5; i++) {
                append(client, "INBOX", "in " + i);
                append(client, old.mailbox("Work/Deep"), "deep " + i);
            }
            append(client, "INBOX", "twice");
            append(client, "INBOX", "twice");
            client.append(old.mailbox("Work"), "\r\nno header at all\r\n".getBytes());
            append(client, old.mailbox("Sent"), "sent");
            client.command("SELECT INBOX");
            client.command("STORE 1 FLAGS (\\Seen \\Flagged $Label1)");
            client.command("STORE 2 FLAGS (\\Answered)");
        }
    }

    static void append(RawImap client, String mailbox, String subject) throws IOException {
        client.append(mailbox, Mail.message(subject, "body of " + subject));
    }

    static void with(RealServer server, int n, String... commands) throws IOException {
        try (RawImap client = RawImap.login(Access.to(server, n))) {
            for (String command : commands) {
                client.command(command);
            }
        }
    }

    /// `imapmirror sync` with both sides, passwords by files, and further options.
    Run sync(int n, String... more) {
        List<String> words = new ArrayList<>(List.of("sync", "--state", state.toString()));
        words.addAll(sides(n));
        words.addAll(Arrays.asList(more));
        return Run.imapmirror(words.toArray(String[]::new));
    }

    List<String> sides(int n) {
        return List.of(
                "--source",
                "imaps://" + old.user(n) + "@localhost:" + old.imapsPort(),
                "--source-password-file",
                secret(old.password(n)).toString(),
                "--source-trust",
                old.certificate().toString(),
                "--target",
                "imap://" + young.user(n) + "@localhost:" + young.imapPort(),
                "--target-password-file",
                secret(young.password(n)).toString(),
                "--target-trust",
                young.certificate().toString());
    }

    /// A file with a password.
    Path secret(String password) {
        try {
            return Files.writeString(
                    state.resolveSibling("secret-" + password), password + "\nsecond line\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Hosts, ports and logins as imapsync takes them, and the state directory.
    List<String> hosts(int n) {
        return new ArrayList<>(
                List.of(
                        "imapsync",
                        "--host1",
                        "localhost",
                        "--port1",
                        old.imapPort() + "",
                        "--user1",
                        old.user(n),
                        "--host2",
                        "localhost",
                        "--port2",
                        young.imapsPort() + "",
                        "--ssl2",
                        "--user2",
                        young.user(n),
                        "--tmpdir",
                        state.toString()));
    }

    /// A published form with passwords on the command line.
    Run imapsync(int n, String... more) {
        List<String> words = hosts(n);
        words.addAll(List.of("--password1", old.password(n), "--password2", young.password(n)));
        words.addAll(Arrays.asList(more));
        return Run.imapmirror(words.toArray(String[]::new));
    }

    Mailboxes source(int n) {
        return Mailboxes.read(Access.to(old, n));
    }

    Mailboxes target(int n) {
        return Mailboxes.read(Access.to(young, n));
    }

    /// Empty where both sides have the same, down to dates, flags and order.
    String difference(int n) {
        return target(n).differencesFrom(source(n), Order.OF_UIDS);
    }

    /// All files of the state directory with their sizes and times.
    Map<String, String> stateFiles() throws IOException {
        Map<String, String> found = new TreeMap<>();
        if (Files.exists(state)) {
            try (Stream<Path> files = Files.walk(state)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    found.put(
                            state.relativize(file).toString(),
                            Files.size(file) + " " + Arrays.hashCode(Files.readAllBytes(file)));
                }
            }
        }
        return found;
    }

    /// As if the disk with the state directory were lost.
    void forgetState() throws IOException {
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() {
        old.close();
        young.close();
    }
}
