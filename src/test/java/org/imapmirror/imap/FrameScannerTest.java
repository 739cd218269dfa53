package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imapmirror.imap.FrameScanner.Side.CLIENT;
import static org.imapmirror.imap.FrameScanner.Side.SERVER;

import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

class FrameScannerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a APPEND box {3}",
                "a APPEND box (\\Seen) \"01-Jan-2020 10:00:00 +0200\" {3}",
                "a LOGIN {3}",
                "a LOGIN \"al\\\\ice\" {3}",
                "a FETCH 1 BODY[HEADER.FIELDS ({3}",
                "a UID SEARCH SUBJECT {3}",
                "a uid search subject  {3}",
                "a APPEND d CATENATE (URL \"/x\" TEXT {3}",
                "a LIST \"\" {003}",
                "a SETMETADATA \"\" (/private/comment {3}",
                "a ID (\"name\" {3}",
                "a LIST \"\\\"\" {3}",
                "a STORE 1 X-GM-LABELS ({3}",
            })
    void literalOfTheClientInTokenPosition(String line) {
        assertThat(Scan.frames(CLIENT, line + "⏎abc x⏎b NOOP⏎"))
                .containsExactly("L:" + line + " => 3", "D:abc", "L+: x", "L:b NOOP");
        String nonSync = line.replace("}", "+}");
        assertThat(Scan.frames(CLIENT, nonSync + "\nabc x\nb NOOP\n"))
                .containsExactly("L:" + nonSync + " => 3+", "D:abc", "L+: x", "L:b NOOP");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a LIST \"\" \"x{3+}",
                "a LIST \"\" \"x\\\"{3+}",
                "a LIST \"\" x{3+}",
                "a LIST \"\" \" {3+}",
                "{3+}",
                "a {3+}",
                "{3+} NOOP {3+}",
                "a UID {3+}",
                "a  LIST {3+}",
                "a UID  FETCH {3+}",
                " LIST {3+}",
                "a(b LIST {3+}",
                "A]x LIST {3+}",
                "+a LIST {3+}",
                "a AUTHENTICATE {3+}",
                "a authenticate x {3+}",
                "a APPEND d {+}",
                "a APPEND d { 3+}",
                "a APPEND d {-3}",
                "a APPEND d {3-}",
                "a APPEND d {3++}",
                "a APPEND d {3+} ",
                "a APPEND d {3+}\r",
                "a APPEND d {3+}x",
                "a APPEND d {3",
                "a APPEND d 3+}",
                "a APPEND d ~ ",
                "a APPEND d {9223372036854775808}",
                "a APPEND d {99999999999999999999999999+}",
                "a NOOP\rb APPEND d {3+}",
                "a APPEND \0 {3+}",
                "a APPEND \"\0\" {3+}",
                "a APPEND \"a\rb\" {3+}",
                "a SEARCH x\"y\" {3+}",
                "DONE",
                "",
                "* {3}",
            })
    void noLiteralOfTheClient(String line) {
        assertThat(Scan.frames(CLIENT, line + "⏎b NOOP⏎")).containsExactly("L:" + line, "L:b NOOP");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* 1 FETCH (BODY[] {3}",
                "* 1 FETCH (BODY[HEADER.FIELDS (\"FR\" X)] {3}",
                "* 1 FETCH (BODY[HEADER.FIELDS (\"X{3}\")] {3}",
                "* 1 FETCH (BODY[HEADER.FIELDS (X{3})] {3}",
                "* 1 FETCH (BODY[HEADER.FIELDS(\"X {3}\")] {3}",
                "* 1 FETCH (ENVELOPE (NIL {3}",
                "* 1 FETCH (ENVELOPE (NIL \"a\\\"b\" ((NIL NIL \"x\" \"y\")(NIL NIL {3}",
                "* LIST () \"/\" {3}",
                "* LIST () \"\\\\\" {3}",
                "* STATUS {3}",
                "* METADATA md (/private/comment {3}",
                "* 1 FETCH (UID 5 RFC822 {0003}",
                "* ESEARCH (TAG {3}",
                "* OKAY {3}",
                "* LIST (\\X\r) \"a\rb\" {3}",
            })
    void literalOfTheServer(String line) {
        assertThat(Scan.frames(SERVER, line + "⏎abc)⏎a OK x⏎"))
                .containsExactly("L:" + line + " => 3", "D:abc", "L+:)", "L:a OK x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* OK {3}",
                "* OK [ALERT] see {3}",
                "* no x {3}",
                "* BAD {3}",
                "* BYE {3}",
                "* PREAUTH {3}",
                "+ {3}",
                "+ go ahead (x {3}",
                "a OK {3}",
                "a NO [TRYCREATE] {3}",
                "a BAD {3}",
                "a FETCH {3}",
                "* 1 FETCH (BODY[] {3+}",
                "* 1 FETCH (BODY[] {3} ",
                "* LIST () \"/\" \"x {3}",
                "* LIST () \"/\" x{3}",
                "* LIST () \"/\" {18446744073709551616}",
                "*{3}",
                "",
            })
    void noLiteralOfTheServer(String line) {
        assertThat(Scan.frames(SERVER, line + "⏎a OK x⏎")).containsExactly("L:" + line, "L:a OK x");
    }

    @Test
    void literalsContentIsNeverLookedAt() {
        assertThat(
                        Scan.frames(
                                SERVER,
                                "* 1 FETCH (ENVELOPE (NIL {13}⏎he \"said\" {5} (({2}⏎⏎ NIL) BODY[]"
                                        + " ~{4}⏎{9}\n FLAGS ())⏎a OK⏎"))
                .containsExactly(
                        "L:* 1 FETCH (ENVELOPE (NIL {13} => 13",
                        "D:he \"said\" {5}",
                        "L+: (({2} => 2",
                        "D:\r\n",
                        "L+: NIL) BODY[] ~{4} => ~4",
                        "D:{9}\n",
                        "L+: FLAGS ())",
                        "L:a OK");
    }

    @Test
    void emptyAndSeveralLiterals() {
        assertThat(Scan.frames(CLIENT, "a APPEND {1+}⏎d (\\Seen) ~{03+}⏎abc {0+}⏎⏎b NOOP⏎"))
                .containsExactly(
                        "L:a APPEND {1+} => 1+",
                        "D:d",
                        "L+: (\\Seen) ~{03+} => ~3+",
                        "D:abc",
                        "L+: {0+} => 0+",
                        "D:",
                        "L+:",
                        "L:b NOOP");
    }

    @Test
    void announcedSizeIsNoReasonToAllocate() {
        FrameScanner scanner = new FrameScanner(CLIENT, 100);
        assertThat(
                        Scan.frames(
                                scanner,
                                Scan.bytes("a APPEND d {9223372036854775807}⏎abc"),
                                null,
                                false))
                .containsExactly(
                        "L:a APPEND d {9223372036854775807} => 9223372036854775807", "D..:abc");
    }

    @Test
    void refusedLiteralIsFollowedByANewCommand() {
        FrameScanner scanner = new FrameScanner(CLIENT, 100);
        ByteBuffer in = ByteBuffer.wrap(Scan.bytes("a APPEND dst {0}⏎"));
        assertThat(scanner.next(in)).isInstanceOf(Frame.Line.class);
        assertThat(scanner.next(in)).isNull();
        assertThat(scanner.atStart()).isFalse();
        scanner.abandonLiteral();
        assertThat(scanner.atStart()).isTrue();
        assertThat(Scan.frames(scanner, Scan.bytes("b APPEND dst {1}⏎"), null, false))
                .containsExactly("L:b APPEND dst {1} => 1");
        scanner.abandonLiteral();
        assertThat(Scan.frames(scanner, Scan.bytes("c NOOP⏎"), null, false))
                .containsExactly("L:c NOOP");
    }

    @Test
    void plainLinesHaveNoLiteral() {
        FrameScanner scanner = new FrameScanner(CLIENT, 100);
        scanner.plainLines(true);
        assertThat(Scan.frames(scanner, Scan.bytes("x LOGIN {3}⏎x LOG"), null, false))
                .containsExactly("L:x LOGIN {3}");
        scanner.plainLines(false);
        assertThat(Scan.frames(scanner, Scan.bytes("IN {1}⏎a⏎x LOGIN {"), null, false))
                .containsExactly("L:x LOGIN {1} => 1", "D:a", "L+:");
        scanner.plainLines(true);
        assertThat(Scan.frames(scanner, Scan.bytes("3}⏎"), null, false))
                .containsExactly("L:x LOGIN {3}");
    }

    @Test
    void atStartOnlyBetweenCommands() {
        FrameScanner scanner = new FrameScanner(CLIENT, 10);
        assertThat(scanner.atStart()).isTrue();
        for (String piece : List.of("a", " LOGIN {1}", "⏎", "x", " y", "yyyyyyyyyyyyyy")) {
            Scan.frames(scanner, Scan.bytes(piece), null, false);
            assertThat(scanner.atStart()).as(piece).isFalse();
        }
        Scan.frames(scanner, Scan.bytes("⏎"), null, false);
        assertThat(scanner.atStart()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(FrameScanner.Side.class)
    void longLineIsCutAndItsLiteralFound(FrameScanner.Side side) {
        String line = (side == CLIENT ? "a" : "*") + " SEARCH " + "1 ".repeat(300) + "{2}";
        for (boolean direct : new boolean[] {false, true}) {
            FrameScanner scanner = new FrameScanner(side, 12);
            assertThat(Scan.frames(scanner, Scan.bytes(line + "⏎xy⏎"), null, direct))
                    .containsExactly("P", "L!:" + line.substring(0, 12) + " => 2", "D:xy", "L+:");
        }
    }

    @Test
    void lineOfExactlyTheLimitIsWhole() {
        FrameScanner scanner = new FrameScanner(CLIENT, 7);
        assertThat(Scan.frames(scanner, Scan.bytes("a NOOP⏎b NOOPS\nc NOOPS⏎"), null, false))
                .containsExactly("L:a NOOP", "L:b NOOPS", "P", "L!:c NOOPS");
    }

    @Test
    void sameFramesForEverySplit() {
        Seeds.each(
                3000,
                (_, random) -> {
                    FrameScanner.Side side = random.nextBoolean() ? CLIENT : SERVER;
                    int maxLine = random.nextInt(3) == 0 ? 1 + random.nextInt(40) : 1 << 16;
                    byte[] input =
                            random.nextBoolean()
                                    ? Traffic.random(random)
                                    : Traffic.valid(random, side);
                    List<String> whole =
                            Scan.frames(new FrameScanner(side, maxLine), input, null, false);
                    for (boolean direct : new boolean[] {false, true}) {
                        assertThat(
                                        Scan.frames(
                                                new FrameScanner(side, maxLine),
                                                input,
                                                random,
                                                direct))
                                .isEqualTo(whole);
                    }
                });
    }

    @Test
    void generatedTrafficIsFramedAsItWasGenerated() {
        Seeds.each(
                2000,
                (_, random) -> {
                    FrameScanner.Side side = random.nextBoolean() ? CLIENT : SERVER;
                    Traffic traffic = new Traffic(random, side);
                    byte[] input = traffic.generate(1 + random.nextInt(6));
                    assertThat(Scan.frames(new FrameScanner(side, 1 << 16), input, null, false))
                            .as(Arrays.toString(input))
                            .isEqualTo(traffic.expected());
                });
    }
}
