package org.imapmirror.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.event.MailboxName;
import org.imapmirror.reconcile.NameMap.Hierarchy;
import org.junit.jupiter.api.Test;

class NameMapTest {
    private static String map(Hierarchy from, Hierarchy to, String name) {
        return new NameMap(from, to).toTarget(new MailboxName(name));
    }

    private static final Hierarchy SLASH = new Hierarchy("", '/');
    private static final Hierarchy COURIER = new Hierarchy("INBOX.", '.');

    @Test
    void inboxIsInboxEverywhere() {
        assertThat(map(SLASH, COURIER, "inbox")).isEqualTo("INBOX");
        assertThat(map(COURIER, SLASH, "INBOX")).isEqualTo("INBOX");
    }

    @Test
    void prefixAndSeparatorAreTheTargets() {
        assertThat(map(SLASH, COURIER, "a/b")).isEqualTo("INBOX.a.b");
        assertThat(map(COURIER, SLASH, "INBOX.a.b")).isEqualTo("a/b");
        assertThat(map(SLASH, COURIER, "INBOX/kid")).isEqualTo("INBOX.INBOX.kid");
    }

    @Test
    void theTargetsSeparatorInsideALevelIsEscapedOneToOne() {
        assertThat(map(SLASH, COURIER, "v1.2/x")).isEqualTo("INBOX.v1%2E2.x");
        assertThat(map(SLASH, COURIER, "v1%2E2")).isEqualTo("INBOX.v1%252E2");
        assertThat(map(SLASH, COURIER, "100%")).isEqualTo("INBOX.100%");
    }

    @Test
    void sameHierarchyChangesNothing() {
        assertThat(map(SLASH, SLASH, "a%2E.b/c")).isEqualTo("a%2E.b/c");
    }

    @Test
    void aFlatTargetRefusesLevels() {
        assertThatThrownBy(() -> map(SLASH, new Hierarchy("", (char) 0), "a/b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a/b");
    }
}
