package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.StoreException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// What the client does with any server.
@Timeout(60)
abstract class ImapStoreContract {
    private static final String DATE = "07-Feb-1994 22:43:04 -0800";

    ImapStore store;
    String box;

    abstract Endpoint server();

    abstract LoginAs.Plain login();

    /// The personal prefix and separator that the server is set up with.
    abstract Namespace namespace();

    String oddName() {
        return "Grüße & \"mehr\" ☃";
    }

    boolean copyTellsTargetsUidValidity() {
        return true;
    }

    static Endpoint plain(String host, int port) {
        return new Endpoint("test", host, port, Endpoint.Tls.NONE, new Trust.System());
    }

    final ImapStore open() throws StoreException {
        return ImapStore.open(server(), login(), ClientLimits.DEFAULT);
    }

    @BeforeEach
    final void connect() throws StoreException {
        store = open();
        box = name("Box" + ThreadLocalRandom.current().nextInt(1_000_000_000));
        store.create(box, null);
    }

    @AfterEach
    final void disconnect() {
        store.close();
    }

    final String name(String level) {
        return namespace().prefix() + level;
    }

    static byte[] message(int n) {
        return ("Message-ID: <m"
                        + n
                        + "@example.org>\r\n"
                        + "Date: Mon, 7 Feb 1994 21:52:25 -0800\r\n"
                        + "From: a@example.org\r\nTo: b@example.org\r\n"
                        + "Subject: message\r\n number "
                        + n
                        + "\r\n\r\n"
                        + "text {10}\r\n".repeat(n % 50 + 1))
                .getBytes(StandardCharsets.US_ASCII);
    }

    final List<Appended> append(int first, int count, Flags flags)
            throws StoreException, IOException {
        Appender appender = store.appender(box);
        for (int n = first; n < first + count; n++) {
            byte[] message = message(n);
            appender.add(flags, DATE, message.length, new ByteArrayInputStream(message));
        }
        return appender.finish();
    }

    private static long uid(Appended appended) {
        assertThat(appended).isInstanceOf(Appended.Stored.class);
        return ((Appended.Stored) appended).uid();
    }

    @Test
    void messagesComeBackAsTheyWereStoredAndInOrder() throws Exception {
        List<Appended> fates = append(1, 120, Flags.of("\\Seen", "\\Recent", "work"));
        Selected selected = store.select(box);
        assertThat(selected.exists()).isEqualTo(120);
        assertThat(fates).extracting(ImapStoreContract::uid).isSorted();
        assertThat(fates)
                .allSatisfy(f ->
                        assertThat(((Appended.Stored) f).uidValidity())
                                .isEqualTo(selected.uidValidity()));
        UidSet uids = UidSet.of(fates.stream().map(ImapStoreContract::uid).toList());
        assertThat(store.uids()).isEqualTo(uids);

        List<Summary> summaries = store.summaries(uids.union(UidSet.of(2_000_000_000L)));
        assertThat(summaries).hasSize(120);
        assertThat(summaries).extracting(Summary::uid).isSorted();
        assertThat(summaries)
                .allSatisfy(s -> {
                    assertThat(s.flags()).isEqualTo(Flags.of("\\Seen", "work"));
                    assertThat(instant(s.internalDate())).isEqualTo(instant(DATE));
                });
        assertThat(store.summariesFrom(uids.last())).hasSize(1);
        assertThat(store.summariesFrom(uids.last() + 1)).isEmpty();
        assertThat(store.flags(uids)).hasSize(120);

        Map<Long, byte[]> bodies = new TreeMap<>();
        store.bodies(
                uids,
                (uid, size, body) -> {
                    byte[] octets = body.readAllBytes();
                    assertThat(octets).hasSize((int) size);
                    bodies.put(uid, octets);
                });
        Map<Long, String> digests = store.digests(uids);
        Map<Long, HeaderKey> headers = store.headers(uids);
        for (int n = 1; n <= 120; n++) {
            long uid = uid(fates.get(n - 1));
            assertThat(bodies.get(uid)).isEqualTo(message(n));
            assertThat(digests.get(uid))
                    .isEqualTo(CanonicalDigest.of(new ByteArrayInputStream(message(n))));
            HeaderKey key = Objects.requireNonNull(headers.get(uid));
            assertThat(key.messageId()).isEqualTo("<m" + n + "@example.org>");
        }
        assertThat(headers.values().stream().map(HeaderKey::digest).distinct()).hasSize(120);
    }

