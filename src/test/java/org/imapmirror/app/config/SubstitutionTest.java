package org.imapmirror.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class SubstitutionTest {
    private final Substitution substitution =
            new Substitution(Map.of("USER", "anna", "TRICKY", "a${env:USER}b$1\\")::get);

    @TempDir Path folder;

    @Test
    void variablesArePutIn() {
        assertThat(substitution.apply("<${env:USER}|${env:USER}>")).isEqualTo("<anna|anna>");
        assertThat(substitution.apply("${const:java.lang.Short.MAX_VALUE}")).isEqualTo("32767");
    }

    @Test
    void fileLosesOneLineEnd() throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), " päss\n\r\n");
        assertThat(substitution.apply("${file:UTF-8:" + file + "}")).isEqualTo(" päss\n");
    }

    @Test
    void whatWasPutInIsNotSubstitutedAgain() {
        assertThat(substitution.apply("${env:TRICKY}")).isEqualTo("a${env:USER}b$1\\");
    }

    @Test
    void dollarIsLiteral() {
        assertThat(substitution.apply("$${env:USER} $1 $ {")).isEqualTo("${env:USER} $1 $ {");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${env:NOT_SET}",
                "${file:UTF-8:/does/not/exist}",
                "${file:/etc/hostname}",
                "${file:klingon:/etc/hostname}",
                "${sys:user.name}",
                "${java:version}",
                "${url:UTF-8:file:///etc/hostname}",
                "${script:javascript:1}",
                "${}",
                "${const:java.lang.Nothing.X}"
            })
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> substitution.apply(text));
    }
}
