package org.imapmirror.state;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Ownership of a folder by one running process. The operating system gives it up when the process
/// ends, however it ends.
public final class StateLock implements AutoCloseable {
    private static final String FILE = "lock";

    private final FileChannel channel;

    private StateLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Creates the folder where it is missing and takes the lock.
    ///
    /// @throws StateException where another imapmirror runs on the folder, or the folder cannot be
    ///   written
    public static StateLock acquire(Path directory) {
        FileChannel channel = null;
        try {
            PrivateFiles.directory(directory);
            channel =
                    FileChannel.open(
                            PrivateFiles.file(directory.resolve(FILE)),
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (!lock(channel)) {
                String owner = read(channel);
                channel.close();
                throw new StateException(
                        StateException.Fault.BUSY,
                        "another imapmirror runs on the folder "
                                + directory
                                + (owner.isEmpty() ? "" : " (process " + owner + ")")
                                + ": stop it, or give this one a folder of its own",
                        null);
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(Long.toString(ProcessHandle.current().pid())),
                    0);
            return new StateLock(channel);
        } catch (IOException e) {
            close(channel);
            throw new StateException(
                    StateException.Fault.DISK,
                    "cannot write in the folder " + directory + ": " + e,
                    e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        channel.read(pid, 0);
        return StandardCharsets.US_ASCII.decode(pid.flip()).toString().strip();
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException _) {
                // The first failure is the one to tell.
            }
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