    static java.time.Instant instant(@org.jspecify.annotations.Nullable String date) {
        return java.time.OffsetDateTime.parse(
                        Objects.requireNonNull(date).strip(),
                        java.time.format.DateTimeFormatter.ofPattern(
                                "d-MMM-yyyy HH:mm:ss Z", java.util.Locale.ENGLISH))
                .toInstant();
    }

    /// A session of Dovecot that has a mailbox selected goes on telling of that one by STATUS.
    @Test
    void statusAnewTellsOfTheMailboxThatHasTheNameNow() throws Exception {
        append(1, 1, Flags.NONE);
        store.examine(box);
        try (ImapStore other = open()) {
            other.delete(box);
            awaitAnotherSecond();
            other.create(box, null);
            Status now;
            try {
                now = store.statusAnew(box);
            } catch (StoreException e) {
                // So does GreenMail, rightly: nobody will take one mailbox for the other.
                assertThat(e.kind()).isEqualTo(Kind.GONE);
                return;
            }
            assertThat(now).isEqualTo(other.statusAnew(box)).isNotNull();
            assertThat(store.examine(box).exists()).isZero();
        }
    }

    /// Cyrus keeps a deleted mailbox under its name and the second.
    private static void awaitAnotherSecond() {
        long now = System.currentTimeMillis() / 1000;
        org.awaitility.Awaitility.await().until(() -> System.currentTimeMillis() / 1000 > now);
    }

    @Test
    void bodyThatIsNotReadIsSkipped() throws Exception {
        append(1, 30, Flags.NONE);
        store.select(box);
        List<Long> seen = new ArrayList<>();
        store.bodies(
                store.uids(),
                (uid, _, body) -> {
                    seen.add(uid);
                    assertThat(body.read()).isEqualTo('M');
                });
        assertThat(seen).hasSize(30);
        store.noop();
        assertThat(store.usable()).isTrue();
    }

