package org.imapmirror.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.MailboxName;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

class TreeDiffTest {
    private static Set<MailboxName> names(String... names) {
        return Arrays.stream(names).map(MailboxName::new).collect(Collectors.toSet());
    }

    @Test
    void parentsAreMadeFirstAndChildrenGoFirst() {
        TreeDiff diff =
                TreeDiff.of(names("INBOX", "a/b", "a"), names("INBOX", "x", "x/y"), names());
        assertThat(diff.created()).map(MailboxName::value).containsExactly("a", "a/b");
        assertThat(diff.absent()).map(MailboxName::value).containsExactly("x/y", "x");
    }

    @Test
    void inboxIsNeverAbsentAndTouchedNamesAreOpen() {
        TreeDiff diff =
                TreeDiff.of(names("a", "c"), names("INBOX", "b", "c"), names("a", "b", "c"));
        assertThat(diff.created()).isEmpty();
        assertThat(diff.absent()).isEmpty();
        assertThat(diff.open()).map(MailboxName::value).containsExactlyInAnyOrder("a", "b");
    }
}
