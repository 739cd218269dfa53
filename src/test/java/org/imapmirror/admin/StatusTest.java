package org.imapmirror.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

class StatusTest {

    @Test
    void pendingAloneIsNoReasonToComplain() {
        assertThat(new Status(17, 0, 0, 3, 2, 1, List.of(lane("new", 60))).complaints()).isEmpty();
    }

    @Test
    void parkedSuspectAndAbsentMirrorsAre() {
        Status status =
                new Status(0, 1, 2, 0, 3, 0, List.of(lane("b", 61), lane("a", 900), lane("b", 70)));
        assertThat(status.complaints()).hasSize(4);
        assertThat(status.complaints().get(2)).contains("mirror a");
    }

    @Test
    void aFullJournalIs() {
        assertThat(
                        new Status(
                                        0,
                                        0,
                                        0,
                                        0,
                                        1,
                                        0,
                                        List.of(),
                                        new Status.JournalStatus(1000, 1000, true))
                                .complaints())
                .singleElement()
                .asString()
                .contains("journal is full");
    }

    static LaneStatus lane(String mirror, long unreachable) {
        return new LaneStatus(
                "anna", mirror, "live", 0, 0, null, unreachable, List.of(), List.of(), 0);
    }
}