    @Test
    void failingSinkEndsTheConnectionAndIsToldAsItIs() throws Exception {
        append(1, 3, Flags.NONE);
        store.select(box);
        UidSet uids = store.uids();
        assertThatThrownBy(() ->
                        store.bodies(
                                uids,
                                (_, _, _) -> {
                                    throw new IOException("disk full");
                                }))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("disk full");
        assertThat(store.usable()).isFalse();
        assertThatThrownBy(store::noop)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.GONE));
    }

    @Test
    void bodyThatEndsEarlyBreaksTheConnectionAndStoresNothing() throws Exception {
        Appender appender = store.appender(box);
        byte[] message = message(1);
        assertThatThrownBy(() ->
                        appender.add(
                                Flags.NONE,
                                null,
                                message.length + 10,
                                new ByteArrayInputStream(message)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("10 octets before");
        assertThat(store.usable()).isFalse();
        try (ImapStore other = open()) {
            assertThat(other.examine(box).exists()).isZero();
        }
    }

    @Test
    void mailboxThatIsOpenAlreadyShowsWhatOthersDidBeforeItIsExaminedAgain() throws Exception {
        try (ImapStore other = open()) {
            other.examine(box);
            for (int i = 1; i <= 3; i++) {
                append(i, 1, Flags.NONE);
                Selected now = other.examine(box);
                assertThat(now.exists()).isEqualTo(i);
                assertThat(other.summariesFrom(1)).hasSize(i);
            }
        }
    }

    @Test
    void appendToMissingMailboxIsRefusedAndHarmless() throws Exception {
        String canary = name("Canary" + ThreadLocalRandom.current().nextInt(1_000_000_000));
        store.create(canary, null);
        byte[] hostile =
                ("a1 DELETE " + canary + "\r\nb1 DELETE \"" + canary + "\"\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        for (boolean together : new boolean[] {true, false}) {
            Appender appender = store.appender(name("Nowhere"), together);
            for (int i = 0; i < 3; i++) {
                appender.add(
                        Flags.of("\\Seen", "odd[word"),
                        DATE,
                        hostile.length,
                        new ByteArrayInputStream(hostile));
                appender.add(Flags.NONE, DATE, hostile.length, new ByteArrayInputStream(hostile));
            }
            List<Appended> fates = appender.finish();
            assertThat(fates).hasSize(6).allMatch(f -> f instanceof Appended.Refused);
        }
        assertThat(store.status(List.of(canary))).hasSize(1);
        append(1, 1, Flags.NONE);
        assertThat(store.select(box).exists()).isEqualTo(1);
    }

    @Test
    void flagsAreAddedRemovedAndReplaced() throws Exception {
        append(1, 3, Flags.of("\\Flagged"));
        store.select(box);
        UidSet all = store.uids();
        assertThat(store.store(all, FlagChange.ADDED, Flags.of("\\Seen", "later")))
                .isEqualTo(Flags.NONE);
        UidSet first = UidSet.of(all.first());
        store.store(first, FlagChange.REMOVED, Flags.of("\\Flagged"));
        store.store(UidSet.of(all.last()), FlagChange.NOW, Flags.of("\\Draft"));
        Map<Long, Flags> flags = store.flags(all);
        assertThat(flags.get(all.first())).isEqualTo(Flags.of("\\Seen", "later"));
        assertThat(flags.get(all.first() + 1)).isEqualTo(Flags.of("\\Seen", "later", "\\Flagged"));
        assertThat(flags.get(all.last())).isEqualTo(Flags.of("\\Draft"));
        assertThat(store.store(all, FlagChange.ADDED, Flags.of("bad word", "\\Bogus")))
                .isEqualTo(Flags.of("bad word", "\\Bogus"));
        store.store(UidSet.of(2_000_000_000L), FlagChange.ADDED, Flags.of("\\Seen"));
    }

    @Test
    void copyAndMoveTellWhereMessagesWent() throws Exception {
        String target = box + "T";
        store.create(target, null);
        append(1, 4, Flags.of("\\Seen"));
        store.select(box);
        UidSet all = store.uids();
        UidPairs copied = store.copy(all, target);
        assertThat(Objects.requireNonNull(copied.pairs())).hasSize(4);
        UidPairs moved = store.move(UidSet.of(all.first()), target);
        assertThat(Objects.requireNonNull(moved.pairs())).hasSize(1);
        assertThat(moved.pairs().getFirst()[0]).isEqualTo(all.first());
        assertThat(store.uids().size()).isEqualTo(3);
        Map<Long, String> before = store.digests(all);
        Selected there = store.select(target);
        if (copyTellsTargetsUidValidity()) {
            assertThat(copied.uidValidity()).isEqualTo(there.uidValidity());
        }
        assertThat(there.exists()).isEqualTo(5);
        Map<Long, String> after = store.digests(store.uids());
        for (long[] pair : copied.pairs()) {
            if (pair[0] != all.first()) {
                assertThat(after.get(pair[1])).isEqualTo(before.get(pair[0]));
            }
        }
        assertThat(
                        catchThrowableOfType(
                                        StoreException.class,
                                        () -> store.copy(store.uids(), name("Nowhere")))
                                .kind())
                .isEqualTo(Kind.REFUSED);
    }

    @Test
    void expungeRemovesJustTheNamedOnes() throws Exception {
        append(1, 5, Flags.of("\\Deleted"));
        store.select(box);
        UidSet all = store.uids();
        store.expunge(UidSet.of(all.first(), all.last()));
        store.expunge(UidSet.of(all.first()));
        assertThat(store.uids()).isEqualTo(all.minus(UidSet.of(all.first(), all.last())));
    }

    @Test
    void mailboxesAreListedWithWhatTheyAre() throws Exception {
        assertThat(store.personal()).isEqualTo(namespace());
        String odd = box + namespace().separator() + oddName();
        store.create(odd, null);
        store.create(odd, null);
        store.subscribe(odd);
        Listed listed = listed(odd);
        assertThat(listed.separator()).isEqualTo(namespace().separator());
        assertThat(listed.subscribed()).isTrue();
        assertThat(listed.selectable()).isTrue();
        assertThat(listed("INBOX").selectable()).isTrue();
        assertThat(store.select(odd).exists()).isZero();

        store.unsubscribe(odd);
        store.unsubscribe(odd);
        assertThat(listed(odd).subscribed()).isFalse();
        store.rename(odd, odd + "2");
        assertThat(store.status(List.of(odd, odd + "2", box, "INBOX")))
                .containsOnlyKeys(odd + "2", box, "INBOX");
        assertThat(store.status(List.of(odd, odd + "2"))).containsOnlyKeys(odd + "2");
        store.select(odd + "2");
        store.delete(odd + "2");
        store.delete(odd + "2");
        assertThat(store.selected()).isNull();
        assertThat(store.list()).extracting(Listed::name).doesNotContain(odd + "2");
    }

    private Listed listed(String name) throws StoreException {
        return store.list().stream().filter(l -> l.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void statusCountsMessages() throws Exception {
        append(1, 3, Flags.NONE);
        append(4, 2, Flags.of("\\Seen"));
        Status status = Objects.requireNonNull(store.status(List.of(box)).get(box));
        Selected selected = store.examine(box);
        assertThat(status.messages()).isEqualTo(5);
        assertThat(status.unseen()).isEqualTo(3);
        assertThat(status.uidNext()).isEqualTo(selected.uidNext());
        assertThat(status.uidValidity()).isEqualTo(selected.uidValidity());
    }

    @Test
    void uidNextFollowsWhatIsStored() throws Exception {
        long first = store.select(box).uidNext();
        List<Appended> fates = append(1, 3, Flags.NONE);
        assertThat(store.select(box).uidNext()).isEqualTo(uid(fates.getLast()) + 1);
        assertThat(uid(fates.getFirst())).isGreaterThanOrEqualTo(first);
    }

    @Test
    void emptyMailboxHasNothing() throws Exception {
        store.select(box);
        assertThat(store.uids()).isEqualTo(UidSet.EMPTY);
        assertThat(store.summariesFrom(1)).isEmpty();
        assertThat(store.summaries(UidSet.range(1, 10))).isEmpty();
        assertThat(store.digests(UidSet.EMPTY)).isEmpty();
        assertThat(store.appender(box).finish()).isEmpty();
    }

    @Test
    void idleEndsWhenSomethingChangesAndWhenWoken() throws Exception {
        store.select(box);
        assertThat(store.idle(Duration.ofMillis(50), () -> false)).isFalse();
        assertThat(store.idle(Duration.ofHours(1), () -> true)).isFalse();
        CompletableFuture<Boolean> idle = idling();
        store.wake();
        assertThat(idle.get(20, TimeUnit.SECONDS)).isFalse();
        store.noop();
        CompletableFuture<Boolean> changed = idling();
        try (ImapStore other = open()) {
            Appender appender = other.appender(box);
            appender.add(Flags.NONE, null, message(1).length, new ByteArrayInputStream(message(1)));
            appender.finish();
        }
        assertThat(changed.get(50, TimeUnit.SECONDS)).isTrue();
        assertThat(store.uids().size()).isEqualTo(1);
    }

    private CompletableFuture<Boolean> idling() {
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        result.complete(store.idle(Duration.ofMinutes(1), () -> false));
                    } catch (StoreException | RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }

    @Test
    void wrongPasswordIsALoginRefusedWithoutThePassword() {
        StoreException e =
                catchThrowableOfType(
                        StoreException.class,
                        () ->
                                ImapStore.open(
                                        server(),
                                        new LoginAs.Plain(login().user(), "wrong-$ecret"),
                                        ClientLimits.DEFAULT));
        assertThat(e.kind()).isEqualTo(Kind.LOGIN_REFUSED);
        assertThat(e.temporary()).isFalse();
        assertThat(e).hasMessageContaining("test (").hasMessageNotContaining("ecret");
    }

    @Test
    void messagesStreamFromOneConnectionIntoAnother() throws Exception {
        append(1, 100, Flags.NONE);
        String target = box + "T";
        store.create(target, null);
        store.examine(box);
        UidSet uids = store.uids();
        List<Appended> fates;
        try (ImapStore other = open()) {
            Appender appender = other.appender(target);
            store.bodies(uids, (_, size, body) -> appender.add(Flags.NONE, DATE, size, body));
            fates = appender.finish();
            other.select(target);
            assertThat(new ArrayList<>(other.digests(other.uids()).values()))
                    .isEqualTo(new ArrayList<>(store.digests(uids).values()));
        }
        assertThat(fates).hasSize(100);
    }
}
