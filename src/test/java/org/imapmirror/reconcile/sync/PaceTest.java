package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class PaceTest {
    private static final Endpoint SOURCE =
            new Endpoint("source", "localhost", 143, Endpoint.Tls.NONE, new Trust.Insecure());

    private final Pace pace = new Pace(Tuning.DEFAULT);

    /// A server that cannot read some messages.
    private record Server(UidSet unreadable, Kind answer, List<Long> asked) {
        void about(UidSet uids) throws StoreException {
            asked.add(uids.size());
            if (!uids.intersect(unreadable).isEmpty()) {
                throw new StoreException(answer, SOURCE, "SERVERBUG", "cannot read it");
            }
        }
    }

    /// @return how often a connection ended
    private int untilDone(UidSet uids, Server server) {
        for (int broken = 0; broken < 1000; broken++) {
            try {
                pace.ask(uids, server::about);
                return broken;
            } catch (StoreException e) {
                pace.broke(e, true);
            }
        }
        throw new AssertionError("it goes on for ever");
    }

    @Test
    void thoseThatEndConnectionsAreFoundAndNoOthers() {
        Seeds.each(20, (_, random) -> find(random));
    }

    private static void find(Random random) {
        PaceTest test = new PaceTest();
        UidSet.Builder some = new UidSet.Builder();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            some.add(1 + random.nextInt(5000));
        }
        UidSet bad = some.build();
        int broken =
                test.untilDone(
                        UidSet.range(1, 5000), new Server(bad, Kind.GONE, new ArrayList<>()));
        assertThat(test.pace.poison()).isEqualTo(bad);
        // Four times fewer, three times alone.
        assertThat(broken).isLessThanOrEqualTo(count * (4 + Tuning.DEFAULT.tries()));
        assertThat(test.pace.failure("INBOX", bad.first()).cause()).isEqualTo(Cause.FETCH);
    }

    @Test
    void aRefusalNeedsNoOtherConnection() {
        Server server = new Server(UidSet.of(7, 1500), Kind.REFUSED, new ArrayList<>());
        assertThat(untilDone(UidSet.range(1, 2000), server)).isZero();
        assertThat(pace.poison()).isEqualTo(UidSet.of(7, 1500));
        assertThat(pace.failure("INBOX", 7))
                .satisfies(
                        failure -> assertThat(failure.code()).isEqualTo("SERVERBUG"),
                        failure -> assertThat(failure.reason()).isEqualTo("cannot read it"));
    }

    @Test
    void afterwardsAllGoTogetherAgain() {
        Server server = new Server(UidSet.of(3), Kind.GONE, new ArrayList<>());
        untilDone(UidSet.range(1, 20_000), server);
        assertThat(server.asked().getLast()).isGreaterThan(1000);
    }
}
