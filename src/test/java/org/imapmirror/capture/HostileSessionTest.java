package org.imapmirror.capture;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.imapmirror.event.Account;
import org.imapmirror.event.Origin;
import org.imapmirror.journal.Journal;
import org.imapmirror.journal.JournalConfig;
import org.imapmirror.proxy.SessionTap;
import org.imapmirror.proxy.Tap;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// Whatever client and primary say, a session goes on or is closed in good order: nothing is
/// thrown, and no command stays open.
class HostileSessionTest {
    private static final Path CORPUS = Path.of("src/test/resources/corpus");
    private static final int MESSAGES = 5;

    private static final String[] COMMANDS = {
        "STORE",
        "UID STORE",
        "COPY",
        "UID COPY",
        "MOVE",
        "UID MOVE",
        "FETCH",
        "UID FETCH",
        "EXPUNGE",
        "UID EXPUNGE",
        "CLOSE",
        "UNSELECT",
        "SELECT",
        "EXAMINE",
        "CREATE",
        "DELETE",
        "RENAME",
        "SUBSCRIBE",
        "UNSUBSCRIBE",
        "SEARCH",
        "UID SEARCH",
        "SORT",
        "APPEND",
        "REPLACE",
        "IDLE",
        "ENABLE",
        "NOOP",
        "LOGOUT",
        "SETMETADATA",
        "XFROB",
        "COMPRESS",
        "UID",
        "",
    };

    private static final String[] ARGUMENTS = {
        "1",
        "2:3",
        "*",
        "5:*",
        "4294967295",
        "4294967296",
        "0",
        "1:4294967295",
        "1,,2",
        "$",
        "box",
        "INBOX",
        "\"a b\"",
        "\"\\",
        "x/y/z",
        "&AOk-",
        "&",
        "{3+}\r\nabc",
        "{0+}\r\n",
        "~{2+}\r\n\0a",
        "(",
        ")",
        "()",
        "(((((",
        "+FLAGS",
        "-FLAGS.SILENT",
        "FLAGS",
        "(\\Seen)",
        "\\Deleted",
        "kw",
        "(UNCHANGEDSINCE 5)",
        "RETURN (SAVE)",
        "UID",
        "ALL",
        "BODY[]",
        "BODY[HEADER.FIELDS (X{3})]",
        "BODY.PEEK[TEXT]<0.5>",
        "(FLAGS UID)",
        "CATENATE",
        "\"01-Jan-2020 10:00:00 +0200\"",
        "(USE (\\Archive))",
        "NIL",
        "\0",
        "\u00e9",
        "UTF8=ACCEPT",
        "QRESYNC",
        "(CHANGEDSINCE 1 VANISHED)",
        "",
    };

    private static final String[] RESPONSES = {
        "* 1 EXPUNGE",
        "* 0 EXPUNGE",
        "* 9 EXPUNGE",
        "* 3 EXISTS",
        "* 9 EXISTS",
        "* 0 EXISTS",
        "* 4294967295 EXISTS",
        "* 99999999999 EXISTS",
        "* 1 FETCH (UID 11 FLAGS (\\Seen))",
        "* 2 FETCH (UID 11)",
        "* 3 FETCH (FLAGS (\\Deleted k))",
        "* 9 FETCH (UID 99 FLAGS ())",
        "* 1 FETCH (BODY[] {3}\r\na b FLAGS (\\Seen))",
        "* 1 FETCH (",
        "* 1 FETCH",
        "* 1 FETCH (MODSEQ (5))",
        "* 12 UIDFETCH (FLAGS ())",
        "* VANISHED 11:12",
        "* VANISHED 1:4294967295",
        "* VANISHED (EARLIER) 1:10",
        "* VANISHED *",
        "* SEARCH 11 12",
        "* SEARCH",
        "* SEARCH x",
        "* ESEARCH (TAG \"t1\") UID ALL 11:13",
        "* ESEARCH UID ALL 1:*",
        "* OK [UIDVALIDITY 7] x",
        "* OK [UIDVALIDITY 0] x",
        "* OK [CLOSED] x",
        "* OK [COPYUID 7" + " 11:12 1:2] x",
        "* OK [COPYUID 7 1:4294967295 1:4294967295] x",
        "* OK [APPENDUID 7 1] x",
        "* OK [READ-ONLY] x",
        "* OK [PERMANENTFLAGS (\\Seen)] x",
        "* OK [UIDNEXT 4294967295] x",
        "* OK [",
        "* NO",
        "* BAD x",
        "* BYE x",
        "* ENABLED QRESYNC UTF8=ACCEPT",
        "* LIST () \"/\" new (\"OLDNAME\" (x))",
        "* LIST () \"/\" {3}\r\na\0b",
        "* STATUS \"x\" (MESSAGES 1)",
        "* STATUS x (MESSAGES",
        "+ go",
        "+",
        "*",
        "",
        "x",
        "zz OK spoof",
        "* FLAGS (",
        "* 1",
        "* \0",
    };

