package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.ScriptedServer.Script;
import org.imapmirror.mailstore.StoreException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// What servers do at times, or never should.
@Timeout(30)
class OddServersTest {
    private static final LoginAs LOGIN = new LoginAs.Plain("alice", "s3cret");

    private static ImapStore open(ScriptedServer server) throws StoreException {
        return ImapStore.open(server.endpoint(), LOGIN, ClientLimits.DEFAULT);
    }

    private static StoreException failure(ThrowingCallable call) {
        StoreException e = catchThrowableOfType(StoreException.class, call);
        assertThat(e).isNotNull();
        assertThat(e)
                .hasMessageContaining("scripted (127.0.0.1:")
                .hasMessageNotContaining("s3cret");
        return e;
    }

    private static StoreException openFails(Endpoint.Tls tls, Script script) throws IOException {
        try (ScriptedServer server = new ScriptedServer(script)) {
            return failure(() -> ImapStore.open(server.endpoint(tls), LOGIN, ClientLimits.DEFAULT));
        }
    }

    private static Map<Long, String> bodies(ImapStore store, UidSet uids)
            throws StoreException, IOException {
        Map<Long, String> found = new LinkedHashMap<>();
        store.bodies(
                uids,
                (uid, size, body) -> {
                    String text = new String(body.readAllBytes(), StandardCharsets.ISO_8859_1);
                    assertThat(text).hasSize((int) size);
                    found.put(uid, text);
                });
        return found;
    }

    @Test
    void bodyInFrontOfItsUidIsAssignedToIt() throws Exception {
        String large = "x".repeat(300_000);
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "UIDPLUS",
                                d -> {
                                    ScriptedServer.select(d, 5);
                                    d.expect("UID FETCH 1:5 (UID BODY.PEEK[])");
                                    d.send("* 2 FETCH (BODY[] {5}\r\na {3} UID 12 FLAGS ())");
                                    d.send("* 3 FETCH (FLAGS (\\Seen))");
                                    d.send(
                                            "* 1 FETCH (UID 11 BODY[] {4}\r\n"
                                                    + ")\r\n"
                                                    + "* FLAGS (\\Seen))");
                                    d.send("* 3 FETCH (UID 13 BODY[] \"in \\\"quotes\\\"\")");
                                    d.send("* 4 FETCH (UID 14 BODY[] NIL)");
                                    d.send("* 5 FETCH (body[] {300000}\r\n" + large + " UID 15)");
                                    d.send(d.tag() + " OK done");
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            store.select("INBOX");
            assertThat(bodies(store, UidSet.range(1, 5)))
                    .containsExactly(
                            Map.entry(12L, "a {3}"),
                            Map.entry(11L, ")\r\n*"),
                            Map.entry(13L, "in \"quotes\""),
                            Map.entry(15L, large));
            assertThat(store.usable()).isTrue();
        }
    }

    @Test
    void refusedWindowLeavesTheConnectionUsable() throws Exception {
        UidSet.Builder many = new UidSet.Builder();
        for (int i = 1; i <= 500; i++) {
            many.add(2L * i);
        }
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "UIDPLUS",
                                d -> {
                                    ScriptedServer.select(d, 500);
                                    for (int i = 0; i < 3; i++) {
                                        d.expect("UID FETCH");
                                        d.send("* 1 FETCH (UID 2 BODY[] {1}\r\nx)");
                                        d.send(
                                                d.tag()
                                                        + (i == 1
                                                                ? " NO server error"
                                                                : " OK done"));
                                    }
                                    d.expect("UID FETCH");
                                    d.send(d.tag() + " OK done");
                                    d.answer("OK noop");
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            store.select("INBOX");
            StoreException e = failure(() -> bodies(store, many.build()));
            assertThat(e.kind()).isEqualTo(Kind.REFUSED);
            assertThat(e.temporary()).isTrue();
            store.noop();
        }
    }

