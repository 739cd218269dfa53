package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.imapmirror.event.MailboxName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

class MailboxNamesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INBOX|INBOX",
                "Sent Items|Sent Items",
                "a&-b|a&b",
                "&-&-|&&",
                "&AOk-t&AOk-|été",
                "~peter/mail/&U,BTFw-/&ZeVnLIqe-|~peter/mail/台北/日本語",
                "&2D3eAA-|😀",
                "x&AAA-y|x\\u0000y",
                "per%cent*|per%cent*",
            })
    void modifiedUtf7(String wire, String name) {
        MailboxName decoded = MailboxNames.decode(wire.getBytes(ISO_8859_1), false);
        assertThat(decoded.value()).isEqualTo(name.replace("\\u0000", "\0"));
        assertThat(MailboxNames.encode(decoded, false)).asString(ISO_8859_1).isEqualTo(wire);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b&c",
                "b&",
                "&AGE-",
                "&AOk",
                "&AOk-&AOk-",
                "&AOl-",
                "&AO-",
                "&2D0-",
                "&3gA-",
                "&A/k-",
                "&AOk=-",
                "&7wA-",
                "raw \u00e9\u00ff",
                "tab\t",
                "&&-",
                "&AOk-&-",
                "&-&AOk-",
                "& -",
            })
    void whatCannotBeDecodedSurvives(String wire) {
        MailboxName decoded = MailboxNames.decode(wire.getBytes(ISO_8859_1), false);
        assertThat(MailboxNames.encode(decoded, false)).asString(ISO_8859_1).isEqualTo(wire);
    }

    @Test
    void parentOfAnUndecodableNameIsKnown() {
        MailboxName child = MailboxNames.decode("&AOk-/b&c".getBytes(ISO_8859_1), false);
        assertThat(child.isBelow(new MailboxName("é"), '/')).isTrue();
    }

    @Test
    void everyNameSurvives() {
        String[] pieces = {
            "&", "-", "AOk", "&AOk-", "a", "/", ",", "\u00e9", "\u0001", "&-", "&7wD,-", "é",
            "\uEF26"
        };
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            int count = random.nextInt(8);
            for (int i = 0; i < count; i++) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] wire = text.toString().getBytes(random.nextBoolean() ? UTF_8 : ISO_8859_1);
            if (random.nextInt(4) == 0 && wire.length > 0) {
                wire[random.nextInt(wire.length)] = (byte) random.nextInt(256);
            }
            for (boolean utf8 : new boolean[] {false, true}) {
                MailboxName name = MailboxNames.decode(wire, utf8);
                assertThat(MailboxNames.encode(name, utf8)).as("seed %d", seed).isEqualTo(wire);
            }
        }
    }

    @Test
    void utf8() {
        MailboxName name = MailboxNames.decode("été&-😀".getBytes(UTF_8), true);
        assertThat(name.value()).isEqualTo("été&-😀");
        assertThat(MailboxNames.encode(name, false))
                .asString(ISO_8859_1)
                .isEqualTo("&AOk-t&AOk-&--&2D3eAA-");
    }

    @Test
    void asArgument() {
        assertThat(wire("a\"\\é", false)).isEqualTo("\"a\\\"\\\\&AOk-\"");
        assertThat(wire("é", true)).isEqualTo("\"é\"");
        assertThat(
                        MailboxNames.encodeForWire(
                                MailboxNames.decode(new byte[] {'a', (byte) 0xff}, false), false))
                .isInstanceOfSatisfying(
                        ImapText.Wire.Literal.class,
                        l -> assertThat(l.octets()).containsExactly('a', 0xff));
    }

    private static String wire(String name, boolean utf8) {
        ImapText.Wire wire = MailboxNames.encodeForWire(new MailboxName(name), utf8);
        return new String(((ImapText.Wire.Quoted) wire).text(), UTF_8);
    }
}
