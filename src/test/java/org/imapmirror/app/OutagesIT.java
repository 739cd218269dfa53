package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.admin.LaneStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.Random;

/// Mirrors fail in every way, and clients of the primary notice none of it. Each test has an
/// account of its own, on one pair of servers.
@Tag("dovecot")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutagesIT {
    private static final String QUOTA =
            """
            mail_plugins = $mail_plugins quota
            plugin {
              quota = count:User quota
              quota_rule = *:storage=120K
              quota_rule2 = Trash:ignore
              quota_grace = 0
              quota_vsizes = yes
            }
            """;

    private OutageWorld world;
    private int user;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        world = new OutageWorld(directory, QUOTA);
    }

    @AfterEach
    void heal() {
        world.relay.flow();
        world.relay.accept();
        world.refusals.relent();
    }

    @AfterAll
    void stop() {
        world.close();
    }

    /// A client of the next account, which has something on both sides.
    private Witness witness() throws Exception {
        user++;
        Witness witness = new Witness(world.through(user));
        witness.append("INBOX", 100);
        world.awaitEqual(user);
        return witness;
    }

    private static void retries(LaneStatus lane, CharSequence... words) {
        assertThat(lane.state()).as("%s", lane).isEqualTo("retrying");
        assertThat(lane.error()).contains(words);
        assertThat(lane.pending()).isPositive();
    }

    @Test
    void mirrorDown() throws Exception {
        try (Witness witness = witness()) {
            world.relay.refuse();
            witness.work();
            world.await(
                    "named",
                    user,
                    lane -> {
                        retries(lane, "new (127.0.0.1");
                    });
            witness.work();
            world.relay.accept();
            world.awaitEqual(user);
        }
    }

    @Test
    void mirrorHangs() throws Exception {
        try (Witness witness = witness()) {
            world.relay.stall();
            witness.work();
            world.await("named", user, lane -> retries(lane, "1 s"));
            witness.work();
            world.relay.flow();
            world.awaitEqual(user);
        }
    }

    @Test
    void mirrorSlow() throws Exception {
        try (Witness witness = witness()) {
            world.relay.slow(20_000);
            for (int i = 0; i < 4; i++) {
                witness.append("INBOX", 10_000);
            }
            witness.ok("NOOP");
            assertThat(world.lane(user).pending()).isPositive();
            world.awaitEqual(user);
        }
    }

    @Test
    void connectionsCutInTheMiddleOfAppends() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("OutagesIT: -Dseed=" + seed);
        Random random = new Random(seed);
        try (Witness witness = witness()) {
            for (int i = 0; i < 12; i++) {
                long before = world.relay.cuts();
                world.relay.cutAfter(1 + random.nextInt(5_000));
                for (int j = 0; j < 3; j++) {
                    witness.append("INBOX", 1500);
                }
                world.await(
                        "cut",
                        user,
                        _ -> {
                            assertThat(
                                            world.relay.cuts() > before
                                                    || world.lane(user).pending() == 0)
                                    .isTrue();
                        });
            }
            assertThat(world.relay.cuts()).isPositive();
            world.awaitEqual(user);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NO [UNAVAILABLE] the mirror is in maintenance",
        "NO [INUSE] locked by another one",
        "NO Request is throttled. Suggested Backoff Time: 1500 milliseconds",
        "BYE the mirror is going down",
    })
    void mirrorThatAnswersSo(String answer) throws Exception {
        try (Witness witness = witness()) {
            world.refusals.refuse("^(APPEND|UID STORE|UID COPY|CREATE|SELECT) ", answer);
            witness.work();
            world.await("named", user, lane -> retries(lane, "new (127.0.0.1"));
            assertThat(world.lane(user).parked()).isEmpty();
            witness.work();
            world.refusals.relent();
            world.awaitEqual(user);
        }
    }

    /// Unavailable for one message, which is what a damaged index may look like.
    @Test
    void oneMessageForWhichTheServerIsUnavailableForEver() throws Exception {
        try (Witness witness = witness()) {
            world.refusals.refuse("^APPEND .*Subject: bad", "NO [UNAVAILABLE] try that later");
            witness.append("INBOX", "before", 100);
            witness.append("INBOX", "bad", 100);
            witness.work();
            witness.append("INBOX", "after", 100);
            witness.work();
            world.await(
                    "parked alone",
                    user,
                    lane -> {
                        assertThat(lane.pending()).as("%s", lane).isZero();
                        assertThat(lane.parked())
                                .as("%s", lane)
                                .singleElement()
                                .satisfies(
                                        p -> assertThat(p.what()).isEqualTo("message"),
                                        p -> assertThat(p.reason()).contains("try that later"));
                    });
            world.refusals.relent();
            world.awaitEqualInAnyOrder(user);
        }
    }

    /// What is left out after that time is tried again as soon as the server takes anything.
    @Test
    void aServerThatIsUnavailableForLongParksNoMoreThanOneThing() throws Exception {
        try (Witness witness = witness()) {
            world.refusals.refuse("^APPEND ", "NO [UNAVAILABLE] the mirror is in maintenance");
            for (int i = 0; i < 5; i++) {
                witness.append("INBOX", 100);
            }
            witness.work();
            world.await("one left out", user, lane -> assertThat(lane.parked()).hasSize(1));
            long refused = world.refusals.refused();
            world.await(
                    "tried for long",
                    user,
                    _ -> assertThat(world.refusals.refused()).isGreaterThan(refused + 8));
            assertThat(world.lane(user).parked()).hasSize(1);
            world.refusals.relent();
            world.awaitEqualInAnyOrder(user);
        }
    }

    @Test
    void throttlingServerIsLeftAlone() throws Exception {
        try (Witness witness = witness()) {
            world.refusals.refuse("^APPEND ", "NO [THROTTLED] try again in 3 seconds");
            witness.append("INBOX", 100);
            world.await("named", user, lane -> retries(lane, "3 seconds"));
            long refused = world.refusals.refused();
            long start = System.nanoTime();
            world.refusals.relent();
            world.awaitEqual(user);
            assertThat(world.refusals.refused()).isEqualTo(refused);
            assertThat(System.nanoTime() - start).isGreaterThan(1_500_000_000L);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NO [TOOBIG] larger than allowed, false",
        "NO [LIMIT] not this one, false",
        "NO [SERVERBUG] Internal error occurred, true",
        "NO I do not like it, true",
        "BAD what is that, false",
    })
    void oneMessageRefusedForEver(String answer, boolean again) throws Exception {
        try (Witness witness = witness()) {
            world.refusals.refuse("^APPEND .*Subject: bad", answer);
            witness.append("INBOX", "before", 100);
            witness.append("INBOX", "bad", 100);
            witness.append("INBOX", "after", 100);
            witness.work();
            world.await(
                    "parked alone",
                    user,
                    lane -> {
                        assertThat(lane.pending()).isZero();
                        assertThat(lane.parked())
                                .as("%s", lane)
                                .singleElement()
                                .satisfies(
                                        p -> assertThat(p.what()).isEqualTo("message"),
                                        p ->
                                                assertThat(p.item())
                                                        .matches(
                                                                "(INBOX|DoneBox[0-9]+) UID [0-9]+"),
                                        p -> assertThat(answer).contains(p.reason()));
                    });
            String item = world.lane(user).parked().getFirst().item();
            if (again) {
                world.refusals.relent();
                world.awaitEqualInAnyOrder(user);
                return;
            }
            assertThat(world.command("skip", world.primary.user(user), "--item", item).code())
                    .isZero();
            assertThat(world.lane(user).parked()).isEmpty();
            assertThat(world.lane(user).skipped()).hasSize(1);
            world.refusals.relent();
            assertThat(world.command("sweep", world.primary.user(user)).code()).isZero();
            world.await("swept", user, lane -> assertThat(lane.pending()).isZero());
            assertThat(world.lane(user).skipped()).hasSize(1);
            assertThat(world.command("retry", world.primary.user(user), "--item", item).code())
                    .isZero();
            world.awaitEqualInAnyOrder(user);
            assertThat(world.lane(user).skipped()).isEmpty();
        }
    }

    @Test
    void overQuotaStillFollowsDeletions() throws Exception {
        try (Witness witness = witness()) {
            for (int i = 0; i < 5; i++) {
                witness.append("INBOX", 40_000);
            }
            witness.append("INBOX", 300);
            world.await(
                    "parked",
                    user,
                    lane -> {
                        assertThat(lane.pending()).as("%s", lane).isZero();
                        assertThat(lane.parked()).as("%s", lane).hasSize(2);
                        assertThat(lane.parked().getFirst().reason()).containsIgnoringCase("quota");
                    });
            witness.ok("STORE 1 +FLAGS (\\Flagged)");
            witness.ok("STORE 6 +FLAGS (\\Answered)");
            witness.ok("CREATE Work");
            witness.ok("COPY 2 Work");
            witness.ok("MOVE 1 Work");
            witness.append("INBOX", 100);
            world.await(
                    "the rest goes on",
                    user,
                    lane -> {
                        assertThat(lane.pending()).as("%s", lane).isZero();
                        assertThat(lane.parked()).as("%s", lane).hasSize(3);
                    });
            witness.ok("STORE 1:3 +FLAGS (\\Deleted)");
            witness.ok("EXPUNGE");
            world.awaitEqualInAnyOrder(user);
        }
    }

    @Test
    void readOnlyMirrorIsParkedOnce() throws Exception {
        try (Witness witness = witness()) {
            String refused = "NO [NOPERM] Permission denied";
            world.refusals.refuse("^(APPEND|UID STORE|UID COPY|UID MOVE|CREATE|RENAME) ", refused);
            for (int i = 0; i < 10; i++) {
                witness.append("INBOX", 100);
            }
            witness.ok("STORE 1 +FLAGS (\\Flagged)");
            world.await(
                    "parked",
                    user,
                    lane -> {
                        assertThat(lane.parked())
                                .as("%s", lane)
                                .singleElement()
                                .satisfies(
                                        p -> assertThat(p.item()).isEqualTo("mailbox INBOX"),
                                        p -> assertThat(p.reason()).contains("Permission denied"));
                        assertThat(lane.pending()).isZero();
                    });
            witness.ok("CREATE New");
            witness.append("New", 100);
            world.await(
                    "parked too",
                    user,
                    lane -> {
                        assertThat(lane.parked()).as("%s", lane).hasSizeBetween(2, 3);
                        assertThat(lane.pending()).as("%s", lane).isZero();
                    });
            world.refusals.relent();
            // By itself, after retry.refused.
            world.awaitEqual(user);
        }
    }

    @Test
    void mirrorLoginChanged() throws Exception {
        try (Witness witness = witness()) {
            world.refusals.refuse("^(AUTHENTICATE|LOGIN) ", "NO [AUTHENTICATIONFAILED] wrong");
            world.relay.cut();
            witness.work();
            world.await(
                    "waits",
                    user,
                    lane -> {
                        assertThat(lane.state()).isEqualTo("waiting-for-login");
                        assertThat(lane.error()).contains("wrong");
                        assertThat(lane.pending()).isPositive();
                    });
            world.refusals.relent();
            // Every account: others may have asked the mirror for a login meanwhile.
            assertThat(world.command("retry").code()).isZero();
            world.awaitEqual(user);
        }
    }

    @Test
    void primaryRestarts() throws Exception {
        witness().close();
        try (Witness witness = Witness.withDates(world.through(user))) {
            witness.work();
        }
        world.primary.kill();
        world.primary.start();
        try (Witness witness = Witness.withDates(world.through(user))) {
            witness.work();
        }
        world.awaitEqual(user);
    }
}
