package org.imapmirror.app.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.app.sync.AccountsFile.Entry;
import org.imapmirror.app.sync.AccountsFile.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;

class AccountsFileTest {
    private static List<Entry> parse(String... lines) throws UsageException {
        return AccountsFile.parse("accounts.csv", List.of(lines));
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "|", "\t"})
    void separatorIsThatOfTheHeads(String separator) throws UsageException {
        List<Entry> entries =
                parse(
                        "\uFEFFsource_user,source_password,target_user,target_password"
                                .replace(",", separator),
                        "# a comment",
                        "",
                        "anna,\"a\"\" b,;|\",anne, p ".replace(",", separator));
        assertThat(entries)
                .containsExactly(
                        new Entry(
                                4,
                                null,
                                null,
                                "anna",
                                "anne",
                                new Secret("a\" b,;|".replace(",", separator), null),
                                new Secret(" p ", null)));
    }

    @Test
    void whatIsMissingComesFromElsewhere() throws UsageException {
        assertThat(parse("Source-User,target,source_password_file", "anna,,/run/secret"))
                .containsExactly(
                        new Entry(
                                2,
                                null,
                                null,
                                "anna",
                                "anna",
                                new Secret(null, Path.of("/run/secret")),
                                new Secret(null, null)));
        assertThat(parse("source_user")).isEmpty();
    }

    @Test
    void errorsNameLinesAndNeverShowFields() {
        assertThatThrownBy(() ->
                        parse(
                                "source_user,source_password,source_password_file",
                                "anna,secret",
                                ",secret,",
                                "anna,secret,/f",
                                "bert,\"secret\"x,",
                                "cleo,\"secret",
                                "dora,,",
                                "dora,secret,"))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll(
                        "line 2: it has 2 fields instead of 3",
                        "line 3: source_user is empty",
                        "line 4: source_password and source_password_file",
                        "line 5: something follows",
                        "line 6: a quote is not closed",
                        "line 8: the same two accounts")
                .hasMessageNotContaining("secret,")
                .hasMessageNotContaining("\"secret");
        assertThatThrownBy(() -> parse("anna,secret"))
                .hasMessageContaining("line 1: a head is none of")
                .hasMessageNotContaining("anna");
        assertThatThrownBy(() -> parse()).hasMessageContaining("heads are missing");
        assertThatThrownBy(() -> parse("target_user")).hasMessageContaining("source_user");
    }

    @Test
    void secretsDoNotShow() throws UsageException {
        assertThat(parse("source_user,source_password", "anna,secret").toString())
                .doesNotContain("secret,")
                .contains("(secret)");
    }
}