    @Test
    void countThatDiffersFromExistsIsARace() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "ESEARCH",
                                d -> {
                                    ScriptedServer.select(d, 3);
                                    for (int i = 0; i < 3; i++) {
                                        d.expect("UID SEARCH");
                                        d.send("* ESEARCH (TAG \"" + d.tag() + "\") UID ALL 1:2");
                                        d.send(d.tag() + " OK done");
                                        d.answer("OK noop");
                                    }
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            store.select("INBOX");
            assertThat(failure(store::uids).kind()).isEqualTo(Kind.RACE);
        }
    }

    @Test
    void expungeBehindTheSearchResultIsNoRace() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "ESEARCH",
                                d -> {
                                    ScriptedServer.select(d, 3);
                                    d.expect("UID SEARCH");
                                    d.send("* ESEARCH (TAG \"" + d.tag() + "\") UID ALL 5:7");
                                    d.send("* 1 EXPUNGE");
                                    d.send("* 4 EXISTS");
                                    d.send(d.tag() + " OK done");
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            store.select("INBOX");
            assertThat(store.uids()).isEqualTo(UidSet.range(5, 7));
        }
    }

    @Test
    void serverThatDropsTheConnectionInAnAppendIsGone() throws Exception {
        try (ScriptedServer server =
                ScriptedServer.loggedIn(
                        "UIDPLUS LITERAL+",
                        d -> {
                            d.expect("APPEND");
                            d.skip(1000);
                        })) {
            ImapStore store = open(server);
            Appender appender = store.appender("INBOX");
            StoreException e =
                    failure(() -> {
                        byte[] body = new byte[1 << 20];
                        for (int i = 0; i < 50; i++) {
                            appender.add(
                                    Flags.NONE, null, body.length, new ByteArrayInputStream(body));
                        }
                        appender.finish();
                    });
            assertThat(e.kind()).isEqualTo(Kind.GONE);
            assertThat(e.temporary()).isTrue();
            assertThat(store.usable()).isFalse();
            assertThat(failure(store::noop).kind()).isEqualTo(Kind.GONE);
            store.close();
        }
    }

    @Test
    void lastWordsOfTheServerAreInTheMessage() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "UIDPLUS",
                                d -> {
                                    d.expect("NOOP");
                                    d.send("* BYE [UNAVAILABLE] shutting\u0007 down");
                                });
                ImapStore store = open(server)) {
            StoreException e = failure(store::noop);
            assertThat(e.kind()).isEqualTo(Kind.GONE);
            assertThat(e.code()).isEqualTo("UNAVAILABLE");
            assertThat(e.text()).endsWith("shutting? down");
        }
    }

    @Test
    void silentServerIsGoneAfterTheTimeout() throws Exception {
        ClientLimits hasty =
                ClientLimits.DEFAULT.withTimeouts(
                        Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofSeconds(5));
        try (ScriptedServer server =
                        ScriptedServer.loggedIn("UIDPLUS", ScriptedServer.Dialogue::untilGone);
                ImapStore store = ImapStore.open(server.endpoint(), LOGIN, hasty)) {
            assertThat(failure(store::noop).kind()).isEqualTo(Kind.GONE);
        }
    }

    @Test
    void serverThatTakesNothingIsGoneAfterTheTimeout() throws Exception {
        ClientLimits hasty =
                ClientLimits.DEFAULT.withTimeouts(
                        Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMillis(500));
        Object never = new Object();
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "LITERAL+",
                                d -> {
                                    d.expect("APPEND");
                                    synchronized (never) {
                                        try {
                                            never.wait(20_000);
                                        } catch (InterruptedException e) {
                                            throw new IOException(e);
                                        }
                                    }
                                });
                ImapStore store = ImapStore.open(server.endpoint(), LOGIN, hasty)) {
            Appender appender = store.appender("INBOX");
            byte[] body = new byte[1 << 20];
            StoreException e =
                    failure(() -> {
                        while (true) {
                            appender.add(
                                    Flags.NONE, null, body.length, new ByteArrayInputStream(body));
                        }
                    });
            assertThat(e.kind()).isEqualTo(Kind.GONE);
            assertThat(e.text()).contains("took nothing");
            synchronized (never) {
                never.notifyAll();
            }
        }
    }

    @Test
    void refusedLiteralIsNotSent() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "UIDPLUS APPENDLIMIT=1000",
                                d -> {
                                    d.expect("APPEND \"INBOX\" {4}");
                                    d.send("+ go");
                                    d.skip(4);
                                    d.line();
                                    d.send(d.tag() + " OK [APPENDUID 7 3] done");
                                    d.answer("NO [OVERQUOTA] full");
                                    d.answer("NO Message contains NUL characters");
                                    d.answer("OK noop");
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            Appender appender = store.appender("INBOX");
            for (int size : new int[] {4, 5, 6, 1001}) {
                appender.add(Flags.NONE, null, size, new ByteArrayInputStream(new byte[size]));
            }
            assertThat(appender.finish())
                    .containsExactly(
                            new Appended.Stored(7, 3),
                            new Appended.Refused("OVERQUOTA", "full", false),
                            new Appended.Refused(null, "Message contains NUL characters", true),
                            new Appended.Refused(
                                    "TOOBIG", "the server takes at most 1000 octets", true));
            store.noop();
        }
    }

    @Test
    void batchThatIsRefusedEarlyIsReadToItsEnd() throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "MULTIAPPEND LITERAL+",
                                d -> {
                                    d.expect("APPEND \"INBOX\" {4+}");
                                    d.skip(4);
                                    d.send(d.tag() + " NO [TRYCREATE] no such mailbox");
                                    refused.countDown();
                                    assertThat(d.line()).isEqualTo(" {100000+}");
                                    d.skip(100_000);
                                    assertThat(d.line()).isEmpty();
                                    d.answer("OK noop");
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            Appender appender = store.appender("INBOX");
            for (int size : new int[] {4, 100_000, 6, 7}) {
                appender.add(Flags.NONE, null, size, new ByteArrayInputStream(new byte[size]));
                if (size == 100_000) {
                    // The first ones were more than the buffer holds, so they went out.
                    assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
                }
            }
            assertThat(appender.finish())
                    .hasSize(4)
                    .containsOnly(new Appended.Refused("TRYCREATE", "no such mailbox", true));
            store.noop();
        }
    }

    @Test
    void brokenSourceIsToldAsTheSources() throws Exception {
        try (ScriptedServer source =
                        ScriptedServer.loggedIn(
                                "UIDPLUS",
                                d -> {
                                    ScriptedServer.select(d, 1);
                                    d.expect("UID FETCH");
                                    d.sendRaw("* 1 FETCH (UID 1 BODY[] {1000}\r\nabc");
                                });
                ScriptedServer target =
                        ScriptedServer.loggedIn("LITERAL+", ScriptedServer.Dialogue::untilGone);
                ImapStore from = open(source);
                ImapStore to = open(target)) {
            from.select("INBOX");
            Appender appender = to.appender("INBOX");
            StoreException e =
                    failure(() ->
                            from.bodies(
                                    UidSet.of(1),
                                    (_, size, body) -> appender.add(Flags.NONE, null, size, body)));
            assertThat(e.server()).isEqualTo(source.endpoint());
            assertThat(e.kind()).isEqualTo(Kind.GONE);
            assertThat(to.usable()).isFalse();
        }
    }

    @Test
    void bodyCannotBeReadLater() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "UIDPLUS",
                                d -> {
                                    ScriptedServer.select(d, 1);
                                    d.expect("UID FETCH");
                                    d.send("* 1 FETCH (UID 1 BODY[] {3}\r\nabc)");
                                    d.send(d.tag() + " OK done");
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            store.select("INBOX");
            List<InputStream> kept = new ArrayList<>();
            store.bodies(UidSet.of(1), (_, _, body) -> kept.add(body));
            assertThat(catchThrowableOfType(IOException.class, () -> kept.getFirst().read()))
                    .hasMessageContaining("only inside the call");
        }
    }

    @Test
    void keywordThatIsRefusedIsFoundAndLeftOut() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "UIDPLUS",
                                d -> {
                                    ScriptedServer.select(d, 1);
                                    d.answer("NO [CANNOT] no such keyword");
                                    d.expect("UID STORE 1 +FLAGS.SILENT (bad)");
                                    d.send(d.tag() + " NO [CANNOT] no such keyword");
                                    d.expect("UID STORE 1 +FLAGS.SILENT (good)");
                                    d.send(d.tag() + " OK stored");
                                    d.expect("UID STORE 1 FLAGS.SILENT (\\Seen good)");
                                    d.send(d.tag() + " OK stored");
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            store.select("INBOX");
            assertThat(store.store(UidSet.of(1), FlagChange.NOW, Flags.of("\\Seen", "bad", "good")))
                    .isEqualTo(Flags.of("bad"));
        }
    }

    @Test
    void moveWithoutUidplusIsNotDone() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "IDLE",
                                d -> {
                                    ScriptedServer.select(d, 1);
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            store.select("INBOX");
            assertThat(failure(() -> store.move(UidSet.of(1), "T")).kind())
                    .isEqualTo(Kind.UNSUPPORTED);
            assertThat(failure(() -> store.expunge(UidSet.of(1))).kind())
                    .isEqualTo(Kind.UNSUPPORTED);
        }
    }

    @Test
    void literalsAndOddAnswersBeforeLogin() throws Exception {
        assertThat(openFails(Endpoint.Tls.NONE, d -> d.send("* PREAUTH welcome")).kind())
                .isEqualTo(Kind.PROTOCOL);
        StoreException full =
                openFails(Endpoint.Tls.NONE, d -> d.send("* BYE [ALERT] too many connections"));
        assertThat(full.kind()).isEqualTo(Kind.GONE);
        assertThat(full).hasMessageContaining("too many connections");
        assertThat(openFails(Endpoint.Tls.NONE, d -> d.send("220 smtp ready")).kind())
                .isEqualTo(Kind.PROTOCOL);
        StoreException plain =
                openFails(
                        Endpoint.Tls.NONE,
                        d -> d.send("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS] hello"));
        assertThat(plain.kind()).isEqualTo(Kind.TLS);
        assertThat(plain).hasMessageContaining("set tls: starttls");
        assertThat(
                        openFails(
                                        Endpoint.Tls.STARTTLS,
                                        d -> d.send("* OK [CAPABILITY IMAP4rev1] hello"))
                                .kind())
                .isEqualTo(Kind.TLS);
        assertThat(openFails(Endpoint.Tls.IMPLICIT, d -> d.send("* OK hello")).kind())
                .isEqualTo(Kind.TLS);
        StoreException later =
                openFails(
                        Endpoint.Tls.NONE,
                        d -> {
                            d.send("* OK [CAPABILITY IMAP4rev1] hello");
                            d.answer("NO [UNAVAILABLE] Temporary authentication failure");
                        });
        assertThat(later.temporary()).isTrue();
        assertThat(later.kind()).isEqualTo(Kind.REFUSED);
    }

    /// Dovecot looks into each mailbox for special uses, also into one that is just being made.
    @Test
    void namesAloneAskForNothingElse() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.loggedIn(
                                "LIST-EXTENDED SPECIAL-USE LIST-STATUS",
                                d -> {
                                    d.expect("LIST");
                                    d.send("* LIST () \"/\" Work");
                                    d.send(d.tag() + " OK listed");
                                    d.expect("LIST");
                                    d.send("* LIST (\\Subscribed) \"/\" Work");
                                    d.send(d.tag() + " OK listed");
                                    d.untilGone();
                                });
                ImapStore store = open(server)) {
            assertThat(store.names())
                    .singleElement()
                    .satisfies(l -> {
                        assertThat(l.name()).isEqualTo("Work");
                        assertThat(l.subscribed()).isTrue();
                        assertThat(l.specialUse()).isNull();
                    });
            assertThat(server.received())
                    .filteredOn(line -> line.contains(" LIST "))
                    .hasSize(3)
                    .noneMatch(line -> line.contains("RETURN"));
        }
    }

    @Test
    void passwordsWithOddCharactersGoAsLiterals() throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(d -> {
                    d.send("* OK [CAPABILITY IMAP4rev1] hello");
                    d.expect("LOGIN \"al\\\\ice\" {5}");
                    d.send("+ go");
                    d.skip(5);
                    d.line();
                    d.send(d.tag() + " OK [CAPABILITY IMAP4rev1] in");
                    d.send("* LIST (\\Noselect) NIL \"\"");
                    d.answer("OK listed");
                    d.untilGone();
                })) {
            try (ImapStore store =
                    ImapStore.open(
                            server.endpoint(),
                            new LoginAs.Plain("al\\ice", "päß"),
                            ClientLimits.DEFAULT)) {
                assertThat(store.personal()).isEqualTo(new Namespace("", '\0'));
            }
        }
    }

    @Test
    void nothingListensThere() throws Exception {
        // Below the ports that the system gives to outgoing connections: nobody takes it meanwhile,
        // and a connection to it cannot meet itself.
        Endpoint endpoint =
                new Endpoint("scripted", "127.0.0.1", 1, Endpoint.Tls.NONE, new Trust.Insecure());
        StoreException e = failure(() -> ImapStore.open(endpoint, LOGIN, ClientLimits.DEFAULT));
        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(e).hasMessageContaining("is the server running");
    }
}
