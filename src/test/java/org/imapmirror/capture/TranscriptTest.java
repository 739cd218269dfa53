package org.imapmirror.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.imapmirror.event.Account;
import org.imapmirror.event.Origin;
import org.imapmirror.event.UidSet;
import org.imapmirror.journal.Journal;
import org.imapmirror.journal.JournalConfig;
import org.imapmirror.proxy.Tap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// Every transcript, against a real journal: the events, when they are durable, the probes, and
/// that both sides get each other's octets unchanged, however the stream is split.
class TranscriptTest {
    @TempDir static Path folder;
    private static Journal journal;
    private static int accounts;

    @BeforeAll
    static void open() throws IOException {
        journal = Journal.open(JournalConfig.in(folder.resolve("journal")), Clock.systemUTC());
    }

    @AfterAll
    static void close() {
        journal.close();
    }

    static Stream<Path> transcripts() throws IOException, URISyntaxException {
        Path directory = Path.of(TranscriptTest.class.getResource("/transcripts/capture").toURI());
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void transcriptHasItsEvents(Path file) throws Exception {
        Transcript transcript = Transcript.read(file);
        for (int seed = 0; seed < 4; seed++) {
            new Run(transcript, new Random(seed), seed == 0).run();
        }
    }

    private static final class Run {
        private final Transcript transcript;
        private final Random random;
        private final boolean whole;
        private final Account account = new Account("t" + ++accounts);
        private final RecordedHints hints = new RecordedHints();
        private final ManualTimer timer = new ManualTimer();
        private final List<Client> clients = new ArrayList<>();
        private final List<String> expected = new ArrayList<>();
        private long headAtTagged;

        /// One session and what its two sides should see.
        private final class Client {
            final org.imapmirror.proxy.SessionTap tap;
            final MiniRelay relay;
            final ByteArrayOutputStream forServer = new ByteArrayOutputStream();
            final ByteArrayOutputStream forClient = new ByteArrayOutputStream();

            Client(Capture capture, int number) {
                Origin origin = new Origin("s" + number, "");
                tap =
                        capture.loggedIn(
                                new Tap.Login(account, origin, "old", null, Set.of("UIDPLUS")));
                relay =
                        new MiniRelay(
                                tap, () -> headAtTagged = journal.read(account, 0, 1000).size());
            }

            void compare() {
                assertThat(text(relay.toServer)).isEqualTo(text(forServer));
                assertThat(text(relay.toClient)).isEqualTo(text(forClient));
            }
        }

        Run(Transcript transcript, Random random, boolean whole) {
            this.transcript = transcript;
            this.random = random;
            this.whole = whole;
            char separator = option("separator=", "0").charAt(0);
            Capture capture =
                    new Capture(
                            journal,
                            CaptureConfig.DEFAULTS,
                            hints,
                            _ -> separator == '0' ? 0 : separator,
                            timer,
                            new SimpleMeterRegistry());
            int sessions = Integer.parseInt(option("sessions=", "1"));
            for (int i = 1; i <= sessions; i++) {
                clients.add(new Client(capture, i));
            }
        }

        private String option(String prefix, String otherwise) {
            return Arrays.stream(transcript.setup().split(" "))
                    .filter(word -> word.startsWith(prefix))
                    .map(word -> word.substring(prefix.length()))
                    .findFirst()
                    .orElse(otherwise);
        }

        private boolean has(String word) {
            return Arrays.asList(transcript.setup().split(" ")).contains(word);
        }

        void run() throws Exception {
            if (!has("none")) {
                for (Client client : clients) {
                    select(client);
                }
            }
            hints.changes.clear();
            List<String> expectedHints = new ArrayList<>();
            List<Transcript.Item> items = transcript.items();
            int i = 0;
            while (i < items.size()) {
                Transcript.Item item = items.get(i);
                Client client = clients.get(item.session() - 1);
                int end = i + 1;
                switch (item.kind()) {
                    case "C", "c", "S", "s" -> {
                        while (end < items.size() && sameSide(item, items.get(end))) {
                            end++;
                        }
                        send(client, items.subList(i, end));
                    }
                    case "R" -> client.forClient.writeBytes(octets(item.text() + "\r\n"));
                    case "E" -> {
                        expected.add(item.text());
                        boolean last = end == items.size() || !items.get(end).kind().equals("E");
                        if (last) {
                            if (headAtTagged >= 0) {
                                assertThat(headAtTagged)
                                        .as("durable before the tagged line went on")
                                        .isGreaterThanOrEqualTo(expected.size());
                            }
                            assertThat(events()).isEqualTo(expected);
                        }
                    }
                    case "H" -> expectedHints.add(item.text());
                    case "P" -> assertThat(client.relay.probes.poll()).isEqualTo(item.text());
                    case "T" -> {
                        timer.advance(Duration.ofSeconds(Long.parseLong(item.text())));
                        client.relay.pump();
                    }
                    case "W" -> client.relay.await();
                    case "X" -> client.tap.closed(item.text().equals("clean"));
                    default -> throw new AssertionError("unknown kind " + item.kind());
                }
                i = end;
            }
            for (Client client : clients) {
                client.compare();
                assertThat(client.relay.probes).isEmpty();
                client.tap.closed(true);
            }
            assertThat(hints.changes).isEqualTo(expectedHints);
            assertThat(events()).isEqualTo(expected);
        }

        private static boolean sameSide(Transcript.Item a, Transcript.Item b) {
            return a.session() == b.session() && a.kind().equalsIgnoreCase(b.kind());
        }

        private List<String> events() {
            // What is appended without a command that waits for it may be on its way.
            var unused = journal.probe().toCompletableFuture().join();
            return journal.read(account, 0, 1000).stream()
                    .map(entry -> EventText.of(entry.event()))
                    .toList();
        }

        private void send(Client client, List<Transcript.Item> group) throws Exception {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            boolean fromServer = group.getFirst().kind().equalsIgnoreCase("S");
            for (Transcript.Item item : group) {
                String text =
                        item.text()
                                .replace("$P", client.relay.lastProbeTag)
                                .replace("$Q", client.relay.firstProbeTag);
                byte[] line = octets(text + "\r\n");
                all.writeBytes(line);
                switch (item.kind()) {
                    case "C" -> client.forServer.writeBytes(line);
                    case "S" -> client.forClient.writeBytes(line);
                    default -> {}
                }
            }
            byte[] data = all.toByteArray();
            headAtTagged = -1;
            int at = 0;
            while (at < data.length) {
                int n = whole ? data.length : 1 + random.nextInt(Math.min(20, data.length - at));
                byte[] part = Arrays.copyOfRange(data, at, Math.min(data.length, at + n));
                if (fromServer) {
                    client.relay.server(part);
                } else {
                    client.relay.client(part);
                }
                at += part.length;
            }
        }

        private void select(Client client) throws Exception {
            String[] words = transcript.setup().split(" ");
            String verb = has("examine") ? "EXAMINE" : "SELECT";
            UidSet uids = UidSet.parse(words[2]);
            UidSet deleted = UidSet.parse(option("deleted=", ""));
            List<String> lines = new ArrayList<>();
            lines.add("C s " + verb + " " + words[0]);
            lines.add("S * " + uids.size() + " EXISTS");
            lines.add("S * OK [UIDVALIDITY " + words[1] + "] ok");
            lines.add(
                    "S * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)]"
                            + " ok");
            lines.add("S s OK [READ-" + (has("examine") ? "ONLY" : "WRITE") + "] ok");
            if (!has("nomap") && !uids.isEmpty()) {
                lines.add("C f FETCH 1:* (UID FLAGS)");
                int n = 0;
                for (var i = uids.iterator(); i.hasNext(); ) {
                    long uid = i.nextLong();
                    String flags = deleted.contains(uid) ? "\\Deleted" : "";
                    lines.add("S * " + ++n + " FETCH (UID " + uid + " FLAGS (" + flags + "))");
                }
                lines.add("S f OK done");
            }
            for (String line : lines) {
                send(
                        client,
                        List.of(new Transcript.Item(line.substring(0, 1), 1, line.substring(2))));
            }
        }

        private static byte[] octets(String text) {
            return text.replace("\\0", "\0").getBytes(StandardCharsets.UTF_8);
        }

        private static String text(ByteArrayOutputStream out) {
            return out.toString(StandardCharsets.UTF_8);
        }
    }
}
