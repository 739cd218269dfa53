package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import org.imapmirror.imap.Sasl.Identity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Base64;

class SaslTest {

    private static @Nullable Identity listen(String mechanism, String... messages)
            throws MalformedException {
        Sasl sasl = requireNonNull(Sasl.of(mechanism));
        for (String message : messages) {
            byte[] octets = message.replace("^", "\u0001").replace("|", "\0").getBytes(UTF_8);
            sasl.client(Base64.getEncoder().encode(octets));
        }
        return sasl.identity();
    }

    @Test
    void plain() throws MalformedException {
        assertThat(listen("plain", "|alice|pw")).isEqualTo(Identity.of("alice", "pw"));
        assertThat(listen("PLAIN", "alice|alice|pw")).isEqualTo(Identity.of("alice", "pw"));
        assertThat(listen("PLAIN", "alice|master|pw"))
                .isEqualTo(new Identity("alice", "master", "pw", true));
        assertThat(listen("PLAIN", "|älice|")).isEqualTo(Identity.of("älice", ""));
    }

    @Test
    void loginInTwoSteps() throws MalformedException {
        assertThat(listen("LOGIN", "alice")).isEqualTo(Identity.of("alice", null));
        assertThat(listen("LOGIN", "alice", "pw")).isEqualTo(Identity.of("alice", "pw"));
    }

    @Test
    void tokens() throws MalformedException {
        assertThat(listen("XOAUTH2", "user=a@x^auth=Bearer T^^", ""))
                .isEqualTo(Identity.of("a@x", null));
        assertThat(listen("OAUTHBEARER", "n,a=a@x,^host=h^port=1^auth=Bearer T^^", "^"))
                .isEqualTo(Identity.of("a@x", null));
        assertThat(listen("OAUTHBEARER", "n,,^auth=Bearer T^^")).isNull();
    }

    @Test
    void scram() throws MalformedException {
        assertThat(listen("SCRAM-SHA-1", "n,,n=alice,r=abc", "c=biws,r=abc,p=x"))
                .isEqualTo(Identity.of("alice", null));
        assertThat(listen("SCRAM-SHA-256", "n,,n=a=2Cb=3D,r=x"))
                .isEqualTo(Identity.of("a,b=", null));
        assertThat(listen("SCRAM-SHA-256", "y,a=bob,n=admin,r=x"))
                .isEqualTo(new Identity("bob", "admin", null, true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "PLAIN;alice",
                "PLAIN;|alice",
                "PLAIN;||pw",
                "PLAIN;|a|b|c",
                "PLAIN;''",
                "LOGIN;''",
                "XOAUTH2;auth=Bearer T",
                "XOAUTH2;user=^auth=x",
                "OAUTHBEARER;n",
                "OAUTHBEARER;n,b=x,^",
                "SCRAM-SHA-1;n,,r=x",
                "SCRAM-SHA-1;n,,n=,r=x",
                "SCRAM-SHA-1;n,,n=a=2x,r=x",
                "SCRAM-SHA-1;n,,m=x,n=a,r=x",
            })
    void notWhatTheMechanismSends(String mechanism, String message) {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> listen(mechanism, message))
                .withMessageNotContaining("pw");
    }

    @Test
    void cancelledOrNotBase64() throws MalformedException {
        Sasl sasl = requireNonNull(Sasl.of("PLAIN"));
        sasl.client("*".getBytes(UTF_8));
        sasl.client(Base64.getEncoder().encode("\0a\0b".getBytes(UTF_8)));
        assertThat(sasl.identity()).isNull();
        Sasl other = requireNonNull(Sasl.of("PLAIN"));
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> other.client("%%".getBytes(UTF_8)));
        assertThat(other.identity()).isNull();
    }

    @Test
    void mechanismThatTellsNoUser() {
        assertThat(Sasl.of("GSSAPI")).isNull();
        assertThat(Sasl.of("SCRAM-SHA-1-PLUS")).isNull();
    }

    @Test
    void masterUser() {
        Identity login = Identity.of("alice*admin", "pw");
        assertThat(login.withMaster("*"))
                .isEqualTo(new Identity("alice", "alice*admin", "pw", true));
        assertThat(login.withMaster("")).isSameAs(login);
        assertThat(Identity.of("*admin", "pw").withMaster("*").account()).isEqualTo("*admin");
        assertThat(login.withMaster("*").toString()).doesNotContain("pw");
    }
}
