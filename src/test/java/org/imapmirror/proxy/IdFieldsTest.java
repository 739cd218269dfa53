package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.FrameScanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// No client can name an address to the primary, in whatever form, and framing stays the client's.
class IdFieldsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a ID (\"x-originating-ip\" \"1.2.3.4\")\r\n",
                "a id (\"name\" \"x\" \"X-Connected-IP\" \"1.2.3.4\")\r\n",
                "a ID (\"\\x-originating\\-ip\" \"1.2.3.4\")\r\n",
                "a ID (x-originating-ip \"1.2.3.4\")\r\n",
                "a  ID(\"x-forward-hop\" \"1\")\r\n",
                "a ID ({16+}\r\nx-originating-ip \"1.2.3.4\")\r\n",
                "a ID (\"x-session-id\" {3+}\r\nabc \"X-PROXY-TTL\" NIL)\r\n",
                "a ID bad {42+}\r\nb ID (\"x-originating-ip\" \"1.2.3.4\")xxxx\r\n",
            })
    void reservedNamesAreNeverPassedOn(String command) {
        for (int seed = 0; seed < 20; seed++) {
            String passed = passed(command, seed);
            assertThat(passed).hasSameSizeAs(command);
            assertThat(passed.toLowerCase(java.util.Locale.ROOT).replace("\\", ""))
                    .doesNotContain("x-originating-", "x-connected-", "x-proxy-", "x-forward-")
                    .doesNotContain("x-session-");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a ID (\"name\" \"x-ray\" \"vendor\" {3+}\r\nx-y)\r\n",
                "a ID NIL\r\n",
                "x-session-id ID NIL\r\n",
                "a LOGIN x-session-id {12+}\r\nx-session-id\r\n",
                "a SEARCH TEXT \"x-originating-ip\"\r\n",
                "a UID FETCH 1 BODY[HEADER.FIELDS (x-originating-ip)]\r\n",
                "a IDLE\r\nx-originating-ip\r\n",
                "a APPEND ID {23+}\r\nx-originating-ip: b\r\n\r\n\r\n",
            })
    void everythingElsePassesUnchanged(String command) {
        assertThat(passed(command, 1)).isEqualTo(command);
    }

    @Test
    void theNextCommandBeginsAnew() {
        assertThat(passed("a ID (\"x-forward-\r\nb SEARCH TEXT x-forward-a\r\n", 3))
                .isEqualTo("a ID (\"x-forward.\r\nb SEARCH TEXT x-forward-a\r\n");
    }

    private static String passed(String octets, int seed) {
        FrameScanner scanner = new FrameScanner(FrameScanner.Side.CLIENT, 8192);
        IdFields fields = new IdFields();
        Random cuts = new Random(seed);
        StringBuilder out = new StringBuilder();
        byte[] all = octets.getBytes(StandardCharsets.ISO_8859_1);
        int at = 0;
        while (at < all.length) {
            int count = Math.min(all.length - at, 1 + cuts.nextInt(12));
            ByteBuffer in = ByteBuffer.wrap(all, at, count);
            at += count;
            Frame frame;
            while ((frame = scanner.next(in)) != null) {
                byte[] other = fields.instead(frame);
                out.append(other == null ? text(frame) : latin(other));
            }
        }
        return out.toString();
    }

    private static String text(Frame frame) {
        return switch (frame) {
            case Frame.LinePart _ -> "";
            case Frame.Line line -> latin(line.text()) + "\r\n";
            case Frame.LiteralData(ByteBuffer data, boolean _) -> {
                byte[] octets = new byte[data.remaining()];
                data.duplicate().get(octets);
                yield latin(octets);
            }
        };
    }

    private static String latin(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }
}
