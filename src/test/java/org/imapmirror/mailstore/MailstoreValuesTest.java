package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Code;
import org.imapmirror.imap.Response;
import org.imapmirror.imap.WireMessage;
import org.imapmirror.mailstore.StoreException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

class MailstoreValuesTest {
    private static HeaderKey key(String header) {
        return HeaderKey.of(header.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void headerKeyDoesNotDependOnFoldingOrderAndSpelling() {
        HeaderKey one = key("Message-ID: <a@b>\r\nSubject: one\r\n two\r\nDate: x\r\n\r\n");
        HeaderKey two = key("DATE:x\nsubject:  one \ttwo \nMESSAGE-id:\n <a@b>\n\n");
        assertThat(one).isEqualTo(two);
        assertThat(one.messageId()).isEqualTo("<a@b>");
        assertThat(key("Subject: one two\r\n\r\n").messageId()).isNull();
        assertThat(key("Subject: one\r\n")).isNotEqualTo(key("Subject: two\r\n"));
    }

    private static UidPairs pairs(String arguments) {
        Response ok =
                Response.parse(WireMessage.of("a OK [COPYUID " + arguments + "] done"), false);
        return ok instanceof Response.Tagged tagged && tagged.code() instanceof Code.CopyUid code
                ? UidPairs.of(code)
                : UidPairs.UNTOLD;
    }

    @Test
    void copyUidPairsInTheOrderWritten() {
        UidPairs pairs = pairs("9 5,3,7:8 20,10:11,13");
        assertThat(pairs.uidValidity()).isEqualTo(9);
        assertThat(Objects.requireNonNull(pairs.pairs()))
                .containsExactly(
                        new long[] {5, 20},
                        new long[] {3, 10},
                        new long[] {7, 11},
                        new long[] {8, 13});
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "9 1:3 1:2", "9 1:* 1:2", "x 1 1", "9 1:4000000000 1:4000000000"})
    void copyUidThatMakesNoSenseTellsNothing(String arguments) {
        assertThat(pairs(arguments).pairs()).isNull();
    }

    @Test
    void windowsAreShortEnoughForCommands() {
        UidSet.Builder scattered = new UidSet.Builder();
        for (int i = 0; i < 5000; i++) {
            scattered.add(2_000_000_000L + 2L * i);
        }
        UidSet set = scattered.build();
        List<UidSet> windows = Fetches.windows(set, 2000);
        assertThat(windows).allMatch(w -> w.toString().length() <= 3500);
        assertThat(windows.stream().reduce(UidSet.EMPTY, UidSet::union)).isEqualTo(set);
        assertThat(Fetches.windows(UidSet.EMPTY, 10)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "REFUSED, OVERQUOTA, x, LATER",
        "REFUSED, UNAVAILABLE, x, SOON",
        "REFUSED, TRYCREATE, x, NEVER",
        "REFUSED, TOOBIG, x, NEVER",
        "REFUSED, LIMIT, Rate limit hit, SOON",
        "REFUSED, LIMIT, Too many identical emails, NEVER",
        "REFUSED, , Request is throttled. Suggested Backoff Time: 299 ms, SOON",
        "REFUSED, , Message contains bare newlines, NEVER",
        "REFUSED, , Quota limit will be exceeded, LATER",
        "REFUSED, , something, UNKNOWN",
        "PROTOCOL, , Command Argument Error. 11, NEVER",
        "GONE, , x, SOON",
        "LOGIN_REFUSED, AUTHENTICATIONFAILED, x, NEVER"
    })
    void outlookIsByCodeThenByWords(Kind kind, String code, String text, Outlook outlook) {
        assertThat(Outlook.of(kind, code, text)).isEqualTo(outlook);
    }

    @Test
    void credentialsDoNotShow() {
        assertThat(
                        new LoginAs.Plain("alice", "s3cret")
                                + " "
                                + new LoginAs.Authzid("admin", "s3cret", "alice")
                                + new LoginMethod.Master("{user}*m", "s3cret")
                                + new LoginMethod.Authzid("admin", "s3cret"))
                .doesNotContain("s3cret");
    }
}
