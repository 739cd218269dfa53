package org.imapmirror.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imapmirror.testing.Mailboxes.Order.ANY;
import static org.imapmirror.testing.Mailboxes.Order.OF_UIDS;

import org.imapmirror.testing.Mailboxes.Mailbox;
import org.imapmirror.testing.Mailboxes.Message;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

class MailboxesTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final Message one = message("one", NOON);
    private final Message two = message("two", NOON, "\\Seen");

    @Test
    void equalAccountsHaveNoDifferences() {
        assertThat(account(one, two).differencesFrom(account(one, two), OF_UIDS)).isEmpty();
    }

    @Test
    void orderCountsOnlyWhenAskedFor() {
        assertThat(account(two, one).differencesFrom(account(one, two), ANY)).isEmpty();
        assertThat(account(two, one).differencesFrom(account(one, two), OF_UIDS))
                .contains("INBOX: the same messages in another order, first at place 1")
                .contains("is 'two'")
                .contains("should be 'one'");
    }

    @Test
    void eachCopyCounts() {
        assertThat(account(one).differencesFrom(account(one, one), ANY))
                .startsWith("INBOX: missing: 'one'");
        assertThat(account(one, one).differencesFrom(account(one), ANY))
                .startsWith("INBOX: too many: 'one'");
    }

    @Test
    void sameBytesWithOtherFlagsOrDateAreToldAsThat() {
        Message flagged = message("two", NOON, "\\Flagged", "work");
        assertThat(account(one, flagged).differencesFrom(account(one, two), ANY))
                .endsWith("flags are [\\Flagged, work], should be [\\Seen]")
                .startsWith("INBOX: 'two'");
        assertThat(account(message("one", NOON.plusSeconds(1))).differencesFrom(account(one), ANY))
                .contains("internal date is 2026-11-23T12:00:01Z, should be 2026-11-23T12:00:00Z");
    }

    @Test
    void mailboxesSubscriptionsAndSpecialUsesCount() {
        Mailboxes found =
                new Mailboxes(
                        new TreeMap<>(Map.of("Sent", box(Set.of()), "New", box(Set.of()))),
                        new TreeSet<>(Set.of("New")));
        Mailboxes expected =
                new Mailboxes(
                        new TreeMap<>(Map.of("Sent", box(Set.of("\\Sent")), "Old", box(Set.of()))),
                        new TreeSet<>(Set.of("Old")));
        assertThat(found.differencesFrom(expected, OF_UIDS).lines())
                .containsExactly(
                        "mailbox missing: Old",
                        "mailbox too many: New",
                        "subscription missing: Old",
                        "subscription too many: New",
                        "Sent: special use is [], should be [\\Sent]");
    }

    private static Mailbox box(Set<String> uses) {
        return new Mailbox(new TreeSet<>(uses), List.of());
    }

    private static Mailboxes account(Message... messages) {
        Mailbox inbox = new Mailbox(new TreeSet<>(), List.of(messages));
        return new Mailboxes(new TreeMap<>(Map.of("INBOX", inbox)), new TreeSet<>());
    }

    private static Message message(String subject, Instant date, String... flags) {
        return new Message(subject.repeat(10), 10, date, new TreeSet<>(List.of(flags)), subject);
    }
}
