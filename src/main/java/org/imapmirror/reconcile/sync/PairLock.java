package org.imapmirror.reconcile.sync;

import org.imapmirror.state.PrivateFiles;
import org.imapmirror.state.StateException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// One run at a time of a pair of accounts: a lock of the operating system on a file beside the
/// state file, which ends with the process, however that ends.
record PairLock(FileChannel channel) implements AutoCloseable {

    /// @throws StateException where another run has it
    static PairLock take(Path stateFile) throws IOException {
        Path parent = stateFile.toAbsolutePath().getParent();
        if (parent != null) {
            PrivateFiles.directory(parent);
        }
        Path file = Path.of(stateFile + ".lock");
        FileChannel channel = FileChannel.open(PrivateFiles.file(file), StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            taken = channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            // By another thread of this process.
        } finally {
            if (!taken) {
                channel.close();
            }
        }
        if (!taken) {
            throw new StateException(
                    StateException.Fault.BUSY,
                    "another run for the same two accounts has not ended yet ("
                            + stateFile
                            + " is in use): wait for it, or stop it",
                    null);
        }
        return new PairLock(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
