package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

class LaneStoreTest {
    @TempDir Path directory;

    /// Also where no time passes between the two.
    @Test
    void doubtThatComesWhileAnEarlierOneIsSettledStays() {
        Clock stands = Clock.fixed(Instant.parse("2026-11-25T10:00:00Z"), ZoneOffset.UTC);
        try (Database database =
                Database.open("jdbc:sqlite:" + directory.resolve("s.db"), "classpath:db/state")) {
            LaneStore store = new LaneStore(database, stands);
            LaneRow lane = store.lane(new LaneKey(new Account("alice"), "mirror"), "epoch");
            store.change(lane, tx -> tx.doubt(Doubt.FLAGS, MailboxName.INBOX, "first"));
            LaneStore.DoubtRow first = store.doubts(lane).getFirst();
            store.change(lane, tx -> tx.doubt(Doubt.FLAGS, MailboxName.INBOX, "second"));
            store.change(lane, tx -> tx.settled(first));
            assertThat(store.doubts(lane))
                    .singleElement()
                    .satisfies(d -> assertThat(d.reason()).isEqualTo("second"));
            LaneStore.DoubtRow second = store.doubts(lane).getFirst();
            store.change(lane, tx -> tx.settled(second));
            assertThat(store.doubts(lane)).isEmpty();
        }
    }

    /// What a lane asks for at every step must not cost more the more messages there are.
    @ParameterizedTest
    @FieldSource("STATEMENTS")
    void messagesThatAreNotSimplyMappedAreFoundByTheirIndex(String sql) {
        try (Database database =
                Database.open("jdbc:sqlite:" + directory.resolve("s.db"), "classpath:db/state")) {
            List<String> plan =
                    database.read(db ->
                            Sql.list(db, "EXPLAIN QUERY PLAN " + sql, r -> r.getString("detail")));
            assertThat(plan)
                    .filteredOn(line -> line.matches("(SEARCH|SCAN) message\\b.*"))
                    .isNotEmpty()
                    .allMatch(line -> line.contains("INDEX message_open"));
        }
    }

    static final List<String> STATEMENTS =
            List.of(
                    Agenda.SQL,
                    LaneStore.IN_STATE,
                    LaneStore.WITH_PENDING,
                    LaneFigures.PENDING,
                    LaneFigures.KEPT_OUT);
}
