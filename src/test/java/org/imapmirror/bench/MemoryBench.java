package org.imapmirror.bench;

import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.ProcessMemory;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.ServeProcess;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/// What sessions cost that do nothing: logged in, INBOX selected, IDLE begun. First through
/// imapmirror, with accounts that are mirrored and with one that is not, then through each
/// alternative. Started by `bench/memory`.
final class MemoryBench {
    private static final int ACCOUNTS = 100;

    /// Its account is not mirrored.
    private static final int EXCLUDED = ACCOUNTS + 1;

    private static final double TARGET_KIB = 10;

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final int primary;
    private final int sessions;
    private final Results results = new Results("memory");
    private final Results inside = new Results("memory");
    private final Targets targets = new Targets();

    private MemoryBench(int primary, int sessions) {
        this.primary = primary;
        this.sessions = sessions;
    }

    public static void main(String[] args) throws Exception {
        int sessions = Integer.parseInt(args[0]);
        System.out.printf(
                "%d sessions of %d accounts, logged in, INBOX selected, in IDLE; a script is the"
                        + " primary, with an empty INBOX. Memory of the processes that are added to"
                        + " it; pages that several processes share count once. No TLS.%n",
                sessions, ACCOUNTS);
        try (DovecotServer mirror = DovecotServer.launch(EXCLUDED, "");
                ScriptedPrimary primary = new ScriptedPrimary()) {
            new MemoryBench(primary.port(), sessions).run(mirror);
        }
    }

    private void run(DovecotServer users) throws Exception {
        imapmirror(users, Front.MIRRORED, i -> 1 + i % ACCOUNTS);
        imapmirror(users, Front.UNMIRRORED, _ -> EXCLUDED);
        try (Workspace workspace = new Workspace()) {
            List<Front> others = Alternatives.start(primary, workspace.folder(), 1, sessions);
            try {
                for (Front front : others) {
                    try {
                        other(users, front);
                    } catch (IOException e) {
                        System.out.printf(
                                "%s is left out, it does not take so many: %s.%n",
                                front.name(), e.getMessage());
                    }
                }
            } finally {
                others.forEach(Front::close);
            }
        }
        results.print(System.out);
        inside.print(System.out);
        targets.print(System.out);
    }

    private void imapmirror(DovecotServer users, String way, IntUnaryOperator account)
            throws Exception {
        try (Workspace workspace = new Workspace();
                ServeProcess serve =
                        ServeProcess.between(
                                primary,
                                users.imapPort(),
                                workspace.folder(),
                                "-XX:+UseSerialGC",
                                "accounts: {exclude: [" + users.user(EXCLUDED) + "]}")) {
            Front front = new Front(way, serve.port(), 1, () -> List.of(serve.pid()), () -> {});
            // Code that was never run is not loaded yet, and is no matter of sessions.
            close(open(users, front, 2 * ACCOUNTS, account));
            serve.awaitMirrored(PATIENCE);
            // The kernel's figure first: a collection touches memory that was never used.
            long before = ProcessMemory.proportional(front.processes().get());
            List<RawImap> open = new ArrayList<>();
            try {
                // What only the first sessions cost, as code that gets compiled, is left out.
                int some = sessions / 4;
                open.addAll(open(users, front, some, account));
                serve.awaitMirrored(PATIENCE);
                JavaMemory first = JavaMemory.of(serve.pid());
                open.addAll(open(users, front, sessions - some, account));
                serve.awaitMirrored(PATIENCE);
                report(front, before);
                JavaMemory full = JavaMemory.of(serve.pid());
                double heap = kib(full.heap() - first.heap(), sessions - some);
                double outside = kib(full.outside() - first.outside(), sessions - some);
                inside.add("live heap, all sessions", "MB", way, full.heap() / 1e6);
                inside.add("live heap per session behind the first quarter", "KiB", way, heap);
                inside.add("resident outside the heap, the same", "KiB", way, outside);
                targets.atMost(
                        "KiB of heap and other memory per session of %d, %s"
                                .formatted(sessions, way),
                        heap + outside,
                        TARGET_KIB);
            } finally {
                close(open);
            }
        }
    }

    private static double kib(long octets, int count) {
        return octets / 1024.0 / count;
    }

    private void other(DovecotServer users, Front front) throws IOException {
        close(open(users, front, ACCOUNTS, i -> 1 + i));
        long before = ProcessMemory.proportional(front.processes().get());
        List<RawImap> open = open(users, front, sessions, i -> 1 + i % ACCOUNTS);
        try {
            report(front, before);
        } finally {
            close(open);
        }
    }

    private void report(Front front, long before) throws IOException {
        long after = ProcessMemory.proportional(front.processes().get());
        String way = front.name();
        results.add("memory, no session", "MB", way, before * 1024 / 1e6);
        results.add("memory, all sessions", "MB", way, after * 1024 / 1e6);
        results.add("memory per session", "KiB", way, (double) (after - before) / sessions);
    }

    private List<RawImap> open(
            DovecotServer users, Front front, int count, IntUnaryOperator account)
            throws IOException {
        List<RawImap> open = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                RawImap client = RawImap.login(front.access(users, account.applyAsInt(i)));
                open.add(client);
                client.command("SELECT INBOX");
                client.send("IDLE");
            }
        } catch (IOException e) {
            close(open);
            throw e;
        }
        return open;
    }

    private static void close(List<RawImap> open) throws IOException {
        for (RawImap client : open) {
            client.close();
        }
    }
}
