package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imapmirror.imap.CapabilityFilter.View.LOGGED_IN;
import static org.imapmirror.imap.CapabilityFilter.View.OPEN;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Set;

class CapabilityFilterTest {
    private static final CapabilityFilter.View CLEAR =
            new CapabilityFilter.View(false, true, true, true);

    private final CapabilityFilter filter = CapabilityFilter.standard();

    private String rewrite(String line, CapabilityFilter.View view) {
        return new String(filter.rewrite(line.getBytes(ISO_8859_1), view), ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* CAPABILITY IMAP4rev1 COMPRESS=DEFLATE IDLE|* CAPABILITY IMAP4rev1 IDLE",
                "* OK [CAPABILITY IMAP4rev1 NOTIFY] ready [x]|* OK [CAPABILITY IMAP4rev1] ready"
                        + " [x]",
                "* PREAUTH [CAPABILITY XFOO IMAP4rev1] hi|* PREAUTH [CAPABILITY IMAP4rev1] hi",
                "a OK [CAPABILITY IMAP4rev1 UNAUTHENTICATE MOVE] in|a OK [CAPABILITY IMAP4rev1"
                        + " MOVE] in",
                "a ok [capability IMAP4rev1 starttls] in|a ok [capability IMAP4rev1] in",
                "* capability imap4rev1 jmapaccess|* capability imap4rev1",
                "* CAPABILITY IMAP4rev1 URLAUTH URLAUTH=BINARY LOGIN-REFERRALS X-Y|* CAPABILITY"
                        + " IMAP4rev1",
            })
    void hidesWhatIsNotOnTheList(String line, String expected) {
        assertThat(rewrite(line, LOGGED_IN)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* CAPABILITY IMAP4rev1  IDLE ",
                "* OK [CAPABILITY IMAP4rev1 LITERAL+ QUOTA=RES-STORAGE SORT=DISPLAY THREAD=REFS] x",
                "* OK ready",
                "* OK [ALERT] CAPABILITY COMPRESS=DEFLATE",
                "* OK [CAPABILITY]",
                "* OK [CAPABILITY COMPRESS=DEFLATE",
                "* CAPABILITY",
                "* LIST () \"/\" \"[CAPABILITY COMPRESS=DEFLATE]\"",
                "+ OK [CAPABILITY COMPRESS=DEFLATE] x",
                "x CAPABILITY COMPRESS=DEFLATE",
                "",
                " ",
                "*",
                "* ",
                "* OK",
                "* OK [",
            })
    void lineWithoutAnythingToHideIsTheSame(String line) {
        byte[] octets = line.getBytes(ISO_8859_1);
        assertThat(filter.rewrite(octets, LOGGED_IN)).isSameAs(octets);
    }

    @Test
    void listenersOwn() {
        assertThat(rewrite("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=SCRAM-SHA-256] hi", CLEAR))
                .isEqualTo(
                        "* OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256 STARTTLS LOGINDISABLED] hi");
        assertThat(rewrite("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED IDLE", OPEN))
                .isEqualTo("* CAPABILITY IMAP4rev1 IDLE");
        assertThat(rewrite("* CAPABILITY IMAP4rev1 COMPRESS=DEFLATE", CLEAR))
                .isEqualTo("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED");
        byte[] both = "* CAPABILITY IMAP4rev1 StartTLS LoginDisabled".getBytes(ISO_8859_1);
        assertThat(filter.rewrite(both, CLEAR)).isSameAs(both);
    }

    @Test
    void compressionIsForWhoIsLoggedIn() {
        CapabilityFilter.View view = new CapabilityFilter.View(true, true, true, true);
        assertThat(rewrite("* CAPABILITY IMAP4rev1 COMPRESS=LZ4 IDLE", view))
                .isEqualTo("* CAPABILITY IMAP4rev1 IDLE COMPRESS=DEFLATE");
        assertThat(rewrite("a OK [CAPABILITY IMAP4rev1] in", view))
                .isEqualTo("a OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] in");
        byte[] own = "* CAPABILITY IMAP4rev1 Compress=Deflate IDLE".getBytes(ISO_8859_1);
        assertThat(filter.rewrite(own, view)).isSameAs(own);
    }

    @Test
    void mechanisms() {
        String line =
                "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=login AUTH=GSSAPI AUTH=SCRAM-SHA-1-PLUS"
                        + " AUTH=SCRAM-SHA-1 AUTH=EXTERNAL";
        assertThat(rewrite(line, OPEN))
                .isEqualTo("* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=login AUTH=SCRAM-SHA-1");
        assertThat(rewrite(line, LOGGED_IN)).isEqualTo("* CAPABILITY IMAP4rev1");
    }

    @Test
    void switches() {
        CapabilityFilter own =
                new CapabilityFilter(List.of("plain"), Set.of("x-gm-ext-1"), Set.of("Move"));
        assertThat(own.shows("X-GM-EXT-1", OPEN)).isTrue();
        assertThat(own.shows("MOVE", OPEN)).isFalse();
        assertThat(own.shows("AUTH=PLAIN", OPEN)).isTrue();
        assertThat(own.shows("AUTH=LOGIN", OPEN)).isFalse();
        assertThat(own.shows("IDLE", LOGGED_IN)).isTrue();
    }
}
