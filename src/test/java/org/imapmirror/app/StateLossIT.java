package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/// What imapmirror knows is lost, or was restored from an older backup: after the next start and
/// one sweep both servers are equal, nothing is there twice, and what imapmirror does not know is
/// left alone.
@Tag("dovecot")
class StateLossIT {
    private static final String FOREIGN = "not ours";

    @TempDir Path directory;
    @TempDir Path backup;

    /// What becomes of the files.
    private interface Loss {
        void happen(Path journal, Path state, Path oldJournal, Path oldState) throws IOException;
    }

    @Test
    void everythingIsLost() throws Exception {
        check((journal, state, _, _) -> {
            delete(journal);
            delete(state);
        });
    }

    @Test
    void theMapIsLost() throws Exception {
        check((_, state, _, _) -> delete(state));
    }

    @Test
    void theJournalIsLost() throws Exception {
        check((journal, _, _, _) -> delete(journal));
    }

    @Test
    void bothAreRestoredFromAnOlderBackup() throws Exception {
        check((journal, state, oldJournal, oldState) -> {
            restore(oldJournal, journal);
            restore(oldState, state);
        });
    }

    @Test
    void theMapIsRestoredFromAnOlderBackup() throws Exception {
        check((_, state, _, oldState) -> restore(oldState, state));
    }

    @Test
    void theJournalIsRestoredFromAnOlderBackup() throws Exception {
        check((journal, _, oldJournal, _) -> restore(oldJournal, journal));
    }

    private void check(Loss loss) throws Exception {
        Path oldJournal = backup.resolve("journal");
        Path oldState = backup.resolve("state");
        try (MirrorWorld world = new MirrorWorld(directory, "")) {
            early(world);
            world.awaitMirrored();
            try (WireClient foreign = new WireClient(Access.to(world.mirror(), 1))) {
                foreign.append("INBOX", "(\\Seen)", Mail.message(FOREIGN, "stays")).orFail();
            }
            world.restartAfter((journal, state) -> {
                copy(journal, oldJournal);
                copy(state, oldState);
            });
            late(world);
            world.awaitMirrored();
            world.restartAfter(
                    (journal, state) -> loss.happen(journal, state, oldJournal, oldState));
            after(world);
            world.awaitMirrored();
            world.sweep();
            world.awaitMirrored();

            assertThat(world.difference(1).lines().toList())
                    .as("status %s", world.status())
                    .singleElement()
                    .asString()
                    .contains("too many: '" + FOREIGN + "'");
            assertThat(world.status().extra()).isOne();
            assertThat(world.status().parked()).isZero();
        }
    }

    private static void early(MirrorWorld world) throws IOException {
        try (WireClient client = new WireClient(world.through(1))) {
            for (int i = 0; i < 5; i++) {
                client.append("INBOX", "()", Mail.message("early" + i, "text")).orFail();
            }
            for (String command :
                    new String[] {"CREATE A", "CREATE B", "SELECT INBOX", "COPY 1:3 A"}) {
                client.command(command).orFail();
            }
        }
    }

    private static void late(MirrorWorld world) throws IOException {
        try (WireClient client = new WireClient(world.through(1))) {
            for (int i = 0; i < 5; i++) {
                client.append("INBOX", "()", Mail.message("late" + i, "text")).orFail();
                client.append("B", "(\\Flagged)", Mail.message("twin", "text")).orFail();
            }
            for (String command :
                    new String[] {
                        "SELECT INBOX",
                        "STORE 1:2 +FLAGS (\\Deleted)",
                        "EXPUNGE",
                        "MOVE 1 B",
                        "COPY 1:2 A",
                        "STORE 2:4 +FLAGS (\\Answered late)",
                        "UNSELECT",
                        "RENAME A C",
                        "CREATE A",
                        "SUBSCRIBE C",
                        "SELECT C",
                        "COPY 1 A"
                    }) {
                client.command(command).orFail();
            }
        }
    }

    private static void after(MirrorWorld world) throws IOException {
        try (WireClient client = new WireClient(world.through(1))) {
            for (String mailbox : new String[] {"INBOX", "A", "B", "C"}) {
                client.append(mailbox, "()", Mail.message("after" + mailbox, "text")).orFail();
                client.append(mailbox, "()", Mail.message("twin", "text")).orFail();
            }
            client.command("SELECT B").orFail();
            client.command("COPY 1:3 INBOX").orFail();
            client.command("STORE 1 +FLAGS (\\Draft)").orFail();
        }
    }

    static void restore(Path from, Path to) throws IOException {
        delete(to);
        copy(from, to);
    }

    static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path d, BasicFileAttributes a)
                            throws IOException {
                        Path made = Files.createDirectories(to.resolve(from.relativize(d)));
                        Files.setPosixFilePermissions(made, Files.getPosixFilePermissions(d));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path f, BasicFileAttributes a)
                            throws IOException {
                        Files.copy(f, to.resolve(from.relativize(f)));
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path f, BasicFileAttributes a)
                            throws IOException {
                        Files.delete(f);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path d, IOException e)
                            throws IOException {
                        Files.delete(d);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
