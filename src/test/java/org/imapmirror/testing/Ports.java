package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Ports for servers of the tests, which no other process of the tests is given and the system does
/// not use for outgoing connections: so they are still free when a server that was stopped starts
/// again, and nobody talks to the server of another test.
public final class Ports {
    private static final int FIRST = 24_000;
    private static final int LAST = 32_000;

    /// Belong to one process, which gives them out in turn.
    private static final int BLOCK = 400;

    private static final int BLOCKS = (LAST - FIRST) / BLOCK;
    private static final Ports OURS = new Ports();

    private final int first;

    /// Ends with the process.
    private final FileLock lock;

    private int next;

    private Ports() {
        try {
            Path folder =
                    Files.createDirectories(
                            Path.of(System.getProperty("java.io.tmpdir"), "imapmirror-test-ports"));
            for (int block = 0; block < BLOCKS; block++) {
                FileLock taken = taken(folder.resolve("block" + block));
                if (taken != null) {
                    lock = taken;
                    first = FIRST + block * BLOCK;
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException(BLOCKS + " processes of the tests run at once");
    }

    private static FileLock taken(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
        }
        return lock;
    }

    /// One that is free.
    public static int one() {
        return inARow(1);
    }

    /// The first of so many in a row that are free.
    public static int inARow(int count) {
        return OURS.free(count);
    }

    private synchronized int free(int count) {
        if (!lock.isValid()) {
            throw new IllegalStateException("the ports of this process were given back");
        }
        for (int attempt = 0; attempt < BLOCK; attempt++) {
            if (next + count > BLOCK) {
                next = 0;
            }
            int from = first + next;
            next += count;
            boolean free = true;
            for (int port = from; port < from + count; port++) {
                free &= isFree(port);
            }
            if (free) {
                return from;
            }
        }
        throw new IllegalStateException("no free ports from " + first + " to " + (first + BLOCK));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
