package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.state.Database;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

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
}
