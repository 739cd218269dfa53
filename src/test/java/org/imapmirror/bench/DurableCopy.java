package org.imapmirror.bench;

import org.imapmirror.testing.LargeMail;
import org.imapmirror.testing.RawImap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// The least that an upload can cost whose OK may be passed on only when a second copy of the
/// message is durable, with a record of what the server answered: the client's own message, which
/// crosses no further socket and is not looked at, is written to a new file while it is sent, and
/// the record behind the OK. What capture takes longer than this is its own.
final class DurableCopy implements AutoCloseable {
    /// As the journal's spool writes.
    private static final int PIECE = 256 * 1024;

    /// About what the journal writes for one event.
    private static final int RECORD = 500;

    /// Overwritten from its beginning, as the journal's file is.
    private static final long LOG_SIZE = 4_000_000;

    private final Path folder;
    private final LargeMail mail;
    private final byte[] octets;
    private final FileChannel log;
    private final ExecutorService writers = Executors.newCachedThreadPool();
    private final AtomicInteger copies = new AtomicInteger();

    /// @param folder on the disk that the journal of the others uses
    DurableCopy(Path folder, LargeMail mail) throws IOException {
        this.folder = folder;
        this.mail = mail;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        mail.writeTo(all);
        this.octets = all.toByteArray();
        this.log =
                FileChannel.open(
                        folder.resolve("log"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE);
    }

    void append(RawImap client, String mailbox) throws IOException {
        CompletableFuture<Void> copied = CompletableFuture.runAsync(this::copy, writers);
        client.append(mailbox, mail.size(), mail::writeTo);
        copied.join();
        record();
    }

    private void copy() {
        Path file = folder.resolve("message" + copies.incrementAndGet());
        try (FileChannel to =
                        FileChannel.open(
                                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                FileChannel directory = FileChannel.open(folder)) {
            for (int at = 0; at < octets.length; at += PIECE) {
                ByteBuffer piece = ByteBuffer.wrap(octets, at, Math.min(PIECE, octets.length - at));
                while (piece.hasRemaining()) {
                    to.write(piece);
                }
            }
            to.force(true);
            directory.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void record() throws IOException {
        if (log.position() + RECORD > LOG_SIZE) {
            log.position(0);
        }
        log.write(ByteBuffer.allocate(RECORD));
        log.force(false);
    }

    @Override
    public void close() throws IOException {
        writers.shutdown();
        log.close();
    }
}
