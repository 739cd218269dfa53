package org.imapmirror.app.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.app.sync.GetoptLong.Kind;
import org.imapmirror.app.sync.GetoptLong.Parsed;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class GetoptLongTest {
    private static final GetoptLong PARSER =
            new GetoptLong(
                    Map.of(
                            "host1", Kind.TEXT,
                            "host2", Kind.TEXT,
                            "folder", Kind.TEXT,
                            "folderrec", Kind.TEXT,
                            "port1", Kind.INTEGER,
                            "maxage", Kind.NUMBER,
                            "dry", Kind.NEGATABLE,
                            "ssl1", Kind.NEGATABLE,
                            "gmail1", Kind.SWITCH));

    private static Parsed parse(String... arguments) throws UsageException {
        return PARSER.parse(List.of(arguments));
    }

    @Test
    void valuesBehindOrWithEqualsWhateverTheyBeginWith() throws UsageException {
        Parsed parsed =
                parse(
                        "--host1",
                        "a",
                        "--host2=b=c",
                        "--folder",
                        "-x",
                        "--folder",
                        "",
                        "--maxage",
                        ".5");
        assertThat(parsed.all("host1")).containsExactly("a");
        assertThat(parsed.all("host2")).containsExactly("b=c");
        assertThat(parsed.all("folder")).containsExactly("-x", "");
        assertThat(parsed.all("maxage")).containsExactly(".5");
    }

    @Test
    void dashesCasesAbbreviationsAndNegations() throws UsageException {
        assertThat(parse("-dry", "--HOST1", "A").values())
                .isEqualTo(Map.of("dry", List.of("1"), "host1", List.of("A")));
        assertThat(parse("--gm").has("gmail1")).isTrue();
        assertThat(parse("--folderr", "x").all("folderrec")).containsExactly("x");
        assertThat(parse("--folder", "x").all("folder")).as("exact wins").containsExactly("x");
        for (String no : List.of("--nossl1", "--no-ssl1", "--nos", "-nossl1")) {
            assertThat(parse(no).all("ssl1")).as(no).containsExactly("0");
        }
    }

    @Test
    void mistakesAreSaidAllAtOnce() {
        assertThatThrownBy(
                        () -> parse("--host", "x", "--what", "--port1", "y", "--dry=1", "--host1"))
                .hasMessageContaining("--host is ambiguous: host1, host2")
                .hasMessageContaining("unknown option: --what")
                .hasMessageContaining("--port1: a number is expected")
                .hasMessageContaining("--dry takes no value")
                .hasMessageContaining("--host1 requires an argument");
    }

    @Test
    void whatMayBeAPasswordIsNotShown() {
        assertThatThrownBy(() -> parse("--dry", "secret"))
                .hasMessageContaining("argument 2")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> parse("--nogmail1")).hasMessageContaining("unknown option");
    }
}
