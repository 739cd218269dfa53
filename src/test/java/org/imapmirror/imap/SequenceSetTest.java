package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceSetTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "1|5|1",
                "3:1|5|1:3",
                "5,1,2,2,1:3|5|1:3,5",
                "*|5|5",
                "3:*|5|3:5",
                "*:3|5|3:5",
                "*:*|5|5",
                "999:*|5|5",
                "1,999:*|5|1,5",
                "900|5|900",
                "1:900|5|1:900",
                "*|0|''",
                "1:*|0|''",
                "2,1:*|0|2",
                "4294967295|1|4294967295",
            })
    void members(String text, long max, String expected) throws MalformedException {
        assertThat(SequenceSet.parse(text).resolve(max)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "0:5",
                "1:",
                ":1",
                "1,",
                ",1",
                "1:2:3",
                "a",
                "1 2",
                "-1",
                "4294967296",
                "99999999999999999999",
                "**",
                "1:*5",
                "$1",
                "$,1",
                "１"
            })
    void notASet(String text) {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> SequenceSet.parse(text));
    }

    @Test
    void savedResult() throws MalformedException {
        SequenceSet saved = SequenceSet.parse("$");
        assertThat(saved.saved()).isTrue();
        assertThat(saved.hasStar()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> saved.resolve(5));
    }

    @Test
    void star() throws MalformedException {
        assertThat(SequenceSet.parse("1,5:*").hasStar()).isTrue();
        assertThat(SequenceSet.parse("1,5:6").hasStar()).isFalse();
    }
}
