package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.imapmirror.event.Flags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {

    private static Tokens tokens(String text) {
        return Messages.one(FrameScanner.Side.SERVER, "* X " + text).tokens(4);
    }

    private static String text(byte[] octets) {
        return new String(octets, ISO_8859_1);
    }

    @Test
    void everyFormOfAnAstring() throws MalformedException {
        Tokens t = tokens("x  \"a\\\"b\\\\\" {3}⏎a\"b NIL \"\" ~{0}⏎)");
        assertThat(text(t.astringOctets())).isEqualTo("x");
        assertThat(text(t.astringOctets())).isEqualTo("a\"b\\");
        assertThat(text(t.astringOctets())).isEqualTo("a\"b");
        assertThat(text(t.astringOctets())).isEqualTo("NIL");
        assertThat(text(t.astringOctets())).isEmpty();
        assertThat(t.literalIsBinary()).isTrue();
        assertThat(text(t.astringOctets())).isEmpty();
        t.leave();
        assertThat(t.end()).isTrue();
    }

    @Test
    void nilIsNoString() throws MalformedException {
        Tokens t = tokens("NIL nil \"NIL\"");
        assertThat(t.nstringOctets()).isNull();
        assertThat(t.nstringOctets()).isNull();
        assertThat(t.nstring()).isInstanceOf(ImapString.Octets.class);
        assertThat(t.end()).isTrue();
    }

    @Test
    void literalThatWasNotKeptIsVisibleAsSuch() throws MalformedException {
        WireMessage message =
                Messages.one(
                        FrameScanner.Side.SERVER,
                        "* X {2000}⏎" + "m".repeat(2000) + " {2}⏎{3 after");
        Tokens t = message.tokens(4);
        assertThat(t.nstring()).isEqualTo(new ImapString.OmittedLiteral(2000));
        assertThat(text(t.astringOctets())).isEqualTo("{3");
        assertThat(t.atom()).isEqualTo("after");
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> message.tokens(4).astringOctets());
    }

    @Test
    void values() throws MalformedException {
        Tokens t = tokens("(a (b \"c)\" {1}⏎() (d)) BODY[X (\"]\" y)]<0> NIL \"s\" last");
        for (int i = 0; i < 4; i++) {
            t.skipValue();
        }
        assertThat(t.atom()).isEqualTo("last");
        Tokens list = tokens("(a (b) c) d");
        list.enter();
        list.skipValue();
        list.leaveSkipping();
        assertThat(list.atom()).isEqualTo("d");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flags ()|FLAGS",
                "body[] x|BODY[]",
                "BODY[]<0> x|BODY[]<0>",
                "body[header.fields (Subject \"X{3}\")] x|BODY[header.fields (Subject \"X{3}\")]",
                "BODY[HEADER.FIELDS (\"a]b\" X)]<5> x|BODY[HEADER.FIELDS (\"a]b\" X)]<5>",
                "BODY.PEEK[1.2.MIME] x|BODY.PEEK[1.2.MIME]",
                "BODY[HEADER.FIELDS ({4}⏎FR\"M X)] x|BODY[HEADER.FIELDS (\"FR\\\"M\" X)]",
                "RFC822.SIZE 5|RFC822.SIZE",
                "BODY ((|BODY",
            })
    void itemNameEndsAtItsBracket(String input, String name) throws MalformedException {
        assertThat(tokens(input).itemName()).isEqualTo(name);
    }

    @Test
    void numbers() throws MalformedException {
        Tokens t = tokens("0 9223372036854775807 4294967295 007");
        assertThat(t.number()).isZero();
        assertThat(t.number()).isEqualTo(Long.MAX_VALUE);
        assertThat(t.nonZero()).isEqualTo(0xFFFF_FFFFL);
        assertThat(t.number()).isEqualTo(7);
        for (String bad : new String[] {"9223372036854775808", "-1", "1x", "x", "\"1\"", ""}) {
            assertThatExceptionOfType(MalformedException.class)
                    .as(bad)
                    .isThrownBy(() -> tokens(bad).number());
        }
        for (String bad : new String[] {"0", "4294967296"}) {
            assertThatExceptionOfType(MalformedException.class)
                    .as(bad)
                    .isThrownBy(() -> tokens(bad).nonZero());
        }
    }

    @Test
    void flagsWithAndWithoutParentheses() throws MalformedException {
        assertThat(tokens("(\\seen \\Recent kw)").flags()).isEqualTo(Flags.of("\\Seen", "KW"));
        assertThat(tokens("\\Seen kw").flags()).isEqualTo(Flags.of("\\Seen", "kw"));
        assertThat(tokens("()").flags()).isEqualTo(Flags.NONE);
    }

    @Test
    void bareReturnEndsTheText() throws MalformedException {
        Tokens t = Tokens.of("a \rb".getBytes(ISO_8859_1));
        assertThat(t.atom()).isEqualTo("a");
        assertThat(t.end()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"open",
                "\"open\\",
                "(a",
                "(a (b)",
                ")",
                "",
                "BODY[",
                "BODY[(",
                "\0",
                "[\0"
            })
    void malformedValue(String text) {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> tokens(text).skipValue());
    }

    @Test
    void deepNestingIsRefused() {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> tokens("(".repeat(50_000) + ")".repeat(50_000)).skipValue());
    }

    @Test
    void messageTellsThePlaceAndNotTheContent() {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> tokens("secret").number())
                .withMessageContaining("at octet 4")
                .withMessageNotContaining("secret")
                .satisfies(e -> assertThat(e.offset()).isEqualTo(4));
    }
}
