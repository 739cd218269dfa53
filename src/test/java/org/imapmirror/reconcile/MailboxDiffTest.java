package org.imapmirror.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.junit.jupiter.api.Test;

import java.util.Map;

class MailboxDiffTest {
    private static final Flags SEEN = Flags.of("\\Seen");

    @Test
    void tellsMissingGoneAndOtherFlags() {
        MailboxDiff diff =
                MailboxDiff.of(
                        Map.of(1L, SEEN, 2L, Flags.NONE, 5L, SEEN),
                        Map.of(1L, SEEN, 2L, SEEN, 3L, SEEN),
                        UidSet.of(1, 2, 3),
                        _ -> false);
        assertThat(diff.missing()).isEqualTo(UidSet.of(5));
        assertThat(diff.gone()).isEqualTo(UidSet.of(3));
        assertThat(diff.flags()).isEqualTo(Map.of(2L, Flags.NONE));
        assertThat(diff.open()).isEqualTo(UidSet.EMPTY);
    }

    @Test
    void whatLiveEventsTouchedAndDiffersIsOpen() {
        MailboxDiff diff =
                MailboxDiff.of(
                        Map.of(2L, Flags.NONE, 4L, SEEN, 5L, SEEN),
                        Map.of(2L, SEEN, 3L, SEEN, 4L, SEEN),
                        UidSet.of(2, 3, 4),
                        _ -> true);
        assertThat(diff)
                .isEqualTo(
                        new MailboxDiff(UidSet.EMPTY, UidSet.EMPTY, Map.of(), UidSet.of(2, 3, 5)));
    }

    @Test
    void aRowOfAnyKindIsNotMissing() {
        MailboxDiff diff = MailboxDiff.of(Map.of(4L, SEEN), Map.of(), UidSet.of(4), _ -> false);
        assertThat(diff.missing()).isEqualTo(UidSet.EMPTY);
    }
}
