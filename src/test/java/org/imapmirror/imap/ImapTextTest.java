package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.OffsetDateTime;

class ImapTextTest {

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "17-Jul-1996 02:44:25 -0700,1996-07-17T02:44:25-07:00,17-Jul-1996 02:44:25 -0700",
                " 7-Feb-1994 22:43:04 -0800,1994-02-07T22:43:04-08:00,07-Feb-1994 22:43:04 -0800",
                "7-feb-1994 22:43:04 +0530,1994-02-07T22:43:04+05:30,07-Feb-1994 22:43:04 +0530",
                "07-FEB-1994 22:43:04 -0330,1994-02-07T22:43:04-03:30,07-Feb-1994 22:43:04 -0330",
                "30-Dec-1899 00:00:00 +0000,1899-12-30T00:00:00Z,30-Dec-1899 00:00:00 +0000",
                "29-Feb-2024 23:59:59 +0000,2024-02-29T23:59:59Z,29-Feb-2024 23:59:59 +0000",
            })
    void dates(String text, OffsetDateTime date, String formatted) throws MalformedException {
        assertThat(ImapText.parseDate(text)).isEqualTo(date);
        assertThat(ImapText.parseDate(text).getOffset()).isEqualTo(date.getOffset());
        assertThat(ImapText.formatDate(date)).isEqualTo(formatted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "32-Jan-2020 00:00:00 +0000",
                "29-Feb-2023 00:00:00 +0000",
                "1-Xxx-2020 00:00:00 +0000",
                "01-Jan-2020 24:00:00 +0000",
                "01-Jan-2020 00:00:60 +0000",
                "01-Jan-2020 00:00:00 +2000",
                "01-Jan-2020 00:00:00 +0060",
                "01-Jan-2020 00:00:00",
                "01-Jan-20 00:00:00 +0000",
                "001-Jan-2020 00:00:00 +0000",
                "-Jan-2020 00:00:00 +0000",
                "01-Jan-2020 00:00:00 +00000",
                "01-Jan-2020 aa:00:00 +0000",
                "01-Jan-2020 00:00:00 *0000",
                "   1-Jan-2020 00:00:00 +0000",
            })
    void notADate(String text) {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> ImapText.parseDate(text));
    }

    @Test
    void stringsQuotedOrLiteral() {
        assertThat(ImapText.string(new byte[0], false))
                .isInstanceOfSatisfying(
                        ImapText.Wire.Quoted.class,
                        q -> assertThat(q.text()).asString().isEqualTo("\"\""));
        assertThat(ImapText.string("a\r\nb".getBytes(ISO_8859_1), true))
                .isInstanceOf(ImapText.Wire.Literal.class);
        assertThat(ImapText.string("é".getBytes(UTF_8), false))
                .isInstanceOf(ImapText.Wire.Literal.class);
        assertThat(ImapText.string("é".getBytes(UTF_8), true))
                .isInstanceOf(ImapText.Wire.Quoted.class);
        assertThat(ImapText.string("é".getBytes(ISO_8859_1), true))
                .isInstanceOf(ImapText.Wire.Literal.class);
    }

    @Test
    void quotedText() {
        assertThat(ImapText.quoted("a\"b\\")).isEqualTo("\"a\\\"b\\\\\"");
        assertThatIllegalArgumentException().isThrownBy(() -> ImapText.quoted("a\nb"));
        assertThatIllegalArgumentException().isThrownBy(() -> ImapText.quoted("é"));
    }

    @Test
    void octetsAsText() {
        assertThat(ImapText.decode("é".getBytes(UTF_8))).isEqualTo("é");
        assertThat(ImapText.decode("é".getBytes(ISO_8859_1))).isEqualTo("é");
    }
}
