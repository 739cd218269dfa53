package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.UidSet;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Plays a [LiveTranscript] once: through the proxy, or without it, where the lines that are the
/// proxy's own affair are left out.
final class LivePlay {
    private static final Pattern TIMES =
            Pattern.compile(" \\(\\d+\\.\\d+ \\+ \\d+\\.\\d+( \\+ \\d+\\.\\d+)? secs\\)\\.?");
    private static final Pattern CAPABILITIES = Pattern.compile("CAPABILITY [^]\\r\\n]*");
    private static final Pattern NAME = Pattern.compile("<(\\*|[a-z][a-z0-9]*)>");

    /// What differs from one account, and from one second, to another.
    private static final Pattern VARIABLE =
            Pattern.compile(
                    "\\d{9,}|[0-9a-f]{32}|\\d\\d-\\w\\w\\w-\\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}");

    private final LiveTranscript transcript;
    private final Login login;
    private final Journalled journalled;
    private final Wire direct;
    private final List<Client> clients = new ArrayList<>();
    private final Map<String, String> names = new HashMap<>();
    private int commands;

    /// Who plays, and where.
    ///
    /// @param port of the proxy, or that of the server
    record Login(String user, String password, int server, int port) {
        boolean throughProxy() {
            return port != server;
        }

        /// What a file may call by name when it logs in itself.
        Map<String, String> names() {
            return Map.of(
                    "user", user,
                    "pass", password,
                    "upper", user.toUpperCase(Locale.ROOT),
                    "plain", base64("\0" + user + "\0" + password),
                    "wrong", base64("\0" + user + "\0wrong"),
                    "master", base64(user + "\0master\0masterpass"),
                    "user64", base64(user),
                    "pass64", base64(password));
        }