    private static final String[] ANSWERS = {
        "OK done",
        "NO no",
        "BAD bad",
        "OK [COPYUID 7 11:12 1:2] x",
        "OK [COPYUID 7 12:11 5] x",
        "OK [COPYUID 7 1:4294967295 1:4294967295] x",
        "OK [APPENDUID 7 1:2] x",
        "OK [APPENDUID 0 0] x",
        "OK [MODIFIED 1:3] x",
        "OK [MODIFIED *] x",
        "NO [MODIFIED",
        "OK",
        "OK [MESSAGELIMIT 2 14] x",
        "OK [READ-WRITE] x",
        "NO [TRYCREATE] x",
        "WHAT",
    };

    @TempDir Path folder;
    private final ManualTimer timer = new ManualTimer();
    private Journal journal;
    private Capture capture;
    private int accounts;

    @BeforeEach
    void open() throws IOException {
        journal = Journal.open(JournalConfig.in(folder.resolve("journal")), Clock.systemUTC());
        capture =
                new Capture(
                        journal,
                        CaptureConfig.DEFAULTS.withMaxHold(Duration.ofDays(1)),
                        new RecordedHints(),
                        _ -> '/',
                        timer,
                        new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        var unused = journal.probe().toCompletableFuture().join();
        assertThat(capture.outstanding()).isZero();
        journal.close();
    }

    private SessionTap session() {
        Account account = new Account("hostile" + ++accounts);
        return capture.loggedIn(
                new Tap.Login(account, new Origin("s1", ""), "old", null, Set.of()));
    }

    static Stream<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.walk(CORPUS)) {
            return files
                    .filter(file -> file.toString().endsWith(".bin"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void corpusFromEitherSide(Path file) throws Exception {
        byte[] input = Files.readAllBytes(file);
        Seeds.each(
                3,
                (_, random) -> {
                    SessionTap tap = session();
                    MiniRelay relay = selected(tap);
                    boolean client = file.startsWith(CORPUS.resolve("client"));
                    for (int at = 0; at < input.length; ) {
                        int end = Math.min(input.length, at + 1 + random.nextInt(30));
                        byte[] piece = Arrays.copyOfRange(input, at, end);
                        if (client) {
                            relay.client(piece);
                        } else {
                            relay.server(piece);
                        }
                        at = end;
                    }
                    end(tap);
                });
    }

    @Test
    void anyConversation() {
        Seeds.each(
                1000,
                (_, random) -> {
                    SessionTap tap = session();
                    MiniRelay relay = selected(tap);
                    int tags = 0;
                    for (int turn = 0; turn < 12 && !relay.closed; turn++) {
                        int pipelined = 1 + random.nextInt(3);
                        int first = tags + 1;
                        for (int i = 0; i < pipelined; i++) {
                            relay.client(octets("t" + ++tags + " " + command(random) + "\r\n"));
                        }
                        answer(relay, random, first, tags);
                    }
                    end(tap);
                });
    }

    private static void answer(MiniRelay relay, Random random, int first, int last)
            throws Exception {
        for (int i = random.nextInt(4); i > 0; i--) {
            relay.server(octets(RESPONSES[random.nextInt(RESPONSES.length)] + "\r\n"));
        }
        if (!relay.lastProbeTag.isEmpty()) {
            relay.server(octets(relay.lastProbeTag + " OK done\r\n"));
            relay.lastProbeTag = "";
        }
        for (int tag = first; tag <= last; tag++) {
            boolean forwarded = text(relay).contains("t" + tag + " ");
            if (forwarded ? random.nextInt(8) > 0 : random.nextInt(50) == 0) {
                String answer = ANSWERS[random.nextInt(ANSWERS.length)];
                relay.server(octets("t" + tag + " " + answer + "\r\n"));
            }
        }
    }

    /// Box with five messages; the map is known.
    private static MiniRelay selected(SessionTap tap) throws Exception {
        MiniRelay relay = new MiniRelay(tap, () -> {});
        relay.client(octets("s SELECT box\r\n"));
        relay.server(octets("* 5 EXISTS\r\n* OK [UIDVALIDITY 10] x\r\ns OK [READ-WRITE] x\r\n"));
        relay.client(octets("f FETCH 1:* (UID FLAGS)\r\n"));
        for (int n = 1; n <= MESSAGES; n++) {
            relay.server(octets("* " + n + " FETCH (UID " + (10 + n) + " FLAGS ())\r\n"));
        }
        relay.server(octets("f OK x\r\n"));
        return relay;
    }

    /// Whatever waits for a question of ours gives up.
    private void end(SessionTap tap) {
        timer.advance(Duration.ofMinutes(1));
        tap.closed(false);
    }

    private static String command(Random random) {
        StringBuilder text = new StringBuilder(COMMANDS[random.nextInt(COMMANDS.length)]);
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(random.nextInt(20) == 0 ? "" : " ");
            text.append(ARGUMENTS[random.nextInt(ARGUMENTS.length)]);
        }
        return text.toString();
    }

    private static String text(MiniRelay relay) {
        return relay.toServer.toString(ISO_8859_1);
    }

    private static byte[] octets(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
