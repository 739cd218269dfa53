package org.imapmirror.reconcile.sync;

import java.io.PrintStream;
import java.nio.file.Path;

/// A run in a process of its own: prints a line for every message that is on the target, and one at
/// the end.
final class SyncChild {
    private SyncChild() {}

    /// @param args the ports of source and target, user and password, the state file
    public static void main(String[] args) throws Exception {
        PrintStream out =
                new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
        SyncReport report =
                Syncer.run(
                        side("source", args[0], args),
                        side("target", args[1], args),
                        Options.ALL.get(),
                        Path.of(args[4]),
                        new Progress() {
                            @Override
                            public synchronized void copied(String folder, long bytes) {
                                out.println("copied");
                            }
                        });
        out.println("end " + report.outcome());
    }

    private static Side side(String name, String port, String[] args) {
        return new TestSide(name, "127.0.0.1", Integer.parseInt(port), args[2], args[3]);
    }
}