        private static String base64(String text) {
            return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /// Looks at the events, when a tagged line came and at the end of the play.
    interface Journalled {
        void tagged();

        void expect(List<String> events);

        void hint(String hint);
    }

    /// One session, and everything that it got.
    private static final class Client {
        final Wire wire;
        final StringBuilder sending = new StringBuilder();
        final StringBuilder got = new StringBuilder();
        boolean over;

        Client(Wire wire) {
            this.wire = wire;
        }
    }

    LivePlay(LiveTranscript transcript, Login login, Journalled journalled) throws IOException {
        this.transcript = transcript;
        this.login = login;
        this.journalled = journalled;
        this.direct = open(login.server());
        names.putAll(login.names());
    }

    /// @return for each session what came from the server, without what differs between accounts
    List<String> all() throws IOException {
        try {
            prepare();
            List<LiveTranscript.Item> items = transcript.items();
            for (int i = 0; i < items.size(); i++) {
                int last = i;
                while (last + 1 < items.size() && together(items.get(i), items.get(last + 1))) {
                    last++;
                }
                step(items.subList(i, last + 1));
                i = last;
            }
            for (Client client : clients) {
                end(client);
            }
            return clients.stream().map(client -> client.got.toString()).toList();
        } catch (AssertionError | IOException e) {
            throw new AssertionError(transcript + ": " + e.getMessage() + "\n" + story(), e);
        } finally {
            for (Client client : clients) {
                client.wire.close();
            }
            direct.close();
        }
    }

    private static boolean together(LiveTranscript.Item one, LiveTranscript.Item next) {
        return (one.kind().equals("E") || one.kind().equals("U"))
                && one.kind().equals(next.kind())
                && one.session() == next.session();
    }

    private String story() {
        StringBuilder story = new StringBuilder(login.throughProxy() ? "proxy:\n" : "direct:\n");
        for (Client client : clients) {
            story.append(client.got).append("--\n");
        }
        return story.toString();
    }

    private void prepare() throws IOException {
        LiveTranscript.Setup setup = transcript.setup();
        String mailbox = setup.mailbox();
        if (mailbox != null) {
            fill(mailbox, UidSet.parse(setup.uids()));
            flags(setup, "deleted", "\\Deleted");
            flags(setup, "seen", "\\Seen");
        }
        for (String command : transcript.before()) {
            tell(command);
        }
        tell("UNSELECT");
        for (int i = 0; i < setup.sessions(); i++) {
            clients.add(new Client(setup.has("nologin") ? greeted() : open(login.port())));
        }
        for (Client client : clients) {
            if (!setup.option("enable", "").isEmpty()) {
                client.wire.ask("e", "ENABLE " + setup.option("enable", ""));
            }
            if (mailbox != null && !setup.has("nobox")) {
                select(client, setup, mailbox);
            }
        }
    }

    private void fill(String mailbox, UidSet uids) throws IOException {
        if (!mailbox.equals("INBOX")) {
            tell("CREATE " + mailbox);
        }
        StringBuilder appends = new StringBuilder();
        for (long uid = 1; uid <= uids.last(); uid++) {
            String body = "Subject: number %d\r\n\r\nBody of %d\r\n".formatted(uid, uid);
            appends.append(
                    "f%d APPEND %s \"02-Jan-2020 10:00:00 +0000\" {%d+}\r\n%s\r\n"
                            .formatted(uid, mailbox, body.length(), body));
        }
        if (!uids.isEmpty()) {
            direct.raw(appends.toString());
            assertThat(direct.until("f" + uids.last() + " ")).contains(" OK ");
            tell("SELECT " + mailbox);
            UidSet others = UidSet.range(1, uids.last()).minus(uids);
            if (!others.isEmpty()) {
                tell("UID STORE " + others + " +FLAGS.SILENT (\\Deleted)");
                tell("EXPUNGE");
            }
        }
    }

    private void flags(LiveTranscript.Setup setup, String option, String flag) throws IOException {
        String uids = setup.option(option, "");
        if (!uids.isEmpty()) {
            tell("UID STORE " + uids + " +FLAGS.SILENT (" + flag + ")");
        }
    }

    private Wire open(int port) throws IOException {
        Wire wire = Wire.to(port);
        wire.line();
        assertThat(wire.ask("l", "LOGIN " + login.user() + " " + login.password()))
                .startsWith("l OK");
        return wire;
    }

    private Wire greeted() throws IOException {
        Wire wire = Wire.to(login.port());
        wire.line();
        return wire;
    }

    private void select(Client client, LiveTranscript.Setup setup, String mailbox)
            throws IOException {
        Wire wire = client.wire;
        wire.send("s " + (setup.has("examine") ? "EXAMINE " : "SELECT ") + mailbox);
        String line = wire.line();
        while (!line.startsWith("s ")) {
            Matcher validity = Pattern.compile("\\[UIDVALIDITY (\\d+)]").matcher(line);
            if (validity.find()) {
                names.put("v", validity.group(1));
            }
            line = wire.line();
        }
        assertThat(line).startsWith("s OK");
        if (!setup.has("nomap")) {
            wire.ask("m", "FETCH 1:* (UID FLAGS)");
        }
    }

    private void step(List<LiveTranscript.Item> items) throws IOException {
        LiveTranscript.Item item = items.getFirst();
        if (item.kind().equals("D")) {
            tell(item.text());
            return;
        }
        if (item.kind().equals("H")) {
            journalled.hint(item.text());
            return;
        }
        if (item.kind().equals("E")) {
            journalled.expect(items.stream().map(e -> filled(e.text())).toList());
            return;
        }
        boolean own = List.of("c", "R", "P").contains(item.kind());
        if (own && !login.throughProxy()) {
            return;
        }
        Client client = clients.get(item.session() - 1);
        switch (item.kind()) {
            case "C", "c" -> send(client, item);
            case "S", "R", "P" -> hear(client, item, !own);
            case "U" -> hearInAnyOrder(client, items);
            default -> throw new AssertionError("unknown kind " + item.kind());
        }
    }

    private void send(Client client, LiveTranscript.Item item) throws IOException {
        if (item.text().equals("<close>")) {
            client.wire.close();
            client.over = true;
            return;
        }
        client.sending.append(octets(filled(item.text())));
        if (!item.joined()) {
            client.wire.raw(client.sending.toString());
            client.sending.setLength(0);
        }
    }

    private void hear(Client client, LiveTranscript.Item item, boolean fromServer)
            throws IOException {
        if (item.text().equals("<end>")) {
            assertThat(client.wire.isOver()).as("the end of the connection").isTrue();
            client.got.append("<end>\n");
            client.over = true;
            return;
        }
        String line = next(client, item.text(), fromServer);
        if (!item.text().startsWith("*") && !item.text().startsWith("+")) {
            journalled.tagged();
        }
        assertThat(matches(item.text(), line))
                .as("got:    %s\nwanted: %s", line, item.text())
                .isTrue();
    }

    private void hearInAnyOrder(Client client, List<LiveTranscript.Item> items) throws IOException {
        int before = client.got.length();
        List<LiveTranscript.Item> missing = new ArrayList<>(items);
        while (!missing.isEmpty()) {
            String line = next(client, missing.getFirst().text(), true);
            LiveTranscript.Item item =
                    missing.stream()
                            .filter(i -> matches(i.text(), line))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("got: " + line));
            missing.remove(item);
        }
        journalled.tagged();
        List<String> sorted = client.got.substring(before).lines().sorted().toList();
        client.got.setLength(before);
        client.got.append(String.join("\r\n", sorted)).append("\r\n");
    }

