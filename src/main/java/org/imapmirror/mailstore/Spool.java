package org.imapmirror.mailstore;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A body that has to wait until its UID is known: in memory while it is small, else in a file that
/// is gone when it is closed.
final class Spool implements Closeable {
    private static final int SMALL = 256 * 1024;

    private final byte[] memory;
    private final @Nullable FileChannel file;
    private final long size;

    private Spool(byte[] memory, @Nullable FileChannel file, long size) {
        this.memory = memory;
        this.file = file;
        this.size = size;
    }

    static Spool of(InputStream body, long size, Path directory) throws IOException {
        if (size <= SMALL) {
            ByteArrayOutputStream memory = new ByteArrayOutputStream();
            body.transferTo(memory);
            return new Spool(memory.toByteArray(), null, memory.size());
        }
        Path path = Files.createTempFile(directory, "imapmirror-", ".body");
        FileChannel file =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
        try {
            OutputStream out = Channels.newOutputStream(file);
            long written = body.transferTo(out);
            file.position(0);
            return new Spool(new byte[0], file, written);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    long size() {
        return size;
    }

    InputStream stream() {
        return file == null ? new ByteArrayInputStream(memory) : Channels.newInputStream(file);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
