package org.imapmirror.app.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.imap.Endpoint.Tls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {
    private static ServerAddress parse(String text) throws UsageException {
        return ServerAddress.parse("--source", text);
    }

    @Test
    void schemesPortsAndUsers() throws UsageException {
        assertThat(parse("imaps://anna@mail.example.org"))
                .isEqualTo(new ServerAddress(Tls.IMPLICIT, "mail.example.org", 993, "anna"));
        assertThat(parse("IMAP://anna@example.org@mail.example.org:1143/"))
                .isEqualTo(
                        new ServerAddress(
                                Tls.STARTTLS, "mail.example.org", 1143, "anna@example.org"));
        assertThat(parse("imap+insecure://a%40b+c%3A@[::1]"))
                .isEqualTo(new ServerAddress(Tls.NONE, "::1", 143, "a@b+c:"));
        assertThat(parse("imap://host").user()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host",
                "pop3://a@host",
                "imaps://",
                "imaps://a@ho st",
                "imaps://a@host:0",
                "imaps://a@host:65536",
                "imaps://a%zz@host",
                "imaps://a@host/INBOX"
            })
    void anythingElseIsSaid(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--source: ");
    }

    @Test
    void passwordsDoNotBelongThere() {
        assertThatThrownBy(() -> parse("imaps://anna:secret@host"))
                .hasMessageContaining("--source-password-file")
                .hasMessageNotContaining("secret");
    }
}