    private String next(Client client, String wanted, boolean fromServer) throws IOException {
        try {
            String line = TIMES.matcher(client.wire.wholeLine()).replaceFirst("");
            if (fromServer) {
                client.got.append(neutral(line));
            }
            assertThat(line).as("the end of a line").endsWith("\r\n");
            return line.substring(0, line.length() - 2);
        } catch (SocketTimeoutException e) {
            throw new IOException("nothing came where there should be: " + wanted, e);
        }
    }

    private String neutral(String line) {
        String text = line.replace(login.user(), "<user>");
        return VARIABLE.matcher(CAPABILITIES.matcher(text).replaceAll("CAPABILITY <#>"))
                .replaceAll("<#>");
    }

    /// Binds the names that were free.
    private boolean matches(String wanted, String line) {
        List<String> found = new ArrayList<>();
        StringBuilder pattern = new StringBuilder();
        Matcher name = NAME.matcher(wanted);
        int at = 0;
        while (name.find()) {
            pattern.append(Pattern.quote(wanted.substring(at, name.start())));
            String known = names.get(name.group(1));
            if (name.group(1).equals("*")) {
                pattern.append(".*");
            } else if (known != null) {
                pattern.append(Pattern.quote(known));
            } else {
                pattern.append("(\\d+)");
                found.add(name.group(1));
            }
            at = name.end();
        }
        pattern.append(Pattern.quote(wanted.substring(at)));
        Matcher match = Pattern.compile(pattern.toString(), Pattern.DOTALL).matcher(line);
        if (!match.matches()) {
            return false;
        }
        for (int i = 0; i < found.size(); i++) {
            names.put(found.get(i), match.group(i + 1));
        }
        return true;
    }

    private String filled(String text) {
        Matcher name = NAME.matcher(text);
        return name.replaceAll(found ->
                Matcher.quoteReplacement(names.getOrDefault(found.group(1), found.group())));
    }

    private void end(Client client) throws IOException {
        if (client.over) {
            return;
        }
        client.wire.send("zz LOGOUT");
        String line = next(client, "* BYE", true);
        assertThat(line).as("no more than the file says").startsWith("* BYE");
        assertThat(next(client, "zz OK", true)).startsWith("zz OK");
        assertThat(client.wire.isOver()).isTrue();
    }

    private void tell(String command) throws IOException {
        String tag = "d" + ++commands;
        direct.raw(tag + " " + octets(filled(command)));
        String answer = direct.until(tag + " ");
        if (!command.equals("UNSELECT")) {
            assertThat(answer).as(command).startsWith(tag + " OK");
        }
    }

    private static String octets(String text) {
        boolean open = text.endsWith("\\c");
        String body = open ? text.substring(0, text.length() - 2) : text;
        String octets =
                body.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0")
                        + (open ? "" : "\r\n");
        return new String(octets.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /// Nothing is journalled where there is no proxy.
    static final class NotJournalled implements Journalled {
        @Override
        public void tagged() {}

        @Override
        public void expect(List<String> events) {}

        @Override
        public void hint(String hint) {}
    }
}
