package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/// No reader throws anything but [MalformedException], whatever it gets, and every one ends.
class HostileInputTest {
    private static final String[] PIECES = {
        "a",
        "*",
        " ",
        " ",
        " ",
        "(",
        ")",
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        "<",
        ">",
        "1",
        "9",
        ":",
        ",",
        "$",
        "~",
        "NIL",
        "UID",
        "FETCH",
        "FLAGS",
        "BODY",
        "OK",
        "NO",
        "COPYUID",
        "CAPABILITY",
        "ESEARCH",
        "LIST",
        "STATUS",
        "SEARCH",
        "VANISHED",
        "NAMESPACE",
        "MODSEQ",
        "\0",
        "\r",
        "\u00e9",
        "&",
        "-",
        "4294967295",
        "99999999999999999999",
        "{2}\r\nxy",
        "~{1}\r\n)",
        "{3+}\r\n\"a)",
        "n,",
        "n=",
        "=",
        "user=",
        "\u0001",
        "01-Jan-2020 10:00:00 +0200",
        "\\Seen",
        "CATENATE",
        "UTF8",
        "QRESYNC",
    };

    private static final String[] HEADS = {
        "* 1 FETCH (",
        "* LIST (",
        "* OK [",
        "a OK [COPYUID 1 ",
        "* ESEARCH (",
        "* STATUS x (",
        "* NAMESPACE ",
        "* SEARCH ",
        "* VANISHED ",
        "a APPEND x ",
        "a STORE 1 ",
        "a FETCH 1 (",
        "a CREATE ",
        "a SELECT ",
        "",
    };

    @FunctionalInterface
    private interface Reader {
        void read() throws MalformedException;
    }

    @Test
    void nothingButTheDocumentedException() {
        Seeds.each(
                30_000,
                (_, random) -> {
                    byte[] octets = Scan.bytes(text(random) + "\r\n");
                    int maxLine = random.nextInt(4) == 0 ? 1 + random.nextInt(50) : 1 << 14;
                    int maxLiteral = random.nextInt(4);
                    for (FrameScanner.Side side : FrameScanner.Side.values()) {
                        for (WireMessage m : Messages.all(side, octets, maxLine, maxLiteral)) {
                            assertBounded(m, 4 * maxLine, maxLiteral);
                            readAll(m, random.nextBoolean());
                        }
                    }
                });
    }

    private static void assertBounded(WireMessage m, int maxText, int maxLiteral) {
        assertThat(m.lines().stream().mapToInt(line -> line.length).sum())
                .isLessThanOrEqualTo(maxText);
        for (WireMessage.Literal literal : m.literals()) {
            if (literal.content() instanceof ImapString.Octets(byte[] octets, _)) {
                assertThat(octets.length).isLessThanOrEqualTo(maxLiteral);
            }
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder(HEADS[random.nextInt(HEADS.length)]);
        int count = random.nextInt(14);
        for (int i = 0; i < count; i++) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    /// Shows a message to every reader.
    static void readAll(WireMessage m, boolean utf8) {
        assertThat(Response.parse(m, utf8)).isNotNull();
        Command command = Command.parse(m);
        List<Reader> readers = new ArrayList<>();
        readers.add(() -> AppendHead.read(command.args(), utf8));
        readers.add(() -> StoreArgs.read(command.args()));
        readers.add(() -> CopyArgs.read(command.args(), utf8));
        readers.add(() -> FetchArgs.read(command.args()));
        readers.add(() -> SelectArgs.read(command.args(), utf8));
        readers.add(() -> CreateArgs.read(command.args(), utf8));
        readers.add(() -> values(m.tokens()));
        String line = new String(m.firstLine(), ISO_8859_1);
        readers.add(() -> ImapText.parseDate(line));
        readers.add(() -> SequenceSet.parse(line));
        for (String mechanism : CapabilityFilter.MECHANISMS) {
            readers.add(() -> sasl(mechanism, m.firstLine()));
        }
        for (Reader reader : readers) {
            try {
                reader.read();
            } catch (MalformedException e) {
                assertThat(e.offset()).isNotNegative();
            }
        }
        CapabilityFilter.standard().rewrite(m.firstLine(), CapabilityFilter.View.OPEN);
        byte[] name = m.firstLine();
        assertThat(MailboxNames.encode(MailboxNames.decode(name, utf8), utf8)).hasSize(name.length);
    }

    private static void values(Tokens t) throws MalformedException {
        while (!t.end()) {
            if (t.peek() == Tokens.Kind.CLOSE) {
                t.leave();
            } else {
                t.skipValue();
            }
        }
    }

    private static void sasl(String mechanism, byte[] line) throws MalformedException {
        Sasl raw = requireNonNull(Sasl.of(mechanism));
        Sasl encoded = requireNonNull(Sasl.of(mechanism));
        byte[] base64 = Base64.getEncoder().encode(line);
        encoded.client(base64);
        encoded.client(base64);
        raw.client(line);
    }
}
