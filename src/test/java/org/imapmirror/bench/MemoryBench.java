package org.imapmirror.bench;

import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.ProcessMemory;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.ServeProcess;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What sessions cost that do nothing: logged in, INBOX selected, IDLE begun. First through
/// imapmirror, then through each alternative. Started by `bench/memory`.
final class MemoryBench {
    private static final int ACCOUNTS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final DovecotServer primary;
    private final int sessions;
    private final Results results = new Results("memory");
    private final Results inside = new Results("memory");

    private MemoryBench(DovecotServer primary, int sessions) {
        this.primary = primary;
        this.sessions = sessions;
    }

    public static void main(String[] args) throws Exception {
        try (Workspace workspace = new Workspace();
                DovecotServer primary = DovecotServer.launch(ACCOUNTS, "");
                DovecotServer mirror = DovecotServer.launch(ACCOUNTS, "")) {
            MemoryBench bench = new MemoryBench(primary, Integer.parseInt(args[0]));
            System.out.printf(
                    "%d sessions of %d accounts, logged in, INBOX selected, in IDLE. Memory of the"
                            + " processes that are added to the primary; pages that several"
                            + " processes share count once. No TLS.%n",
                    bench.sessions, ACCOUNTS);
            try (ServeProcess serve =
                    ServeProcess.between(primary, mirror, workspace.folder(), "", "")) {
                bench.imapmirror(serve);
            }
            List<Front> others = Alternatives.start(primary, workspace.folder(), 1);
            try {
                for (Front front : others) {
                    bench.other(front);
                }
            } finally {
                others.forEach(Front::close);
            }
            bench.results.print(System.out);
            bench.inside.print(System.out);
        }
    }

    private void imapmirror(ServeProcess serve) throws Exception {
        Front front =
                new Front(
                        Front.MIRRORED,
                        serve.port(),
                        1,
                        () -> List.of(serve.pid()),
                        () -> serve.awaitMirrored(PATIENCE),
                        () -> {});
        // The kernel's figure first: a collection touches memory that was never used.
        long before = ProcessMemory.proportional(front.processes().get());
        long heap = liveHeap(serve);
        inside.add("live heap, no session", "MB", Front.MIRRORED, heap / 1e6);
        List<RawImap> open = open(front);
        try {
            front.settle().run();
            report(front, before);
            long full = liveHeap(serve);
            inside.add("live heap, all sessions", "MB", Front.MIRRORED, full / 1e6);
            inside.add(
                    "live heap per session", "KB", Front.MIRRORED, (full - heap) / 1e3 / sessions);
            inside.add(
                    "memory of the primary's own process per session",
                    "KB",
                    "dovecot-imap",
                    ProcessMemory.proportional(DovecotProcesses.sessions(primary))
                            * 1.024
                            / DovecotProcesses.sessions(primary).size());
        } finally {
            close(open);
        }
    }

    private void other(Front front) throws IOException {
        long before = ProcessMemory.proportional(front.processes().get());
        List<RawImap> open = open(front);
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
        results.add("memory per session", "KB", way, (after - before) * 1.024 / sessions);
    }

    private List<RawImap> open(Front front) throws IOException {
        List<RawImap> open = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            RawImap client = RawImap.login(front.access(primary, 1 + i % ACCOUNTS));
            open.add(client);
            client.command("SELECT INBOX");
            client.send("IDLE");
        }
        return open;
    }

    private static void close(List<RawImap> open) throws IOException {
        for (RawImap client : open) {
            client.close();
        }
    }

    /// What is in use after a full collection, in octets.
    private static long liveHeap(ServeProcess serve) throws IOException, InterruptedException {
        Process collection =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                "" + serve.pid(),
                                "GC.run")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!collection.waitFor(60, TimeUnit.SECONDS) || collection.exitValue() != 0) {
            throw new IOException("jcmd GC.run did not work");
        }
        return (long) serve.metric("jvm_memory_used_bytes", "area=\"heap\"");
    }
}
