package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;

class ServerHintTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            textBlock =
                    """
                    -,         please try again in 300 seconds,                                  PT5M
                    -,         Request is throttled. Suggested Backoff Time: 92415 milliseconds, PT1M32.415S
                    THROTTLED, too much,                                                         PT1M
                    -,         Too many commands. Retry after 5 min,                             PT5M
                    OVERQUOTA, Account exceeded command or bandwidth limits. (Failure),          PT1M
                    -,         try again in 9999 hours,                                          P1D
                    OVERQUOTA, Quota exceeded (mailbox for user is full) (0.001 + 0.000 secs),   PT0S
                    -,         Mailbox 7 is locked,                                              PT0S
                    -,         try again later,                                                  PT0S
                    """)
    void whatAServerAsksFor(String code, String text, Duration pause) {
        assertThat(ServerHint.pause(code, text)).isEqualTo(pause);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            textBlock =
                    """
                    OVERQUOTA, Quota exceeded,                       LATER
                    OVERQUOTA, Account exceeded bandwidth limits,    SOON
                    SERVERBUG, Internal error occurred,              UNKNOWN
                    UNAVAILABLE, in maintenance,                     SOON
                    LIMIT,     too many keywords,                    NEVER
                    LIMIT,     too many commands; try again later,   SOON
                    NOPERM,    Permission denied,                    NEVER
                    -,         No space left on device: disk full,   LATER
                    """)
    void whatToExpect(String code, String text, Outlook outlook) {
        assertThat(Outlook.ofRefusal(code, text)).isEqualTo(outlook);
    }
}
