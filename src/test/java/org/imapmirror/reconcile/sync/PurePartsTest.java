package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.imapmirror.event.Flags;
import org.imapmirror.reconcile.sync.Attempt.Item;
import org.imapmirror.reconcile.sync.SyncOptions.FlagRules;
import org.imapmirror.reconcile.sync.SyncOptions.Rewrite;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

class PurePartsTest {
    private static FlagFilter filter(List<String> drop, Rewrite... rewrites) {
        return new FlagFilter(
                new FlagRules(
                        true, drop.stream().map(Pattern::compile).toList(), List.of(rewrites)));
    }

    @Test
    void flagsAreDroppedAsAWholeAndWithoutRegardToCase() {
        FlagFilter filter = filter(List.of("\\\\deleted", "junk.*"));
        assertThat(filter.apply(Flags.of("\\Deleted", "\\Seen", "JunkRecorded", "NoJunk")))
                .isEqualTo(Flags.of("\\Seen", "NoJunk"));
    }

    @Test
    void rewritesSeeAllFlagsAsOneTextEachOnTheResultOfTheOneBefore() {
        FlagFilter filter =
                filter(
                        List.of(),
                        new Rewrite(Pattern.compile("\\$Label(\\d)"), "Label$1"),
                        new Rewrite(Pattern.compile("Label1"), ""));
        assertThat(filter.apply(Flags.of("\\Seen", "$Label1", "$Label2")))
                .isEqualTo(Flags.of("\\Seen", "Label2"));
        assertThat(filter.apply(Flags.of("$Label1"))).isEqualTo(Flags.NONE);
    }

    @Test
    void datesKeepTheirMomentAndZone() {
        assertThat(MessageDates.normal(" 7-Feb-1994 22:43:04 -0800"))
                .isEqualTo("07-Feb-1994 22:43:04 -0800");
        assertThat(MessageDates.instant("07-Feb-1994 22:43:04 -0800"))
                .isEqualTo("1994-02-08T06:43:04Z");
        assertThat(MessageDates.normal("yesterday")).isNull();
        assertThat(MessageDates.normal("28-Feb-2014 22:43:04 +1359"))
                .isEqualTo("28-Feb-2014 22:43:04 +1359");
        assertThat(MessageDates.normal("07-feb-2014 22:43:04 -0000"))
                .isIn(null, "07-Feb-2014 22:43:04 +0000");
        assertThat(MessageDates.normal("07-Feb-2014 24:43:04 +0000")).isNull();
        assertThat(MessageDates.normal("40-Feb-2014 22:43:04 +0000")).isNull();
        assertThat(MessageDates.normal(null)).isNull();
    }

    @Test
    void headerDatesAreReadAsPeopleWriteThem() {
        assertThat(MessageDates.ofHeader("Tue, 1 Mar 2011 12:30:00 +0200 (CEST)"))
                .isEqualTo("01-Mar-2011 10:30:00 +0000");
        assertThat(MessageDates.ofHeader("1 Mar 11 12:30 GMT"))
                .isEqualTo("01-Mar-2011 12:30:00 +0000");
        assertThat(MessageDates.ofHeader("no date")).isNull();
        assertThat(MessageDates.ofHeader("Fri, 1 Jan 1904 00:00:00 +0000")).isNull();
        assertThat(MessageDates.ofHeader(null)).isNull();
    }

    @Test
    void attemptsComeBackFromTheirText() {
        List<Item> items = List.of(new Item(1, 0), new Item(4_294_967_295L, 5_000_000_000L));
        Attempt attempt = new Attempt(1, 2, 3, 4, items);
        assertThat(Attempt.itemsOf(attempt.itemsAsText())).isEqualTo(items);
        assertThat(Attempt.itemsOf("")).isEmpty();
    }

    @Test
    void identitiesAreASet() {
        Seeds.each(
                3,
                (_, random) -> {
                    Identities identities = new Identities();
                    Set<Long> model = new HashSet<>();
                    for (int i = 0; i < 5000; i++) {
                        long value = 1 + random.nextInt(3000) * 0x1_0000_0001L;
                        assertThat(identities.addIfAbsent(value)).isEqualTo(model.add(value));
                    }
                    for (long i = 0; i < 3000; i++) {
                        long value = 1 + i * 0x1_0000_0001L;
                        assertThat(identities.contains(value)).isEqualTo(model.contains(value));
                    }
                });
    }

    @Test
    void textIsWhatFollowsTheFirstEmptyLine() throws IOException {
        String one = text("Subject: a\r\nX: y\r\n\r\nhello\r\n\r\nthere\r\n");
        assertThat(text("Subject: XX\n\nhello\n\nthere")).isEqualTo(one);
        assertThat(text("Subject: a\r\n\r\nhello\r\n")).isNotEqualTo(one);
        assertThat(text("\r\nhello\r\n\r\nthere\r\n")).isEqualTo(one);
        assertThat(text("Subject: no text")).isEqualTo(text("")).isNotEqualTo(one);
    }

    private static String text(String message) throws IOException {
        return TextDigests.of(new ByteArrayInputStream(message.getBytes(US_ASCII)));
    }

    @Test
    void otherOptionsHaveAnotherFingerprint() {
        SyncOptions all = Options.ALL.get();
        assertThat(Run.fingerprint(all)).isEqualTo(Run.fingerprint(Options.ALL.planned().get()));
        assertThat(Run.fingerprint(Options.ALL.with(Options.GONE).get()))
                .isNotEqualTo(Run.fingerprint(all));
        assertThat(
                        Run.fingerprint(
                                Options.ALL
                                        .with(
                                                new FlagRules(
                                                        true,
                                                        List.of(Pattern.compile("x")),
                                                        List.of()))
                                        .get()))
                .isNotEqualTo(Run.fingerprint(all));
    }
}
