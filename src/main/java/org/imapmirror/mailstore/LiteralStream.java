package org.imapmirror.mailstore;

import org.imapmirror.imap.Frame;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// A literal while it arrives. Octets go from the connection's buffer straight to the reader.
final class LiteralStream extends InputStream {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Wire wire;
    private ByteBuffer data = NOTHING;
    private boolean last;
    private boolean detached;

    LiteralStream(Wire wire) {
        this.wire = wire;
    }

    /// The source of a literal ended; told apart from failures of whoever reads the literal.
    static final class SourceGone extends IOException {
        private static final long serialVersionUID = 1;
        private final transient StoreException reason;

        private SourceGone(StoreException reason) {
            super(reason.getMessage(), reason);
            this.reason = reason;
        }

        StoreException reason() {
            return reason;
        }
    }

    @Override
    public int read() throws IOException {
        return more() ? data.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] octets, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int n = Math.min(length, data.remaining());
        data.get(octets, offset, n);
        return n;
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        long total = 0;
        while (more()) {
            int n = data.remaining();
            out.write(data.array(), data.arrayOffset() + data.position(), n);
            data.position(data.limit());
            total += n;
        }
        return total;
    }

    @Override
    public int available() {
        return data.remaining();
    }

    /// Skips what was not read, and ends the stream for whoever still holds it.
    void drain() throws StoreException {
        while (!last) {
            fill();
        }
        data = NOTHING;
        detached = true;
    }

    private boolean more() throws IOException {
        if (detached) {
            throw new IOException("a body can be read only inside the call that hands it out");
        }
        while (!data.hasRemaining()) {
            if (last) {
                return false;
            }
            try {
                fill();
            } catch (StoreException e) {
                throw new SourceGone(e);
            }
        }
        return true;
    }

    private void fill() throws StoreException {
        if (!(wire.next() instanceof Frame.LiteralData(ByteBuffer octets, boolean end))) {
            throw new IllegalStateException("bug: the scanner ended a literal early");
        }
        data = octets;
        last = end;
    }
}
